"""How sure is a share or a number of people? Confidence intervals for few positives, and for sums and ratios of estimates.

Exact tests are inverted with half the probability of the observed count (mid-P, Lancaster 1961): the intervals cover the
truth in about 95 of 100 cases. Clopper and Pearson's cover it in nearly all and are wider.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special, stats
from scipy.optimize import brentq

from features.arrays import Floats

LEVEL = 0.95
_NO_RATIO = 1e6
_XTOL = 1e-15


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % confidence interval."""

    value: float
    low: float
    high: float

    def covers(self, truth: float) -> bool:
        """Whether the interval contains a value."""
        return self.low <= truth <= self.high

    def scaled(self, factor: float) -> Estimate:
        """The estimate in another unit."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor)

    def within(self, lower: float, upper: float) -> Estimate:
        """The estimate cut off at the possible range."""
        return Estimate(*(min(max(figure, lower), upper) for figure in (self.value, self.low, self.high)))


@dataclass(frozen=True, slots=True)
class InterviewError:
    """Sensitivity and false-indication rate of interviews, inconclusive ones among them.

    Both are assumptions from outside (double interviews, later identifications): no table holds them.
    """

    sensitivity: float = 1.0
    false_indication: float = 0.0

    def corrected(self, share: float) -> float:
        """Share of exploited people behind a share with indications (Rogan and Gladen 1978)."""
        return float(np.clip((share - self.false_indication) / (self.sensitivity - self.false_indication), 0.0, 1.0))


def kish_size(weight: Floats) -> float:
    """Kish's effective sample size, ``sum(w)^2 / sum(w^2)``; 0 without weight."""
    square = float((weight**2).sum())
    return float(weight.sum()) ** 2 / square if square > 0 else 0.0


def share_bounds(share: float, size: float, level: float = LEVEL) -> tuple[float, float]:
    """Mid-P interval of a share observed at an effective sample size; (0, 1) at size 0.

    The size need not be whole: binomial tails are continued by the incomplete beta function, as Korn and Graubard (1998)
    do for Clopper and Pearson's interval.
    """
    if size <= 0:
        return 0.0, 1.0
    positives = min(max(share * size, 0.0), size)
    few = (positives, size - positives + 1) if positives > 0 else None
    many = (positives + 1, size - positives) if positives < size else None
    return _mid_p(few, many, level)


def weighted_share_bounds(positive: Floats, weight: Floats, level: float = LEVEL) -> tuple[float, float]:
    """Mid-P interval of a weighted share; (0, 1) without cases. With equal weights it is `share_bounds`.

    Kish's size assumes weights independent of labels. Where posts sample unequally and differ in their share, the size is
    that of a simple sample with the same (linearised) variance. The upper bound adds a positive at the largest weight, as
    Fay and Feuer (1997) do for weighted Poisson sums, mid-P after Fay and Kim (2017).

    Parameters
    ----------
    positive, weight
        float64[n] of 1 or 0, and float64[n] above 0.
    """
    if not len(weight):
        return 0.0, 1.0
    whole, number = float(weight.sum()), float(weight @ positive)
    yes, no = float(weight**2 @ positive), float(weight**2 @ (1.0 - positive))

    def shape(share: float, yes: float, no: float) -> tuple[float, float]:
        square = ((1 - share) ** 2 * yes + share**2 * no) / whole**2
        size = share * (1 - share) / square if 0.0 < share < 1.0 else whole**2 / (yes + no)
        return share * size, (1 - share) * size + 1

    few = shape(number / whole, yes, no) if positive.any() else None
    many = None
    if not positive.all():
        heaviest = float(weight[positive == 0.0].max())
        many = shape(min((number + heaviest) / whole, 1.0), yes + heaviest**2, no - heaviest**2)
    return _mid_p(few, many, level)


def positives_bounds(findings: int, interviewed: int, error: InterviewError, level: float = LEVEL) -> tuple[int, int]:
    """Interval of the number of exploited people among all interviewed, given the number with indications.

    Indications are the sum of two binomials, those of K exploited people and of the others; the interval contains each K
    at which the observed number is no surprise.
    """

    def beyond(exploited: int) -> float:
        counts = np.arange(findings + 1)
        right = stats.binom.pmf(counts, exploited, error.sensitivity)
        wrong = stats.binom.cdf(findings - counts, interviewed - exploited, error.false_indication)
        fewer = stats.binom.cdf(findings - 1 - counts, interviewed - exploited, error.false_indication)
        return 1.0 - float((right * (wrong + fewer)).sum()) / 2

    tail = (1 - level) / 2
    low = bisect_left(range(interviewed), True, key=lambda number: beyond(number) > tail)
    high = bisect_left(range(interviewed + 1), True, key=lambda number: beyond(number) >= 1 - tail) - 1
    return low, max(high, low)


def sum_of_estimates(*parts: Estimate) -> Estimate:
    """Sum of independent estimates; distances to the bounds add like standard errors (MOVER, Zou and Donner 2008)."""
    value = sum(part.value for part in parts)
    down = math.sqrt(sum((part.value - part.low) ** 2 for part in parts))
    up = math.sqrt(sum((part.high - part.value) ** 2 for part in parts))
    return Estimate(value, value - down, value + up)


def share_of(part: Estimate, rest: Estimate) -> Estimate:
    """Estimate of part / (part + rest) of two independent numbers that are not negative (Donner and Zou 2012)."""
    whole = part.value + rest.value
    low = _lower_ratio(part.value, part.low, rest.value, rest.high)
    high = _lower_ratio(rest.value, rest.low, part.value, part.high)
    return Estimate(
        part.value / whole if whole > 0 else 0.0,
        low / (1 + low) if math.isfinite(low) else 1.0,
        1 / (1 + high) if math.isfinite(high) else 0.0,
    )


def ratio_of(part: Estimate, whole: Estimate) -> Estimate:
    """Estimate of part / whole of independent estimates, where the part cannot be larger (the same source)."""
    value = part.value / whole.value if whole.value > 0 else float(part.value > 0)
    low = _lower_ratio(part.value, part.low, whole.value, whole.high)
    high = _lower_ratio(whole.value, whole.low, part.value, part.high)
    return Estimate(value, low, 1 / high if high > 0 else 1.0).within(0.0, 1.0)


def ratio_with_common(common: Estimate, first: Estimate, second: Estimate) -> Estimate:
    """Estimate of (common + first) / (common + second) of three independent numbers that are not negative.

    The interval contains each r at which the interval of ``(common + first) - r (common + second)`` contains 0: Fieller's
    (1954) method with distances to the bounds in place of standard errors (Donner and Zou 2012). NaN over 0.
    """
    above, below = common.value + first.value, common.value + second.value
    if below <= 0:
        return Estimate(math.nan, math.nan, math.nan)

    def bound(ratio: float, sign: float) -> float:
        """Upper (sign 1) or lower (sign -1) bound of the difference."""
        square = 0.0
        for part, factor in ((common, 1 - ratio), (first, 1.0), (second, -ratio)):
            end = part.high if factor * sign > 0 else part.low
            square += (factor * (end - part.value)) ** 2
        return above - ratio * below + sign * math.sqrt(square)

    value = above / below
    low = float(brentq(bound, 0.0, value, args=(-1.0,), xtol=_XTOL)) if bound(0.0, -1.0) > 0 else 0.0
    upper = max(value, 1.0)
    while bound(upper, 1.0) > 0 and upper < _NO_RATIO:
        upper *= 2
    high = float(brentq(bound, value, upper, args=(1.0,), xtol=_XTOL)) if upper < _NO_RATIO else math.inf
    return Estimate(value, low, high)


def _lower_ratio(part: float, part_low: float, other: float, other_high: float) -> float:
    """Lower bound r of part / other: part - r other = sqrt((part - low)² + r² (high - other)²)."""
    if other_high <= 0:
        return math.inf
    square = other**2 - (other_high - other) ** 2
    constant = part**2 - (part - part_low) ** 2
    if constant <= 0:
        return 0.0
    inside = max((part * other) ** 2 - square * constant, 0.0)
    # the smaller root, in the form that also holds where the square is 0
    return constant / (part * other + math.sqrt(inside))


def _mid_p(few: tuple[float, float] | None, many: tuple[float, float] | None, level: float) -> tuple[float, float]:
    """Bounds from the beta distributions of as many or more positives, and of more; None where all or none are positive."""

    def beyond(chance: float) -> float:
        as_many = float(special.betainc(*few, chance)) if few else 1.0
        return (as_many + (float(special.betainc(*many, chance)) if many else 0.0)) / 2

    tail = (1 - level) / 2
    return (_root(beyond, tail) if few else 0.0), (_root(beyond, 1 - tail) if many else 1.0)


def _root(rising: Callable[[float], float], level: float) -> float:
    """Point of [0, 1] at which a rising function equals a level."""
    return float(brentq(lambda at: rising(at) - level, 0.0, 1.0, xtol=_XTOL))
