"""What had been found, as known at a cut-off? Labels from findings of protective interviews, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

ARMS = ("none", "later_identification", "referral", "random", "targeted")
"""How a case came to be looked at; where there were several ways, the last in this order counts."""
ALL_FILES, UNFLAGGED_FILES = "all-files", "unflagged-files"
LOTS = (ALL_FILES, UNFLAGGED_FILES)
"""Among which files the random arm is drawn: all, whomever officers choose; or those alone that nobody had chosen."""
DAY_US = 86_400_000_000
LONGEST_WINDOW_DAYS = 180
FOREVER: int = int(np.iinfo(np.int64).max)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of n cases as they stood at a cut-off.

    Attributes
    ----------
    positive
        float64[n]: 1, 0, or NaN for unlabelled.
    arm
        int64[n]: index into `ARMS`.
    inclusion
        float64[n]: the recorded inclusion probability of the interview, NaN where there is none.
    counts
        How many cases by reason; the counts add up to n.
    confirmed
        bool[n]: whether a positive rests on more than the indications of an interview; None for all of them.
    route
        int64[n]: by which route each case came, as `Findings.route`; None where that is not known.
    drawn
        bool[n]: whether the lot drew a case, be it that officers chose it as well; None for those whose ``arm`` says so.
    answer
        float64[n]: what the interview alone found (1, 0, or NaN for unclear or none): the lot's where a case was drawn,
        else the officers'. None for ``positive``.
    lot
        One of `LOTS`.
    """

    positive: Floats
    arm: Ints
    inclusion: Floats
    counts: dict[str, int]
    confirmed: NDArray[np.bool_] | None = None
    route: Ints | None = None
    drawn: NDArray[np.bool_] | None = None
    answer: Floats | None = None
    lot: str = ALL_FILES

    def of(self, cases: Ints) -> Labels:
        """Return the labels of some cases; ``counts`` still speaks of all."""
        each = ("positive", "arm", "inclusion", "confirmed", "route", "drawn", "answer")
        held = {name: getattr(self, name) for name in each}
        taken: dict[str, Any] = {name: one[cases] for name, one in held.items() if one is not None}
        return replace(self, **taken)

    @property
    def by_lot(self) -> NDArray[np.bool_]:
        """bool[n]: whom the lot drew."""
        return self.arm == ARMS.index("random") if self.drawn is None else self.drawn

    @property
    def told(self) -> Floats:
        """float64[n]: what interviews found, without referrals and later identifications."""
        return self.positive if self.answer is None else self.answer


@dataclass(frozen=True, slots=True)
class Findings:
    """Every outcome of n cases, from which the labels of any cut-off follow.

    Attributes
    ----------
    as_of
        int64[n]: when each case was judged, microseconds UTC.
    row
        int64[k]: the case of each outcome; ``known_at``, ``value`` (1, 0, NaN for inconclusive), ``arm``,
        ``inclusion`` and ``typology`` are its other columns.
    confirmed
        bool[k]: whether somebody was identified as a victim, or found by others than an interviewer at the counter (a
        referral, a later identification); None where nobody says, and all count as such.
    route
        int64[n]: cases of one number came by the same route: the status asked for, and for landings with a visa or without.
    lot
        One of `LOTS`; the records do not say it.
    """

    as_of: Ints
    row: Ints
    known_at: Ints
    value: Floats
    arm: Ints
    inclusion: Floats
    typology: NDArray[np.object_]
    confirmed: NDArray[np.bool_] | None = None
    route: Ints | None = None
    lot: str = ALL_FILES

    def only(self, kept: NDArray[np.bool_]) -> Findings:
        """Return the same cases with only these of their outcomes, bool[k]."""
        confirmed = None if self.confirmed is None else self.confirmed[kept]
        return replace(
            self, row=self.row[kept], known_at=self.known_at[kept], value=self.value[kept], arm=self.arm[kept],
            inclusion=self.inclusion[kept], typology=self.typology[kept], confirmed=confirmed,
        )  # fmt: skip

    def of(self, cases: Ints) -> Findings:
        """Return the outcomes of some cases, ascending, which are then numbered by their place among these."""
        at = np.full(len(self.as_of), -1, dtype=np.int64)
        at[cases] = np.arange(len(cases))
        kept = self.only(at[self.row] >= 0)
        route = None if self.route is None else self.route[cases]
        return replace(kept, as_of=self.as_of[cases], row=at[kept.row], route=route)

    def window_us(self) -> int:
        """How long labels take: the 95th percentile from case to recorded interview, at most 180 days."""
        interviewed = self.arm >= ARMS.index("random")
        delay = (self.known_at - self.as_of[self.row])[interviewed]
        return min(int(np.quantile(delay, 0.95)) if len(delay) else 0, LONGEST_WINDOW_DAYS * DAY_US)

    def last_known_at(self) -> int:
        """When the latest outcome of an interview was recorded: the end of what the folder can tell."""
        interviewed = self.arm >= ARMS.index("random")
        return int(self.known_at[interviewed].max()) + 1 if interviewed.any() else int(self.as_of.max(initial=0)) + 1

    def typologies(self) -> NDArray[np.object_]:
        """Return object[n]: the typology that an interviewer wrote down, None where nobody did."""
        found = np.full(len(self.as_of), None, dtype=object)
        told = np.array([name is not None for name in self.typology], dtype=bool)
        found[self.row[told]] = self.typology[told]
        return found

    def known_before(self, cutoff_us: int = FOREVER, *, window_us: int = 0) -> Labels:
        """Return the labels as known before a cut-off.

        Parameters
        ----------
        cutoff_us
            Only outcomes recorded before it, and cases judged before it, count.
        window_us
            How long labels take. A case younger than that at the cut-off is left unlabelled even where its outcome
            is already there: early outcomes are not like all outcomes.
        """
        n, at = len(self.as_of), self.known_at < cutoff_us
        ripe = self.as_of < cutoff_us - window_us
        row, value = self.row[at], self.value[at]
        decided = ~np.isnan(value)
        best = _best(row[decided], value[decided], n)
        arm = np.zeros(n, dtype=np.int64)
        np.maximum.at(arm, row, self.arm[at])
        inclusion = np.full(n, np.nan)
        same = self.arm[at] == arm[row]
        inclusion[row[same]] = self.inclusion[at][same]
        by_lot, by_officers = (self.arm[at] == ARMS.index(arm) for arm in ("random", "targeted"))
        # whoever was drawn was drawn, whether or not officers chose the case as well
        inclusion[row[by_lot]] = self.inclusion[at][by_lot]
        drawn = np.zeros(n, dtype=bool)
        drawn[row[by_lot]] = True
        heard = [_best(row[decided & one], value[decided & one], n) for one in (by_lot, by_officers)]
        answer = np.where(drawn, *heard)
        positive = np.where(ripe & (best >= 0), best, np.nan)
        late = np.zeros(n, dtype=bool)
        late[self.row[~at]] = True
        counts = _counts(self.as_of, cutoff_us, ripe, best, arm > 0, late)
        confirmed = None
        if self.confirmed is not None:
            confirmed = np.zeros(n, dtype=bool)
            confirmed[row[(value == 1.0) & self.confirmed[at]]] = True
        return Labels(
            positive, arm, inclusion, counts, confirmed, self.route, drawn, np.where(ripe & (answer >= 0), answer, np.nan), self.lot
        )  # fmt: skip


def _best(row: Ints, value: Floats, n: int) -> Floats:
    """Return float64[n]: 1 where anything was found, 0 where nothing was, -1 where nobody told."""
    best = np.full(n, -1.0)
    np.maximum.at(best, row, value)
    return best


def _counts(
    as_of: Ints, cutoff_us: int, ripe: NDArray[np.bool_], best: Floats, seen: NDArray[np.bool_], late: NDArray[np.bool_]
) -> dict[str, int]:
    reasons = {
        "after the cut-off": as_of >= cutoff_us,
        "too recent for a label": (as_of < cutoff_us) & ~ripe,
        "positive": ripe & (best == 1.0),
        "negative": ripe & (best == 0.0),
        "inconclusive": ripe & (best < 0) & seen,
        "outcome not yet known": ripe & (best < 0) & ~seen & late,
        "not interviewed": ripe & (best < 0) & ~seen & ~late,
    }
    return {reason: int(mask.sum()) for reason, mask in reasons.items()}
