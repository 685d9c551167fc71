"""What was known about the cases? One look at a history, in which every aggregate is computed once and shared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.facts.facts import DAY_US
from features.windows.cases import Cases
from features.windows.events import Ints
from features.windows.history import History
from features.windows.letters import SameLetters, same_letters
from features.windows.ring import MEASURES, RingMaker
from features.windows.stays import Stays, own_stays
from features.windows.sweep import ALL_TIME, Swept, sweep
from features.windows.watch import Watch, watch

LETTER_WINDOW_DAYS = 365


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
        events, cases = self.history.stream(stream), self.cases
        n = len(events)
        flags = np.zeros((n, len(plan.flags)), dtype=np.uint8)
        for column, name in enumerate(plan.flags):
            flags[:, column] = events.flags[name]
        codes = np.zeros((n, len(plan.codes)), dtype=np.int64)
        own = np.zeros((len(cases), len(plan.codes)), dtype=np.int64)
        for column, (name, flag) in enumerate(plan.codes):
            codes[:, column] = (
                events.codes[name] if flag is None else np.where(events.flags[flag], events.codes[name], 0)
            )
            own[:, column] = cases.key(name)
        return sweep(
            events.keys[key], events.known_at, events.occurred_at, flags, codes,
            cases.key(asked), cases.as_of, own, np.array(plan.windows, dtype=np.int64),
        )  # fmt: skip

    @cached_property
    def stays(self) -> Stays:
        """The visible stays of each case's person."""
        return own_stays(self.history, self.cases)

    @cached_property
    def letters(self) -> SameLetters:
        """Applications with the same letter in the last year."""
        return same_letters(self.history, self.cases, LETTER_WINDOW_DAYS * DAY_US)

    @cached_property
    def _ring(self) -> Ints:
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
