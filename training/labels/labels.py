"""Which label did a case have at a cut-off? Positive, negative or unlabelled, from outcomes of protective interviews alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from features.arrays import Bools, Floats, Ints, Objects
from features.tables.times import DAY_US

ARMS = ("none", "later_identification", "referral", "random", "targeted")
"""Origin of an outcome; of several origins the last in this order counts."""
RANDOM, TARGETED = ARMS.index("random"), ARMS.index("targeted")
ALL_FILES, UNFLAGGED_FILES = "all-files", "unflagged-files"
RANDOM_SAMPLE_FRAMES = (ALL_FILES, UNFLAGGED_FILES)
"""Files among which the random sample is drawn: all, or those that officers had not chosen."""
LONGEST_WINDOW_DAYS = 180
FOREVER: int = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of n cases at a cut-off.

    Attributes
    ----------
    positive
        float64[n]: 1, 0, or NaN for unlabelled.
    arm
        int64[n]: index into `ARMS`.
    inclusion_probability
        float64[n]: recorded with the interview, NaN where missing.
    counts
        Cases by reason; they add up to n.
    confirmed
        bool[n]: the positive rests on more than indications of an interview; None for all.
    route
        int64[n]: as `Outcomes.route`.
    sampled
        bool[n]: sampled at random, whether or not officers chose the case too; None for those whose ``arm`` says so.
    interview_finding
        float64[n]: 1, 0 or NaN from interviews alone, the random one first; None for ``positive``.
    sample_frame
        One of `RANDOM_SAMPLE_FRAMES`.
    """

    positive: Floats
    arm: Ints
    inclusion_probability: Floats
    counts: dict[str, int]
    confirmed: Bools | None = None
    route: Ints | None = None
    sampled: Bools | None = None
    interview_finding: Floats | None = None
    sample_frame: str = ALL_FILES

    def of(self, cases: Ints) -> Labels:
        """Labels of some cases; ``counts`` still covers all."""
        names = ("positive", "arm", "inclusion_probability", "confirmed", "route", "sampled", "interview_finding")
        columns = {name: getattr(self, name) for name in names}
        taken: dict[str, Any] = {name: column[cases] for name, column in columns.items() if column is not None}
        return replace(self, **taken)

    @property
    def randomly_sampled(self) -> Bools:
        """Mask of randomly sampled cases, bool[n]."""
        return self.arm == RANDOM if self.sampled is None else self.sampled

    @property
    def finding(self) -> Floats:
        """Interview findings without referrals and later identifications, float64[n]."""
        return self.positive if self.interview_finding is None else self.interview_finding

    @property
    def in_random_sample(self) -> Bools:
        """Mask of randomly sampled cases with a recorded inclusion probability: only these represent others."""
        probability = self.inclusion_probability
        return np.asarray(self.randomly_sampled & (probability > 0.0) & (probability <= 1.0))


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Every outcome of n cases, from which the labels of any cut-off follow.

    Attributes
    ----------
    as_of
        int64[n]: time of scoring of each case, microseconds UTC.
    row
        int64[k]: case of each outcome; ``known_at``, ``value`` (1, 0, NaN for inconclusive), ``arm``,
        ``inclusion_probability`` and ``typology`` are its other columns.
    confirmed
        bool[k]: identified as a victim, or a referral or later identification; None if all count as confirmed.
    route
        int64[n]: number of the route (status sought; of landings also with or without a visa).
    sample_frame
        One of `RANDOM_SAMPLE_FRAMES`; declared, not recorded.
    carried
        bool[k]: recorded for another record of the same journey; None for none.
    """

    as_of: Ints
    row: Ints
    known_at: Ints
    value: Floats
    arm: Ints
    inclusion_probability: Floats
    typology: Objects
    confirmed: Bools | None = None
    route: Ints | None = None
    sample_frame: str = ALL_FILES
    carried: Bools | None = None

    def only(self, kept: Bools) -> Outcomes:
        """The same cases with some of their outcomes, bool[k]."""
        names = ("row", "known_at", "value", "arm", "inclusion_probability", "typology", "confirmed", "carried")
        columns = {name: getattr(self, name) for name in names}
        taken: dict[str, Any] = {name: column[kept] for name, column in columns.items() if column is not None}
        return replace(self, **taken)

    def of(self, cases: Ints) -> Outcomes:
        """Outcomes of some cases, int64 ascending, renumbered by their position."""
        at = np.full(len(self.as_of), -1, dtype=np.int64)
        at[cases] = np.arange(len(cases))
        kept = self.only(at[self.row] >= 0)
        route = None if self.route is None else self.route[cases]
        return replace(kept, as_of=self.as_of[cases], row=at[kept.row], route=route)

    def window_us(self) -> int:
        """Label window: 95th percentile from case to recorded interview, at most 180 days."""
        interviewed = self.arm >= RANDOM
        delay = (self.known_at - self.as_of[self.row])[interviewed]
        return min(int(np.quantile(delay, 0.95)) if len(delay) else 0, LONGEST_WINDOW_DAYS * DAY_US)

    def last_known_at(self) -> int:
        """Time just after the latest recorded interview: the end of what the records show."""
        interviewed = self.arm >= RANDOM
        return int(self.known_at[interviewed].max()) + 1 if interviewed.any() else int(self.as_of.max(initial=0)) + 1

    def typologies(self) -> Objects:
        """Typology written by an interviewer, None where missing, object[n]."""
        typologies = np.full(len(self.as_of), None, dtype=object)
        named = np.array([name is not None for name in self.typology], dtype=bool)
        typologies[self.row[named]] = self.typology[named]
        return typologies

    def known_before(self, cutoff_us: int = FOREVER, *, window_us: int = 0) -> Labels:
        """Labels as known before a cut-off.

        Parameters
        ----------
        cutoff_us
            Only outcomes recorded, and cases scored, before it count.
        window_us
            Label window. A younger case is left unlabelled even where its outcome is known: early outcomes differ from all.
        """
        n, known = len(self.as_of), self.known_at < cutoff_us
        ripe = self.as_of < cutoff_us - window_us
        row, arms, value, probability = (
            self.row[known], self.arm[known], self.value[known], self.inclusion_probability[known],
        )  # fmt: skip
        best = _best(row, value, n)
        arm = np.zeros(n, dtype=np.int64)
        np.maximum.at(arm, row, arms)
        by_random, by_officers = arms == RANDOM, arms == TARGETED
        inclusion_probability = np.full(n, np.nan)
        # a randomly sampled case keeps its probability, whether or not officers chose it as well
        for part in (arms == arm[row], by_random):
            inclusion_probability[row[part]] = probability[part]
        sampled = np.zeros(n, dtype=bool)
        sampled[row[by_random]] = True
        finding = np.where(sampled, *(_best(row[part], value[part], n) for part in (by_random, by_officers)))
        pending = np.zeros(n, dtype=bool)
        pending[self.row[~known]] = True
        confirmed = None
        if self.confirmed is not None:
            confirmed = np.zeros(n, dtype=bool)
            confirmed[row[(value == 1.0) & self.confirmed[known]]] = True
        positive, finding = (np.where(ripe & (column >= 0), column, np.nan) for column in (best, finding))
        counts = _counts(self.as_of, cutoff_us, ripe, best, arm > 0, pending)
        return Labels(
            positive, arm, inclusion_probability, counts, confirmed, self.route, sampled, finding, self.sample_frame
        )


def _best(row: Ints, value: Floats, n: int) -> Floats:
    """1 with any indication, 0 with none, -1 without a clear outcome, float64[n]."""
    best, clear = np.full(n, -1.0), ~np.isnan(value)
    np.maximum.at(best, row[clear], value[clear])
    return best


def _counts(as_of: Ints, cutoff_us: int, ripe: Bools, best: Floats, known: Bools, pending: Bools) -> dict[str, int]:
    reasons = {
        "after the cut-off": as_of >= cutoff_us,
        "too recent for a label": (as_of < cutoff_us) & ~ripe,
        "positive": ripe & (best == 1.0),
        "negative": ripe & (best == 0.0),
        "inconclusive": ripe & (best < 0) & known,
        "outcome not yet known": ripe & (best < 0) & ~known & pending,
        "not interviewed": ripe & (best < 0) & ~known & ~pending,
    }
    return {reason: int(mask.sum()) for reason, mask in reasons.items()}
