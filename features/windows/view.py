"""What was known about the cases? One look at a history, in which every aggregate is computed once and shared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.facts.facts import DAY_US
from features.windows.cases import Cases
from features.windows.events import Events, Ints
from features.windows.history import History
from features.windows.letters import SameLetters, same_letters
from features.windows.order import in_order, under_keys
from features.windows.ring import MEASURES, RingMaker
from features.windows.stays import Stays, own_stays
from features.windows.sweep import ALL_TIME, Swept, nothing_swept, sweep
from features.windows.watch import Watch, watch

T = TypeVar("T")
LETTER_WINDOW_DAYS = 365
FEW_CASES = 100


@dataclass(frozen=True, slots=True)
class Seen:
    """Events of a stream under a key of the case.

    Attributes
    ----------
    stream, key
        Which stream, and by which of its keys.
    asked
        The case's own key that is looked up.
    days
        The trailing window; None for all time.
    flag
        Only events with this flag; None for all.
    """

    stream: str
    key: str
    asked: str
    days: int | None = None
    flag: str | None = None

    @property
    def window(self) -> int:
        """The window in microseconds."""
        return ALL_TIME if self.days is None else self.days * DAY_US


@dataclass(frozen=True, slots=True)
class Plan:
    """What one sweep has to answer: all windows, flags and codes that any feature asks of a stream and key."""

    windows: tuple[int, ...]
    flags: tuple[str, ...]
    codes: tuple[tuple[str, str | None], ...]
    """Which code, among events with which flag."""


def plan_of(needs: Iterable[tuple[Seen, str | None]]) -> dict[tuple[str, str, str], Plan]:
    """Gather what is asked of each (stream, key, asked): ``needs`` are pairs of `Seen` and a code or None."""
    gathered: dict[tuple[str, str, str], tuple[set[int], set[str], set[tuple[str, str | None]]]] = {}
    for seen, code in needs:
        windows, flags, codes = gathered.setdefault((seen.stream, seen.key, seen.asked), (set(), set(), set()))
        windows.add(seen.window)
        flags |= {seen.flag} if seen.flag else set()
        codes |= {(code, seen.flag)} if code else set()
    return {
        what: Plan(tuple(sorted(windows)), tuple(sorted(flags)), tuple(sorted(codes, key=str)))
        for what, (windows, flags, codes) in gathered.items()
    }


class View:
    """A history as the given cases see it.

    Parameters
    ----------
    history, cases
        The facts and who is asked about.
    plans
        From `plan_of`, made once for a catalogue.
    rings
        The graph of this history, if other views of it share one.
    """

    def __init__(
        self,
        history: History,
        cases: Cases,
        plans: dict[tuple[str, str, str], Plan],
        rings: RingMaker | None = None,
    ) -> None:
        self.history = history
        self.cases = cases
        self._plans = plans
        self._rings = rings or RingMaker(history)
        self._swept: dict[tuple[str, str, str], Swept] = {}
        self._made: dict[tuple[str, ...], Any] = {}

    def count(self, seen: Seen) -> NDArray[np.float64]:
        """Return float64[n]: how many events."""
        swept, plan = self._sweep(seen)
        flag = 0 if seen.flag is None else 1 + plan.flags.index(seen.flag)
        return swept.counts[:, plan.windows.index(seen.window), flag].astype(np.float64)

    def distinct(self, seen: Seen, code: str) -> NDArray[np.float64]:
        """Return float64[n]: how many different codes, the case's own left out."""
        swept, plan = self._sweep(seen)
        column = plan.codes.index((code, seen.flag))
        return swept.distinct[:, plan.windows.index(seen.window), column].astype(np.float64)

    def days_since(self, seen: Seen, *, first: bool = False) -> NDArray[np.float64]:
        """Return float64[n]: days from the latest (or first) event to ``as_of``, NaN if none was seen."""
        swept, plan = self._sweep(seen)
        flag = 0 if seen.flag is None else 1 + plan.flags.index(seen.flag)
        times = (swept.first if first else swept.last)[:, flag]
        return days_between(times, self.cases.as_of)

    def _sweep(self, seen: Seen) -> tuple[Swept, Plan]:
        what = (seen.stream, seen.key, seen.asked)
        plan = self._plans[what]
        if what not in self._swept:
            self._swept[what] = self._run(what, plan)
        return self._swept[what], plan

    def _run(self, what: tuple[str, str, str], plan: Plan) -> Swept:
        stream, key, asked = what
        events, cases, history = self.history.stream(stream), self.cases, self.history
        # of a few cases only what they ask for is put in order
        rows = history.ordered(stream, key) if len(cases) > FEW_CASES else self._met(events, key, asked)
        if not len(rows):
            return nothing_swept(len(cases), len(plan.windows), len(plan.flags), len(plan.codes))
        flags, codes = history.columns(stream, rows, plan.flags, plan.codes)
        own = np.zeros((len(cases), len(plan.codes)), dtype=np.int32)
        for column, (name, _) in enumerate(plan.codes):
            own[:, column] = self._own(stream, name)
        return sweep(
            events.keys[key][rows], events.known_at[rows], events.occurred_at[rows], flags, codes,
            self._asked(asked), cases.key(asked), cases.as_of, own, np.array(plan.windows, dtype=np.int64),
        )  # fmt: skip

    def _met(self, events: Events, key: str, asked: str) -> Ints:
        keys, asked_keys = events.keys[key], self.cases.key(asked)
        if not len(keys):
            return np.zeros(0, dtype=np.int64)
        rows = np.flatnonzero(np.isin(keys, asked_keys) & (keys != 0)) if len(asked_keys) != 1 else np.flatnonzero(
            (keys == asked_keys) & (keys != 0))  # fmt: skip
        return rows[in_order(keys[rows], events.known_at[rows])] if len(rows) else rows

    def _asked(self, key: str) -> Ints:
        """The cases that have a key, in the order of (key, as_of)."""
        return self._once(("asked", key), lambda: under_keys(self.cases.key(key), self.cases.as_of))

    def _own(self, stream: str, code: str) -> NDArray[np.int32]:
        """The cases' own codes, by the numbers of a stream."""
        return self._once(
            ("own", stream, code), lambda: self.history.numbered(stream, code).number(self.cases.key(code))
        )

    def _once(self, what: tuple[str, ...], make: Callable[[], T]) -> T:
        # two threads may make the same thing at once; the one that is kept second equals the first
        if what not in self._made:
            self._made[what] = make()
        return self._made[what]

    def forget(self, what: tuple[str, str, str]) -> None:
        """Let go of what was counted of a (stream, key, asked); it is counted again when it is asked for again."""
        self._swept.pop(what, None)

    @cached_property
    def stays(self) -> Stays:
        """The visible stays of each case's person."""
        return own_stays(self.history, self.cases)

    @cached_property
    def letters(self) -> SameLetters:
        """Applications with the same letter in the last year."""
        return same_letters(self.history, self.cases, LETTER_WINDOW_DAYS * DAY_US)

    @cached_property
    def _ring(self) -> NDArray[np.int32]:
        return self._rings.measure(self.cases)

    def ring(self, measure: str) -> NDArray[np.float64]:
        """Return float64[n]: one measure of the component that the case belongs to."""
        return self._ring[:, MEASURES.index(measure)].astype(np.float64)

    @cached_property
    def watch(self) -> Watch:
        """Who and what around the cases is in the Trafficking in Persons Database."""
        return watch(self.history.facts, self.cases)


def days_between(earlier: Ints, later: Ints) -> NDArray[np.float64]:
    """Return float64[n]: days from one time to another, NaN where either is not recorded."""
    missing = (earlier == np.iinfo(np.int64).min) | (later == np.iinfo(np.int64).min)
    span = np.where(missing, 0, later) - np.where(missing, 0, earlier)
    return np.where(missing, np.nan, span / DAY_US)
