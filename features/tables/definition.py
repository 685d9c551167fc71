"""Definition of a table of records: column, kind, use, link, table."""

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
    """Normalisation of a link column before two of its values are compared."""

    IDENTIFIER = "identifier"
    PASSPORT = "passport"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Column:
    """Column of a table.

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
        """Regular expression of characters that this text may not hold.

        Controls (C0, C1 with U+0085, DEL) and line and paragraph separators; an address may have several lines.
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
    """Table of records.

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
        """Return the column of a name; raises `KeyError` for an unknown name."""
        return {column.name: column for column in self.columns}[name]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of all columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def arrow_schema(self) -> pa.Schema:
        """The schema in which the table is held in memory."""
        return pa.schema([(column.name, column.kind.arrow_type) for column in self.columns])


def text(name: str, use: Use = Use.PLAIN, *, null: bool = False, pattern: str | None = None) -> Column:
    """Return a column of texts."""
    return Column(name, Kind.TEXT, use, null, pattern=pattern)


def link(name: str, by: Link, *, null: bool = True, audit: bool = False) -> Column:
    """Return a column that links records, after normalisation."""
    kind = Kind.DATE if by is Link.BIRTH_DATE else Kind.TEXT
    pattern = "[0-9a-fA-F]{16}" if by is Link.STATEMENT else None
    return Column(name, kind, Use.AUDIT_AND_LINK if audit else Use.LINK, null, link=by, pattern=pattern)


def category(name: str, allowed: tuple[str, ...], use: Use = Use.FEATURE, *, null: bool = False) -> Column:
    """Return a column of values from a list."""
    return Column(name, Kind.CATEGORY, use, null, allowed=allowed)


def number(
    name: str, kind: Kind, *, null: bool = False, minimum: float | None = 0, maximum: float | None = None
) -> Column:
    """Return a column of amounts or counts, from 0 up by default."""
    return Column(name, kind, Use.FEATURE, null, minimum=minimum, maximum=maximum)


def time(name: str, *, null: bool = False) -> Column:
    """Return a column of moments."""
    return Column(name, Kind.TIMESTAMP, Use.FEATURE, null)


def date(name: str, *, null: bool = False) -> Column:
    """Return a column of days."""
    return Column(name, Kind.DATE, Use.FEATURE, null)


def nationality(name: str, *, null: bool = False) -> Column:
    """Return a column of ISO 3166 alpha-3 codes, for audit only."""
    return text(name, Use.AUDIT, null=null, pattern="[A-Z]{3}")


def traveller_columns() -> tuple[Column, ...]:
    """Return the columns of passport, nationality, name, birth date and sex, the same in applications and landings."""
    return (
        link("passport_number", Link.PASSPORT, null=False),
        date("passport_issued_on"),
        nationality("nationality"),
        link("family_name", Link.NAME, null=False, audit=True),
        link("given_names", Link.NAME, null=False, audit=True),
        link("birth_date", Link.BIRTH_DATE, null=False, audit=True),
        category("sex", ("F", "M", "X"), Use.AUDIT),
    )
