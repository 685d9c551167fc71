"""What is wrong with the records? One fault each: where, what kind of value was found, and what was expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EXAMPLES_OF_A_KIND = 1000
"""So many rows of one kind of fault are named one by one; the others are counted."""
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
    count
        In how many rows; more than 1 where further rows of one kind are counted without being named.
    """

    table: str
    row: int | None
    column: str | None
    found: str
    expected: str
    code: str
    blocking: bool = True
    count: int = 1

    @property
    def kind(self) -> tuple[str, str, str]:
        """The table, column and rule: faults alike in these are of one kind."""
        return self.table, self.column or "", self.code

    def sentence(self) -> str:
        """Return the fault as one line.

        >>> Fault("landings", 3, "port", "nothing", "a value in every row", "missing_value").sentence()
        'landings.port row 3: found nothing; expected a value in every row [missing_value]'
        """
        where = self.table if self.column is None else f"{self.table}.{self.column}"
        row = "" if self.row is None else f" row {self.row}"
        if self.count > 1:
            row = f" in {self.count:,} further rows"
        note = "" if self.blocking else " (noted; the records can be used)"
        return f"{where}{row}: found {self.found}; expected {self.expected} [{self.code}]{note}"


class RecordsRejected(Exception):
    """Raised when records cannot be used; ``faults`` holds every reason."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        lines = [fault.sentence() for fault in faults[:_SHOWN]]
        if len(faults) > _SHOWN:
            lines.append(f"… and {total(faults[_SHOWN:]):,} more; `mimamori check` lists them")
        super().__init__("\n".join([f"{total(faults):,} fault(s) in the records:", *lines]))


def total(faults: Iterable[Fault]) -> int:
    """Return how many faults there are, those counted but not named included."""
    return sum(fault.count for fault in faults)


def faults_at(
    table: str,
    column: str,
    bad: NDArray[np.bool_],
    *,
    found: str | Callable[[int], str],
    expected: str,
    code: str,
    blocking: bool = True,
) -> list[Fault]:
    """Return the faults of one kind: the first rows one by one, and how many further ones there are.

    Parameters
    ----------
    bad
        bool[n]: in which rows.
    found
        What was found, or a function that describes it from the row's index.
    """
    rows = np.flatnonzero(bad)
    named = [
        Fault(table, row + 1, column, found if isinstance(found, str) else found(row), expected, code, blocking)
        for row in rows[:EXAMPLES_OF_A_KIND].tolist()
    ]
    further = len(rows) - len(named)
    if further:
        like = found if isinstance(found, str) else "values of that kind"
        named.append(Fault(table, None, column, like, expected, code, blocking, further))
    return named


def by_kind(faults: Sequence[Fault]) -> dict[tuple[str, str, str], list[Fault]]:
    """Group faults by table, column and rule, in the order in which each kind was first met."""
    groups: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in faults:
        groups.setdefault(fault.kind, []).append(fault)
    return groups


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
