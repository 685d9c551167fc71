"""When was this person in Japan? Own landings and departures, against what the application declares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.facts.facts import DAY_US, NULL_TIME
from features.windows.cases import Cases
from features.windows.events import Index, Ints, pick
from features.windows.history import History
from features.windows.streams_after_landing import RETURN_GRACE_US


@dataclass(frozen=True, slots=True)
class Stays:
    """Every visible stay of every case's person, one entry a (case, landing) pair.

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
    left: NDArray[np.bool_]
    overdue: NDArray[np.bool_]

    def count(self, kept: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
        """Return float64[n]: how many stays of each case are kept."""
        chosen = self.case if kept is None else self.case[kept]
        return np.bincount(chosen, minlength=self.n).astype(np.float64)

    def overlapping(self, begin: Ints, end: Ints) -> NDArray[np.bool_]:
        """Return bool[m]: whether a stay meets its case's interval; an interval with a null end meets none."""
        begin, end = begin[self.case], end[self.case]
        return (begin != NULL_TIME) & (end != NULL_TIME) & (self.begin < end) & (self.end >= begin)

    def days_within(self, days: int, as_of: Ints) -> NDArray[np.float64]:
        """Return float64[n]: whole days spent in Japan in the trailing window."""
        at = as_of[self.case]
        spent = np.maximum(np.minimum(self.end, at) - np.maximum(self.begin, at - days * DAY_US), 0) // DAY_US
        total = np.zeros(self.n, dtype=np.int64)
        np.add.at(total, self.case, spent)
        return total.astype(np.float64)

    def latest_end(self) -> Ints:
        """Return int64[n]: when the latest ended stay ended, `NULL_TIME` if none did."""
        latest = np.full(self.n, NULL_TIME, dtype=np.int64)
        np.maximum.at(latest, self.case[self.left], self.end[self.left])
        return latest


def own_stays(history: History, cases: Cases) -> Stays:
    """Collect the stays that were visible at each case's ``as_of``."""
    landings, departures = history.facts["landings"], history.facts["departures"]
    case, landing = Index(landings["person"]).pairs(cases.key("person"))
    visible = landings["known_at"][landing] < cases.as_of[case]
    case, landing = case[visible], landing[visible]
    at = cases.as_of[case]
    departure = history.departure_index.first(landings["id"][landing])
    left = (departure >= 0) & (pick(departures["known_at"], departure, 0) < at)
    begin = landings["landed_at"][landing]
    end = np.where(left, pick(departures["departed_at"], departure, 0), at)
    permitted = landings.numbers("permitted_stay_days")[landing].astype(np.int64) * DAY_US
    return Stays(len(cases), case, landing, begin, end, left, ~left & (begin + permitted + RETURN_GRACE_US < at))
