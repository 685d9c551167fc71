"""View: a history as the given cases see it, with every aggregate computed once."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.arrays import Bools, Floats, Ints
from features.cases import Cases
from features.events.event_table import Events
from features.events.history import History
from features.events.order import in_order, under_keys
from features.kernel.query import EventQuery, Plan, SweepKey
from features.kernel.stays import Stays, days_between, own_stays
from features.kernel.sweep import Questions, Swept, nothing_swept, sweep
from features.network.component import MEASURES, Network
from features.statements.same_statements import SameStatements, same_statements
from features.tables.times import DAY_US
from features.watchlist.matches import Matches, watch_list_matches

T = TypeVar("T")
STATEMENT_WINDOW_DAYS = 365
FEW_CASES = 100
TRUE_OF_A_HUB = frozenset({
    "applications", "applications_by_phone", "applications_by_address", "spouse_applications", "child_applications",
    "landings", "establishments", "actions",
})  # fmt: skip
"""Events that tell of a hub itself: how many come through it, and what establishment it is."""


class View:
    """History as seen by cases.

    Parameters
    ----------
    plans
        From `plans_of`, once for a catalogue.
    network
        Graph of this history, if other views share one.
    """

    def __init__(
        self, history: History, cases: Cases, plans: dict[SweepKey, Plan], network: Network | None = None
    ) -> None:
        self.history = history
        self.cases = cases
        self._plans = plans
        self._network = network or Network(history)
        self._swept: dict[SweepKey, Swept] = {}
        self._cache: dict[tuple[str, ...], Any] = {}

    def count(self, query: EventQuery) -> Floats:
        """Return float64[n]: number of events."""
        swept, plan = self._answer(query)
        return swept.counts[:, plan.windows.index(query.window), _flag(query, plan)].astype(np.float64)

    def distinct(self, query: EventQuery, code: str) -> Floats:
        """Return float64[n]: number of distinct codes other than the case's own."""
        swept, plan = self._answer(query)
        column = plan.codes.index((code, query.flag))
        return swept.distinct[:, plan.windows.index(query.window), column].astype(np.float64)

    def days_since(self, query: EventQuery, *, first: bool = False) -> Floats:
        """Return float64[n]: days from the latest (or first) event to ``as_of``, NaN for none."""
        swept, plan = self._answer(query)
        times = (swept.first if first else swept.last)[:, _flag(query, plan)]
        return days_between(times, self.cases.as_of)

    def is_hub(self, query: EventQuery) -> Bools:
        """Return bool[n]: whether the case's key is a contact of so many that what became of them tells nothing of the case."""
        if query.events in TRUE_OF_A_HUB:
            return np.zeros(len(self.cases), dtype=bool)
        key = query.case_key
        return self._once(("hub", key), lambda: self._network.is_hub(self.cases, key))

    def forget(self, key: SweepKey) -> None:
        """Drop a sweep; it runs again if needed."""
        self._swept.pop(key, None)

    def _answer(self, query: EventQuery) -> tuple[Swept, Plan]:
        key = query.sweep_key
        plan = self._plans[key]
        if key not in self._swept:
            self._swept[key] = self._sweep(key, plan)
        return self._swept[key], plan

    def _sweep(self, sweep_key: SweepKey, plan: Plan) -> Swept:
        name, key, case_key = sweep_key
        events, cases, history = self.history.events(name), self.cases, self.history
        # for few cases only their own events are ordered
        rows = history.ordered(name, key) if len(cases) > FEW_CASES else self._own_rows(events, key, case_key)
        if not len(rows):
            return nothing_swept(len(cases), len(plan.windows), len(plan.flags), len(plan.codes))
        flags, codes = history.columns(name, rows, plan.flags, plan.codes)
        own = np.zeros((len(cases), len(plan.codes)), dtype=np.int32)
        for column, (code, _) in enumerate(plan.codes):
            own[:, column] = self._own_codes(name, code)
        order = self._case_order(case_key)
        order = order[~self.is_hub(EventQuery(name, key, case_key))[order]]
        questions = Questions(order, cases.key(case_key), cases.as_of, own)
        times = (events.known_at[rows], events.occurred_at[rows])
        return sweep(events.keys[key][rows], times, flags, codes, questions, np.array(plan.windows, dtype=np.int64))

    def _own_rows(self, events: Events, key: str, case_key: str) -> Ints:
        keys, wanted = events.keys[key], self.cases.key(case_key)
        if not len(keys):
            return np.zeros(0, dtype=np.int64)
        shared = keys == wanted if len(wanted) == 1 else np.isin(keys, wanted)
        rows = np.flatnonzero(shared & (keys != 0))
        return rows[in_order(keys[rows], events.known_at[rows])] if len(rows) else rows

    def _case_order(self, key: str) -> Ints:
        """Cases that have a key, in the order of (key, as_of)."""
        return self._once(("order", key), lambda: under_keys(self.cases.key(key), self.cases.as_of))

    def _own_codes(self, name: str, code: str) -> NDArray[np.int32]:
        """Numbers of the cases' own codes among those of events."""
        return self._once(("own", name, code), lambda: self.history.numbered(name, code).number(self.cases.key(code)))

    def _once(self, key: tuple[str, ...], compute: Callable[[], T]) -> T:
        # two threads may compute the same at once; both results are equal
        if key not in self._cache:
            self._cache[key] = compute()
        return self._cache[key]

    @cached_property
    def stays(self) -> Stays:
        """Visible stays of each case's person."""
        return own_stays(self.history, self.cases)

    @cached_property
    def same_statements(self) -> SameStatements:
        """Applications with the same statement in the last year."""
        return same_statements(self.history, self.cases, STATEMENT_WINDOW_DAYS * DAY_US)

    @cached_property
    def _components(self) -> NDArray[np.int32]:
        return self._network.measure(self.cases)

    def component(self, measure: str) -> Floats:
        """Return float64[n]: one of `MEASURES` of the case's connected component."""
        return self._components[:, MEASURES.index(measure)].astype(np.float64)

    def connected_records(self, measure: str, case: int) -> tuple[Ints, Ints]:
        """Return the rows of the applications and landings in a case's component that a measure counts."""
        return self._network.records_of(self.cases, case, measure)

    @cached_property
    def watch_list(self) -> Matches:
        """Matches of the cases with the Trafficking in Persons Database."""
        return watch_list_matches(self.history.facts, self.cases)


def _flag(query: EventQuery, plan: Plan) -> int:
    return 0 if query.flag is None else 1 + plan.flags.index(query.flag)
