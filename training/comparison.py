"""Does one ranking find more of the people it is meant to find than another? Paired differences on the same cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Gain:
    """How much more of the found people the first ranking reaches than the second, at the same number of interviews.

    Attributes
    ----------
    first, second
        Recall of either among the people found.
    gain, low, high
        Their difference with a 95 % paired bootstrap interval over whole units (weeks of a post).
    positives
        People found, on whom the difference rests.
    """

    first: float
    second: float
    gain: float
    low: float
    high: float
    positives: int


def recall_gain(
    chosen: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    found: NDArray[np.bool_],
    unit: NDArray[np.int64],
    rng: np.random.Generator,
) -> Gain:
    """Compare two choices by the people found whom each would have called in.

    Parameters
    ----------
    chosen
        bool[n] of the first and the second ranking.
    found, unit
        bool[n], int64[n].
    """
    rows = np.flatnonzero(found)
    if not len(rows):
        return Gain(0.0, 0.0, 0.0, -1.0, 1.0, 0)
    codes = np.unique(unit[rows], return_inverse=True)[1]
    sums = [np.bincount(codes, one) for one in (chosen[0][rows], chosen[1][rows], np.ones(len(rows)))]
    first, second = float(sums[0].sum() / sums[2].sum()), float(sums[1].sum() / sums[2].sum())
    drawn = rng.poisson(1.0, (RESAMPLES, len(sums[0])))
    total = drawn @ sums[2]
    kept = total > 0
    gains = (drawn @ (sums[0] - sums[1]))[kept] / total[kept]
    low, high = np.quantile(gains, (0.025, 0.975))
    return Gain(first, second, first - second, float(low), float(high), len(rows))
