"""Does a ranking select more confirmed positives than another? Recall gain and AUC with case groups as observations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata
from scipy.stats import t as student

from features.arrays import Bools, Floats, Ints

RESAMPLES = 2_000
MIN_GROUPS = 5
"""Fewer case groups give no estimate of their spread: the interval is the whole range."""


@dataclass(frozen=True, slots=True)
class Gain:
    """Recall gain of the first ranking over the second at the same number of interviews.

    Attributes
    ----------
    first, second
        Recall among confirmed positives.
    gain, low, high
        Difference with a 95 % paired bootstrap interval over case groups; -1 to 1 with too few groups.
    positives, groups
        Confirmed positives, and their case groups (a single person is a group).
    """

    first: float
    second: float
    gain: float
    low: float
    high: float
    positives: int
    groups: int


@dataclass(frozen=True, slots=True)
class GroupedAuc:
    """AUC of confirmed positives against others, with a 95 % interval over case groups."""

    auc: float
    low: float
    high: float
    positives: int
    groups: int


def placements(yes: Floats, no: Floats) -> tuple[Floats, Floats]:
    """Share of ``no`` below each of ``yes``, and of ``yes`` above each of ``no``; ties count half.

    The mean of either is the AUC; their variances are those of DeLong, DeLong and Clarke-Pearson (1988).
    """
    ranks = rankdata(np.concatenate([yes, no]))
    above = (ranks[: len(yes)] - rankdata(yes)) / len(no)
    below = 1.0 - (ranks[len(yes) :] - rankdata(no)) / len(yes)
    return above, below


def recall_gain(chosen: tuple[Bools, Bools], case_group: Ints, rng: np.random.Generator) -> Gain:
    """Recall gain of the first choice, bool[n], over the second.

    Parameters
    ----------
    case_group
        int64[n]: group of each confirmed positive, -1 for all others.
    """
    rows = np.flatnonzero(case_group >= 0)
    if not len(rows):
        return Gain(0.0, 0.0, 0.0, -1.0, 1.0, 0, 0)
    group = np.unique(case_group[rows], return_inverse=True)[1]
    first, second, members = (
        np.bincount(group, part) for part in (chosen[0][rows], chosen[1][rows], np.ones(len(rows)))
    )
    low, high = -1.0, 1.0
    if len(members) >= MIN_GROUPS:
        draws = rng.poisson(1.0, (RESAMPLES, len(members)))
        total = draws @ members
        gains = (draws @ (first - second))[total > 0] / total[total > 0]
        low, high = (float(end) for end in np.quantile(gains, (0.025, 0.975)))
    recalls = [float(part.sum() / members.sum()) for part in (first, second)]
    return Gain(recalls[0], recalls[1], recalls[0] - recalls[1], low, high, len(rows), len(members))


def grouped_auc(score: Floats, case_group: Ints, others: Bools) -> GroupedAuc:
    """AUC of confirmed positives against ``others``, bool[n].

    The spread between groups replaces that between people in the variance of `placements`, as in clustered ROC analysis
    (Obuchowski 1997), with Student's t for the number of groups. Arguments as in `recall_gain`.
    """
    yes, no = score[case_group >= 0], score[others]
    group = np.unique(case_group[case_group >= 0], return_inverse=True)[1]
    count = int(group.max(initial=-1)) + 1
    if not len(yes) or len(no) < 2:
        return GroupedAuc(0.5, 0.0, 1.0, len(yes), count)
    above, below = placements(yes, no)
    auc = float(above.mean())
    if count < MIN_GROUPS:
        return GroupedAuc(auc, 0.0, 1.0, len(yes), count)
    between = float((np.bincount(group, above - auc) ** 2).sum())
    variance = count / (count - 1) * between / len(yes) ** 2 + float(below.var(ddof=1)) / len(no)
    half = float(student.ppf(0.975, count - 1)) * variance**0.5
    return GroupedAuc(auc, max(auc - half, 0.0), min(auc + half, 1.0), len(yes), count)
