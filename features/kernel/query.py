"""Queries of events: what each feature counts, and the sweeps that answer all of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from features.kernel.sweep import ALL_TIME
from features.tables.times import DAY_US

SweepKey = tuple[str, str, str]
"""(events, their key, the case's key): what one sweep answers."""


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Events under a key of the case.

    Attributes
    ----------
    events, key
        Name of the events, and which of their keys.
    case_key
        The case's own key that is looked up.
    days
        Trailing window; None for all time.
    flag
        Only events with this flag; None for all.
    """

    events: str
    key: str
    case_key: str
    days: int | None = None
    flag: str | None = None

    def __str__(self) -> str:
        return f"{self.events}/{self.key}/{self.case_key}/{self.days}/{self.flag}"

    @property
    def window(self) -> int:
        """Window in microseconds."""
        return ALL_TIME if self.days is None else self.days * DAY_US

    @property
    def sweep_key(self) -> SweepKey:
        """The sweep that answers this query."""
        return self.events, self.key, self.case_key


Need = tuple[EventQuery, str | None]
"""A query, and the code that is counted distinctly, if any."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All windows, flags and (code, flag) that the features need of one sweep."""

    windows: tuple[int, ...]
    flags: tuple[str, ...]
    codes: tuple[tuple[str, str | None], ...]


def plans_of(needs: Iterable[Need]) -> dict[SweepKey, Plan]:
    """Return the plan of each sweep."""
    gathered: dict[SweepKey, tuple[set[int], set[str], set[tuple[str, str | None]]]] = {}
    for query, code in needs:
        windows, flags, codes = gathered.setdefault(query.sweep_key, (set(), set(), set()))
        windows.add(query.window)
        flags |= {query.flag} if query.flag else set()
        codes |= {(code, query.flag)} if code else set()
    return {
        key: Plan(tuple(sorted(windows)), tuple(sorted(flags)), tuple(sorted(codes, key=str)))
        for key, (windows, flags, codes) in gathered.items()
    }
