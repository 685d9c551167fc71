"""What is wrong with the records? One fault each: where, what kind of value was found, and what was expected."""

from __future__ import annotations

from dataclasses import dataclass

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a folder of records.

    Attributes
    ----------
    table, row, column
        Where; the row counts from 1 without the header, None for the table as a whole.
    found
        The kind of value found, never the value itself, which may be personal.
    expected
        What should have been there.
    code
        A short name of the rule.
    blocking
        Whether the records cannot be used before this is mended.
    """

    table: str
    row: int | None
    column: str | None
    found: str
    expected: str
    code: str
    blocking: bool = True

    def sentence(self) -> str:
        """Return the fault as one line."""
        where = self.table if self.column is None else f"{self.table}.{self.column}"
        row = "" if self.row is None else f" row {self.row}"
        note = "" if self.blocking else " (noted; the records can be used)"
        return f"{where}{row}: found {self.found}; expected {self.expected} [{self.code}]{note}"


class RecordsRejected(Exception):
    """Raised when records cannot be used; ``faults`` holds every reason."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        lines = [fault.sentence() for fault in faults[:_SHOWN]]
        if len(faults) > _SHOWN:
            lines.append(f"… and {len(faults) - _SHOWN} more; `mimamori check` lists all")
        super().__init__("\n".join([f"{len(faults)} fault(s) in the records:", *lines]))


def kind_of(value: object) -> str:
    """Describe a value without showing it.

    >>> kind_of("Tanaka")
    'a text of 6 characters'
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a true/false value"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, str):
        return f"a text of {len(value)} characters" if value else "an empty text"
    return f"a value of type {type(value).__name__}"
