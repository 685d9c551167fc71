"""Is a count within strata more than chance? The exact randomisation test over all strata, and the difference it can detect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln
from scipy.stats import norm
from scipy.stats import t as student

from features.arrays import Bools, Floats, Ints

POWER = 0.8
"""Probability of detection of a difference that counts as detectable (Cohen 1988)."""
LARGEST_ODDS = 1000.0
MIN_GROUP_COUNT = 5
"""Fewer case groups give no estimate of the spread between them."""
_NEGLIGIBLE = 1e-80


@dataclass(frozen=True, slots=True)
class NullDistribution:
    """Distribution of a group's number of chosen members if each stratum had chosen its number at random.

    Attributes
    ----------
    start
        Number of the first entry of ``chances``, float64[k].
    smallest_p, largest_p
        Probabilities of the smallest and of the largest possible number: the least possible p-values.
    """

    start: int
    chances: Floats
    smallest_p: float
    largest_p: float

    @staticmethod
    def of(total: Ints, chosen: Ints, own: Ints) -> NullDistribution:
        """Convolution of the strata's hypergeometric distributions, int64[s] each: people, chosen people, the group's people."""
        chances, start, smallest, largest = np.ones(1), 0, 1.0, 1.0
        for people, hits, mine in zip(total.tolist(), chosen.tolist(), own.tolist(), strict=True):
            if not mine:
                continue
            low, stratum = _hypergeometric(people, hits, mine)
            smallest, largest = smallest * float(stratum[0]), largest * float(stratum[-1])
            first, trimmed = _trimmed(stratum)
            offset, chances = _trimmed(np.convolve(chances, trimmed))
            start += low + first + offset
        return NullDistribution(start, chances / chances.sum(), smallest, largest)

    def upper_tail(self, number: int) -> float:
        """Probability of this number or more."""
        return float(min(self.chances[max(number - self.start, 0) :].sum(), 1.0))

    def lower_tail(self, number: int) -> float:
        """Probability of this number or fewer."""
        return float(min(self.chances[: max(number - self.start + 1, 0)].sum(), 1.0))

    def detectable_ratio(self, level: float, *, upward: bool) -> float | None:
        """Odds ratio that a one-sided test at this level detects with `POWER`; None above `LARGEST_ODDS`.

        Under another odds ratio the number follows Fisher's noncentral distribution: these chances tilted by the ratio
        (McCullagh and Nelder 1989, 7.3). Where few are chosen the odds ratio is the ratio of rates.
        """
        chances = self.chances if upward else self.chances[::-1]
        beyond = np.flatnonzero(np.cumsum(chances[::-1])[::-1] <= level)
        if not len(beyond):
            return None
        numbers = np.arange(len(chances))
        with np.errstate(divide="ignore"):
            logs = np.log(chances)

        def power(tilt: float) -> float:
            weights = logs + tilt * numbers
            weights = np.exp(weights - weights.max())
            return float(weights[beyond[0] :].sum() / weights.sum())

        largest = float(np.log(LARGEST_ODDS))
        if power(largest) < POWER:
            return None
        tilt = brentq(lambda at: power(at) - POWER, 0.0, largest)
        return float(np.exp(tilt if upward else -tilt))


def tarone_level(level: float, attainable: Iterable[float]) -> float:
    """Level of each of several tests that keeps the familywise error rate at ``level`` (Tarone 1990).

    Bonferroni's rule counts every test; Tarone's only those whose least possible p-value, ``attainable``, can reach it.
    """
    smallest = np.sort(np.fromiter(attainable, dtype=np.float64))
    for count in range(1, len(smallest) + 1):
        if np.searchsorted(smallest, level / count, side="right") <= count:
            return level / count
    return level


def group_design_effect(own: Bools, hit: Bools, strata: Ints, group: Ints) -> tuple[float, int]:
    """Design effect of case groups on the number (Rao and Scott 1992), at least 1, and the count of groups.

    Parameters
    ----------
    own, hit, strata, group
        bool[n]: member of the compared group, and chosen; int64[n]: stratum, and case group from 0 on.
    """
    groups = int(group.max(initial=-1)) + 1
    if groups == len(group):
        return 1.0, groups
    size = np.maximum(np.bincount(strata), 1)
    residuals = [part - np.bincount(strata, part)[strata] / size[strata] for part in (own, hit)]
    product = residuals[0] * residuals[1]
    alone, grouped = float((product**2).sum()), float((np.bincount(group, product) ** 2).sum())
    return max(grouped / alone, 1.0) if alone > 0 else 1.0, groups


def with_design_effect(p_value: float, level: float, effect: float, groups: int) -> tuple[float, float]:
    """One-sided p-value under a design effect, and the unadjusted p-value that reaches a level.

    The normal deviate shrinks by the root of the effect, and Student's distribution covers the few groups that it was
    estimated from; with fewer than `MIN_GROUP_COUNT` no p-value reaches any level.
    """
    if effect <= 1:
        return p_value, level
    if groups < MIN_GROUP_COUNT:
        return 1.0, 0.0
    wider, freedom = effect**0.5, groups - 1
    needed = norm.sf(student.isf(level, freedom) * wider)
    return float(student.sf(norm.isf(p_value) / wider, freedom)), float(needed)


def _hypergeometric(total: int, hit: int, own: int) -> tuple[int, Floats]:
    """Smallest number of a stratum's own people among those chosen, and the probability of each number from it on.

    By log-binomials: `scipy.stats.hypergeom` is exact to a few more digits and took a minute for a million landings.
    """
    low, high = max(0, own + hit - total), min(own, hit)
    numbers = np.arange(low, high + 1)
    logs = _log_choose(hit, numbers) + _log_choose(total - hit, own - numbers) - _log_choose(total, np.array(own))
    return low, np.exp(logs)


def _log_choose(of: int, number: Ints) -> Floats:
    return np.asarray(gammaln(of + 1) - gammaln(number + 1) - gammaln(of - number + 1))


def _trimmed(chances: Floats) -> tuple[int, Floats]:
    """Number of negligible chances cut off in front, and the rest without those behind."""
    large = np.flatnonzero(chances > _NEGLIGIBLE)
    return int(large[0]), chances[large[0] : large[-1] + 1]
