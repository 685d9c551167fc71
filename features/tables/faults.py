"""Faults of records: where, what kind of value is there, and what was expected."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import Bools

EXAMPLES_OF_A_KIND = 1000
"""Rows that are named for each kind of fault; the others are counted."""
_SHOWN = 20
IMPOSSIBLE, UNLIKELY = "fault", "note"
"""Levels of values that can be read, as the table of rules names them."""
_LEVELS = {IMPOSSIBLE: " (the record can be used without this value)", UNLIKELY: " (noted; the value is used)"}


@dataclass(frozen=True, slots=True)
class Fault:
    """Fault in a folder of records.

    Attributes
    ----------
    table, row, column
        Where; the row counts from 1 without the header, None for the table as a whole.
    actual
        Kind of value that is there, never the value itself, which may be personal.
    expected
        What should be there.
    code
        Short name of the rule.
    blocking
        Whether the records cannot be used before this is mended.
    count
        Number of rows; more than 1 where further rows of a kind are counted without being named.
    level
        For a value that can be read: `IMPOSSIBLE` if it cannot be true, `UNLIKELY` if it may be.
    """

    table: str
    row: int | None
    column: str | None
    actual: str
    expected: str
    code: str
    blocking: bool = True
    count: int = 1
    level: str = ""

    @property
    def kind(self) -> tuple[str, str, str]:
        """Table, column and rule."""
        return self.table, self.column or "", self.code

    def sentence(self) -> str:
        """Return the fault as a line.

        >>> Fault("landings", 3, "port", "nothing", "a value in every row", "missing_value").sentence()
        'landings.port row 3: found nothing; expected a value in every row [missing_value]'
        """
        where = self.table if self.column is None else f"{self.table}.{self.column}"
        row = "" if self.row is None else f" row {self.row}"
        if self.count > 1:
            row = f" in {self.count:,} further rows"
        note = _LEVELS.get(self.level, "" if self.blocking else " (noted; the records can be used)")
        return f"{where}{row}: found {self.actual}; expected {self.expected} [{self.code}]{note}"


class RecordsRejected(Exception):
    """Raised when records cannot be used; ``faults`` holds every reason."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        lines = [fault.sentence() for fault in faults[:_SHOWN]]
        if len(faults) > _SHOWN:
            lines.append(f"… and {total(faults[_SHOWN:]):,} more; `mimamori check` lists them")
        super().__init__("\n".join([f"{total(faults):,} fault(s) in the records:", *lines]))


def total(faults: Iterable[Fault]) -> int:
    """Return the number of faults, those counted but not named included."""
    return sum(fault.count for fault in faults)


def faults_at(
    table: str, column: str, bad: Bools, *, actual: str | Callable[[int], str], expected: str, code: str,
    blocking: bool = True, level: str = "",
) -> list[Fault]:  # fmt: skip
    """Return the faults of a kind: the first rows each, and the number of further rows.

    Parameters
    ----------
    bad
        bool[n]: in which rows.
    actual
        Kind of value, or a function from the row's index to it.
    """
    rows = np.flatnonzero(bad)
    named = [
        Fault(
            table, row + 1, column, actual if isinstance(actual, str) else actual(row), expected, code, blocking,
            level=level,
        )
        for row in rows[:EXAMPLES_OF_A_KIND].tolist()
    ]  # fmt: skip
    if further := len(rows) - len(named):
        kind = actual if isinstance(actual, str) else "values of that kind"
        named.append(Fault(table, None, column, kind, expected, code, blocking, further, level))
    return named


def by_kind(faults: Sequence[Fault]) -> dict[tuple[str, str, str], list[Fault]]:
    """Return the faults by table, column and rule, in the order in which each kind first appears."""
    groups: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in faults:
        groups.setdefault(fault.kind, []).append(fault)
    return groups


def kind_of(value: object) -> str:
    """Return the kind of a value, without the value.

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
