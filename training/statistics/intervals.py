"""How sure is a share or a number of people? Intervals for few findings, and for sums and shares made of several.

Exact tests are inverted with half the chance of what was observed (mid-P, Lancaster 1961): intervals that hold the truth
in about 95 of 100 cases. Clopper and Pearson's hold it in nearly all and are wider for that.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

LEVEL = 0.95
_HALVINGS = 60
_NO_RATIO = 1e6

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def covers(self, truth: float) -> bool:
        """Whether the interval holds a value."""
        return self.low <= truth <= self.high

    def times(self, factor: float) -> Estimate:
        """Return the same in another unit."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor)

    def within(self, least: float, most: float) -> Estimate:
        """Return the same, cut off at what is possible."""
        return Estimate(*(min(max(one, least), most) for one in (self.value, self.low, self.high)))


@dataclass(frozen=True, slots=True)
class InterviewError:
    """How interviews err: the share of exploited people in whom indications are found, and of others likewise.

    Of all interviews, inconclusive ones among them. Both are assumptions from outside (double interviews, later
    identifications), for no table holds them.
    """

    sensitivity: float = 1.0
    false_indication: float = 0.0

    def corrected(self, share: float) -> float:
        """Return the share of exploited people behind a share of indications (Rogan and Gladen 1978)."""
        return float(np.clip((share - self.false_indication) / (self.sensitivity - self.false_indication), 0.0, 1.0))


def share_bounds(share: float, size: float, level: float = LEVEL) -> tuple[float, float]:
    """Return the mid-P interval of a share observed at an effective sample size; (0, 1) where nothing was observed.

    The size need not be whole: the binomial tails are continued by the incomplete beta function, as Korn and Graubard
    (1998) do for Clopper and Pearson's interval.
    """
    if size <= 0:
        return 0.0, 1.0
    found = min(max(share * size, 0.0), size)

    def beyond(chance: float) -> float:
        """The chance of more than was found, and half of that of just as many."""
        as_many = 1.0 if found <= 0 else float(special.betainc(found, size - found + 1, chance))
        more = 0.0 if found >= size else float(special.betainc(found + 1, size - found, chance))
        return (as_many + more) / 2

    tail = (1 - level) / 2
    low = 0.0 if found <= 0 else _where(beyond, tail)
    high = 1.0 if found >= size else _where(beyond, 1 - tail)
    return low, high


def weighted_share_bounds(found: Floats, weight: Floats, level: float = LEVEL) -> tuple[float, float]:
    """Return the mid-P interval of a weighted share; (0, 1) of nobody. With equal weights it is `share_bounds`.

    Kish's effective size takes it that weights and findings have nothing to do with each other. Where posts draw
    unequally and differ in what is found they have, so the size is that of a simple sample whose share would vary as much
    as this one (linearised), and for the upper bound one more finding is imagined where it would weigh most, as Fay and
    Feuer (1997) have it for weighted sums of Poisson counts, mid-P after Fay and Kim (2017).

    Parameters
    ----------
    found, weight
        float64[n] of 1 or 0, and float64[n] above nought.
    """
    if not len(weight):
        return 0.0, 1.0
    whole, number = float(weight.sum()), float(weight @ found)
    yes, no = float(weight**2 @ found), float(weight**2 @ (1.0 - found))

    def shape(share: float, yes: float, no: float) -> tuple[float, float]:
        """The beta distribution of a share that was seen with these sums of squared weights."""
        square = ((1 - share) ** 2 * yes + share**2 * no) / whole**2
        size = share * (1 - share) / square if 0.0 < share < 1.0 else whole**2 / (yes + no)
        return share * size, (1 - share) * size + 1

    few = shape(number / whole, yes, no) if found.any() else None
    many = None
    if not found.all():
        most = float(weight[found == 0.0].max())
        many = shape(min((number + most) / whole, 1.0), yes + most**2, no - most**2)

    def beyond(chance: float) -> float:
        """The chance of more than was found, and half of that of just as many."""
        as_many = float(special.betainc(*few, chance)) if few else 1.0
        return (as_many + (float(special.betainc(*many, chance)) if many else 0.0)) / 2

    tail = (1 - level) / 2
    return (_where(beyond, tail) if few else 0.0), (_where(beyond, 1 - tail) if many else 1.0)


def concerned_bounds(found: int, interviewed: int, error: InterviewError, level: float = LEVEL) -> tuple[int, int]:
    """Return how few and how many of the interviewed people may be concerned, given how many findings there were.

    These people were all interviewed, so only the answers are left to chance: findings are those among K concerned
    people and those among the others, two binomials, and the interval holds each K for which they are no surprise.
    """

    def beyond(concerned: int) -> float:
        told = np.arange(found + 1)
        right = stats.binom.pmf(told, concerned, error.sensitivity)
        wrong = stats.binom.cdf(found - told, interviewed - concerned, error.false_indication)
        one_less = stats.binom.cdf(found - 1 - told, interviewed - concerned, error.false_indication)
        return 1.0 - float((right * (wrong + one_less)).sum()) / 2

    tail = (1 - level) / 2
    low = _first(lambda one: beyond(one) > tail, interviewed)
    high = _first(lambda one: beyond(one) >= 1 - tail, interviewed + 1) - 1
    return min(low, interviewed), max(high, min(low, interviewed))


def added(*parts: Estimate) -> Estimate:
    """Return the sum of independent estimates, with the interval of Zou and Donner (2008).

    Distances to the bounds are added like standard errors (MOVER), which is sharper than to add the bounds.
    """
    value = sum(one.value for one in parts)
    down = math.sqrt(sum((one.value - one.low) ** 2 for one in parts))
    up = math.sqrt(sum((one.high - one.value) ** 2 for one in parts))
    return Estimate(value, value - down, value + up)


def share_of(part: Estimate, rest: Estimate) -> Estimate:
    """Return part / (part + rest) of two independent numbers that are not negative (Donner and Zou 2012)."""
    whole = part.value + rest.value
    low = _odds(part.value, part.low, rest.value, rest.high)
    high = _odds(rest.value, rest.low, part.value, part.high)
    return Estimate(
        part.value / whole if whole > 0 else 0.0,
        low / (1 + low) if math.isfinite(low) else 1.0,
        1 / (1 + high) if math.isfinite(high) else 0.0,
    )


def ratio_of(part: Estimate, whole: Estimate) -> Estimate:
    """Return part / whole, estimated independently of each other, of which the part cannot be larger (the same source)."""
    value = part.value / whole.value if whole.value > 0 else float(part.value > 0)
    low, high = (
        _odds(part.value, part.low, whole.value, whole.high),
        _odds(whole.value, whole.low, part.value, part.high),
    )
    return Estimate(value, low, 1 / high if high > 0 else 1.0).within(0.0, 1.0)


def ratio_with_common(common: Estimate, first: Estimate, second: Estimate) -> Estimate:
    """Return (common + first) / (common + second) of three independent numbers that are not negative.

    The interval holds each r at which the interval of ``(common + first) - r (common + second)`` holds nil: Fieller's (1954)
    idea with distances to the bounds in place of standard errors, as Donner and Zou (2012) have it without a common part.
    NaN where the denominator is nil.
    """
    above, below = common.value + first.value, common.value + second.value
    if below <= 0:
        return Estimate(math.nan, math.nan, math.nan)

    def bound(ratio: float, sign: float) -> float:
        """The upper (sign 1) or lower (sign -1) bound of the difference."""
        square = 0.0
        for part, factor in ((common, 1 - ratio), (first, 1.0), (second, -ratio)):
            end = part.high if factor * sign > 0 else part.low
            square += (factor * (end - part.value)) ** 2
        return above - ratio * below + sign * math.sqrt(square)

    value = above / below
    low, high = 0.0, value
    if bound(0.0, -1.0) > 0:
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if bound(middle, -1.0) > 0 else (low, middle)
    most = max(value, 1.0)
    while bound(most, 1.0) > 0 and most < _NO_RATIO:
        most *= 2
    least = value
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        least, most = (middle, most) if bound(middle, 1.0) > 0 else (least, middle)
    return Estimate(value, low, most if most < _NO_RATIO else math.inf)


def _odds(one: float, one_low: float, other: float, other_high: float) -> float:
    """Return the lower bound r of one / other: the root of one - r other = root of (one - low)² + r² (high - other)²."""
    if other_high <= 0:
        return math.inf
    square = other**2 - (other_high - other) ** 2
    constant = one**2 - (one - one_low) ** 2
    if constant <= 0:
        return 0.0
    inside = max((one * other) ** 2 - square * constant, 0.0)
    # the smaller root, in the form that also holds where the square is nil
    return constant / (one * other + math.sqrt(inside))


def _where(rising: Callable[[float], float], level: float) -> float:
    """Return the point of (0, 1) at which a rising function reaches a level."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < level else (low, middle)
    return (low + high) / 2


def _first(holds: Callable[[int], bool], end: int) -> int:
    """Return the first whole number from 0 for which a condition holds that holds from there on; ``end`` if none."""
    low, high = 0, end
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
