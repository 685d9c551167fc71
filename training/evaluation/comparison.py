"""Does a ranking find the people it is meant to find, and more of them than another? Judged by those found, ring by ring.

People of one ring are found, or missed, together: what counts as evidence is how many rings there were, not how many people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from scipy.stats import t as student

RESAMPLES = 2_000
LEAST_RINGS = 5
"""Of fewer, a spread between them cannot be told: the interval says that nothing is known."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Gain:
    """How much more of the found people the first ranking reaches than the second, at the same number of interviews.

    Attributes
    ----------
    first, second
        Recall of either among the people found.
    gain, low, high
        Their difference with a 95 % paired bootstrap interval over whole rings; from -1 to 1 where there are too few.
    positives, rings
        People found, on whom the difference rests, and how many rings they belong to; somebody alone is one.
    """

    first: float
    second: float
    gain: float
    low: float
    high: float
    positives: int
    rings: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """How often somebody found is ranked above somebody of whom nothing was found: the AUC, with a 95 % interval over rings."""

    auc: float
    low: float
    high: float
    positives: int
    rings: int


def placements(yes: Floats, no: Floats) -> tuple[Floats, Floats]:
    """Return float64[m], float64[n]: which share of the n lies below each of the m, and of the m above each of the n; ties half.

    The mean of either is the AUC; their variances are those of DeLong, DeLong and Clarke-Pearson (1988).
    """
    ranks = rankdata(np.concatenate([yes, no]))
    above = (ranks[: len(yes)] - rankdata(yes)) / len(no)
    below = 1.0 - (ranks[len(yes) :] - rankdata(no)) / len(yes)
    return above, below


def recall_gain(chosen: tuple[Bools, Bools], together: Ints, rng: np.random.Generator) -> Gain:
    """Compare two choices by the people found whom each would have called in.

    Parameters
    ----------
    chosen
        bool[n] of the first and the second ranking.
    together
        int64[n]: the ring of everybody found, -1 for all others.
    """
    rows = np.flatnonzero(together >= 0)
    if not len(rows):
        return Gain(0.0, 0.0, 0.0, -1.0, 1.0, 0, 0)
    ring = np.unique(together[rows], return_inverse=True)[1]
    sums = [np.bincount(ring, one) for one in (chosen[0][rows], chosen[1][rows], np.ones(len(rows)))]
    first, second = float(sums[0].sum() / sums[2].sum()), float(sums[1].sum() / sums[2].sum())
    low, high = -1.0, 1.0
    if len(sums[0]) >= LEAST_RINGS:
        drawn = rng.poisson(1.0, (RESAMPLES, len(sums[0])))
        total = drawn @ sums[2]
        kept = total > 0
        gains = (drawn @ (sums[0] - sums[1]))[kept] / total[kept]
        low, high = (float(end) for end in np.quantile(gains, (0.025, 0.975)))
    return Gain(first, second, first - second, low, high, len(rows), len(sums[0]))


def ranked_above(score: Floats, together: Ints, others: Bools) -> Ranked:
    """Tell how well people found are ranked above others.

    The spread between rings takes the place of that between people in the variance of `placements`, as clustered ROC analysis does (Obuchowski 1997), with Student's t for as many rings as there are.

    Parameters
    ----------
    score, together, others
        float64[n]; int64[n], the ring of everybody found, -1 for all others; bool[n], with whom they are compared.
    """
    yes, no = score[together >= 0], score[others]
    ring = np.unique(together[together >= 0], return_inverse=True)[1]
    count = int(ring.max(initial=-1)) + 1
    if not len(yes) or len(no) < 2:
        return Ranked(0.5, 0.0, 1.0, len(yes), count)
    above, below = placements(yes, no)
    auc = float(above.mean())
    if count < LEAST_RINGS:
        return Ranked(auc, 0.0, 1.0, len(yes), count)
    between = np.bincount(ring, above - auc)
    variance = count / (count - 1) * float((between**2).sum()) / len(yes) ** 2 + float(below.var(ddof=1)) / len(no)
    half = float(student.ppf(0.975, count - 1)) * variance**0.5
    return Ranked(auc, max(auc - half, 0.0), min(auc + half, 1.0), len(yes), count)
