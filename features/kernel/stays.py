"""Stays of the case's person in Japan: landings and departures."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Bools, Floats, Ints
from features.cases import Cases
from features.events.history import History
from features.events.index import Index, values_at
from features.events.residence_events import permitted_until
from features.tables.times import DAY_US, NULL_TIME


@dataclass(frozen=True, slots=True)
class Stays:
    """m visible stays of the persons of n cases.

    Attributes
    ----------
    case, landing
        int64[m]: position of the case, row of the landing.
    begin, end
        int64[m], microseconds; ``end`` is the departure if visible, else ``as_of``.
    left
        bool[m]: whether a departure was visible.
    overdue
        bool[m]: no departure visible although the permitted stay had run out.
    """

    n: int
    case: Ints
    landing: Ints
    begin: Ints
    end: Ints
    left: Bools
    overdue: Bools

    def count(self, kept: Bools | None = None) -> Floats:
        """Return float64[n]: number of stays of each case, or of those in a mask."""
        chosen = self.case if kept is None else self.case[kept]
        return np.bincount(chosen, minlength=self.n).astype(np.float64)

    def overlapping(self, begin: Ints, end: Ints) -> Bools:
        """Return bool[m]: whether a stay overlaps its case's interval; one with a null end overlaps none."""
        begin, end = begin[self.case], end[self.case]
        return (begin != NULL_TIME) & (end != NULL_TIME) & (self.begin < end) & (self.end >= begin)

    def days_within(self, days: int, as_of: Ints) -> Floats:
        """Return float64[n]: whole days spent in Japan in the trailing window; a day of two stays counts once.

        Stays that do not overlap count in whole days each.
        """
        at = as_of[self.case]
        begin, end = np.maximum(self.begin, at - days * DAY_US), np.minimum(self.end, at)
        # of two that begin together, as clipped, the longer comes first, so that the order of rows makes no difference
        order = np.lexsort((-end, begin, self.case))
        case, begin, end = self.case[order], begin[order], np.maximum(end, begin)[order]
        total = np.zeros(self.n, dtype=np.int64)
        if len(case):
            np.add.at(total, case, np.maximum(end - np.maximum(begin, _ends_before(case, end)), 0) // DAY_US)
        return total.astype(np.float64)

    def latest_end(self) -> Ints:
        """Return int64[n]: end of the latest ended stay, `NULL_TIME` for none."""
        latest = np.full(self.n, NULL_TIME, dtype=np.int64)
        np.maximum.at(latest, self.case[self.left], self.end[self.left])
        return latest


def _ends_before(case: Ints, end: Ints) -> Ints:
    """Return int64[m]: the latest end of the earlier stays of the same case; stays come in order of case and begin."""
    ranks = np.empty(len(end), dtype=np.int64)
    ranks[np.argsort(end, kind="stable")] = np.arange(len(end))
    # the running maximum starts anew with each case: ranks of later cases are higher by more than any rank
    reached = np.maximum.accumulate(ranks + case * len(end))
    before = np.full(len(end), NULL_TIME, dtype=np.int64)
    same = case[1:] == case[:-1]
    by_rank = np.sort(end, kind="stable")
    before[1:][same] = by_rank[(reached[:-1] - case[:-1] * len(end))[same]]
    return before


def own_stays(history: History, cases: Cases) -> Stays:
    """Return the stays visible at each case's ``as_of``."""
    landings, departures = history.facts["landings"], history.facts["departures"]
    case, landing = Index(landings["person"]).pairs(cases.key("person"))
    visible = landings["known_at"][landing] < cases.as_of[case]
    case, landing = case[visible], landing[visible]
    at = cases.as_of[case]
    departure = history.departure_index.first(landings["id"][landing])
    left = (departure >= 0) & (values_at(departures["known_at"], departure, 0) < at)
    begin = landings["landed_at"][landing]
    # a departure before the landing is a wrong date, not a stay of less than nothing
    end = np.maximum(np.where(left, values_at(departures["departed_at"], departure, 0), at), begin)
    until = permitted_until(landings)[landing]
    return Stays(len(cases), case, landing, begin, end, left, ~left & (until != NULL_TIME) & (until < at))


def days_between(earlier: Ints, later: Ints) -> Floats:
    """Return float64[n]: days from one time to another, NaN where either is not recorded."""
    missing = (earlier == NULL_TIME) | (later == NULL_TIME)
    span = np.where(missing, 0, later) - np.where(missing, 0, earlier)
    return np.where(missing, np.nan, span / DAY_US)
