"""What is a table of records? The words in which the nine tables are described: column, kind, use, table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa


class Kind(StrEnum):
    """The type of a column's values."""

    TEXT = "text"
    CATEGORY = "category"
    TIMESTAMP = "timestamp"
    DATE = "date"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"

    @property
    def arrow_type(self) -> pa.DataType:
        """The Arrow type in which a column of this kind is held in memory."""
        return _ARROW_TYPES[self]


_ARROW_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.CATEGORY: pa.string(),
    Kind.TIMESTAMP: pa.timestamp("us", tz="UTC"),
    Kind.DATE: pa.date32(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
}


class Use(StrEnum):
    """What a column may be used for."""

    FEATURE = "F"
    LINK = "L"
    PLAIN = "P"
    AUDIT = "A"
    AUDIT_AND_LINK = "A L"


class Link(StrEnum):
    """How a link column is normalised before two of its values are compared."""

    IDENTIFIER = "identifier"
    PASSPORT = "passport"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name, kind, use
        As in the files.
    nullable
        Whether a value may be missing.
    allowed
        The values a category may take.
    link
        For link columns, how their values are normalised.
    minimum, maximum
        Inclusive bounds of a number.
    pattern
        A regular expression that a text must match in full.
    optional
        Whether the whole column may be absent from a file.
    """

    name: str
    kind: Kind
    use: Use
    nullable: bool = False
    allowed: tuple[str, ...] = ()
    link: Link | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    optional: bool = False

    @property
    def control_pattern(self) -> str:
        """A regular expression that finds a character which this text may not hold.

        Controls (C0, C1 with U+0085, DEL) and the line and paragraph separators; an address may be written on
        several lines.
        """
        return _CONTROLS_IN_ADDRESSES if self.link is Link.ADDRESS else _CONTROLS


# as characters, not as escapes, because Python's and Arrow's expressions write these differently
_CONTROLS = "[\x01-\x1f\x7f-\x9f\u2028\u2029\x00]"
_CONTROLS_IN_ADDRESSES = "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\x00]"


@dataclass(frozen=True, slots=True)
class Reference:
    """A column whose values are ids of rows in another table."""

    column: str
    table: str
    when: tuple[str, str] | None = None
    """(column, value): the reference goes to ``table`` only in rows where that column has that value."""


@dataclass(frozen=True, slots=True)
class Table:
    """One of the nine tables.

    Attributes
    ----------
    id_column
        The column that is unique in the table.
    occurred_at, known_at
        The columns that hold the two times of a row; they may be the same one.
    """

    name: str
    id_column: str
    occurred_at: str
    known_at: str
    columns: tuple[Column, ...]
    references: tuple[Reference, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column of that name.

        Raises
        ------
        KeyError
            If the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name}")

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of all columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def arrow_schema(self) -> pa.Schema:
        """The schema in which the table is held in memory."""
        return pa.schema([(column.name, column.kind.arrow_type) for column in self.columns])
