"""How many of a group would be among the chosen if a lot had chosen? The exact distribution over all strata, and what it could show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaln
from scipy.stats import norm
from scipy.stats import t as student

POWER = 0.8
"""How often a difference is seen that counts as one that would be seen (Cohen 1988)."""
LARGEST_ODDS = 1000.0
LEAST_UNITS = 5
"""Of fewer rings and single people no spread between them can be told."""
_NEGLIGIBLE = 1e-80

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ByChance:
    """The number of a group's members among the chosen, if in each stratum a lot had chosen as many as were chosen.

    Attributes
    ----------
    least
        The number that the first of ``chances`` belongs to.
    chances
        float64[k]: the chance of each number from ``least`` on.
    fewest, most
        The chances of the smallest and of the largest number that is possible: no outcome is more surprising.
    """

    least: int
    chances: Floats
    fewest: float
    most: float

    @staticmethod
    def of(everybody: Ints, chosen: Ints, mine: Ints) -> ByChance:
        """Convolve the hypergeometric distributions of the strata, int64[s] each: people, chosen people, and the group's people."""
        chances, least, fewest, most = np.ones(1), 0, 1.0, 1.0
        for total, hit, own in zip(everybody.tolist(), chosen.tolist(), mine.tolist(), strict=True):
            if not own:
                continue
            low, one = _hypergeometric(total, hit, own)
            fewest, most = fewest * float(one[0]), most * float(one[-1])
            first, kept = _trimmed(one)
            start, chances = _trimmed(np.convolve(chances, kept))
            least += low + first + start
        return ByChance(least, chances / chances.sum(), fewest, most)

    def at_least(self, number: int) -> float:
        """Return the chance of so many or more."""
        return float(min(self.chances[max(number - self.least, 0) :].sum(), 1.0))

    def at_most(self, number: int) -> float:
        """Return the chance of so many or fewer."""
        return float(min(self.chances[: max(number - self.least + 1, 0)].sum(), 1.0))

    def seen_from(self, level: float, *, upward: bool) -> float | None:
        """Return the odds ratio of the group's members and their like that a one-sided test at this level sees with `POWER`.

        Where nobody but the odds of the group's members differ, the number follows Fisher's noncentral distribution: the
        chances here, tilted by the ratio (McCullagh and Nelder 1989, 7.3). Where few are chosen it is the ratio of rates.
        None where no ratio up to `LARGEST_ODDS` would be seen.
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
        # at no difference the power is at most the level, far below
        tilt = brentq(lambda one: power(one) - POWER, 0.0, largest)
        return float(np.exp(tilt if upward else -tilt))


def shared_level(level: float, attainable: Iterable[float]) -> float:
    """Return the level of each of several tests that keeps the chance of any false alarm at ``level`` or below.

    Bonferroni's rule counts every test; that of Tarone (1990) only those that could reach the level at all: a test whose
    most surprising outcome has a larger chance can raise no alarm, true or false, and takes nothing from the others.

    Parameters
    ----------
    attainable
        The least chance that each test could have.
    """
    least = np.sort(np.fromiter(attainable, dtype=np.float64))
    for count in range(1, len(least) + 1):
        if np.searchsorted(least, level / count, side="right") <= count:
            return level / count
    return level


def spread_of_rings(own: Bools, hit: Bools, strata: Ints, unit: Ints) -> tuple[float, int]:
    """Return how many times wider the number spreads because rings come together (Rao and Scott 1992), and how many units there are.

    The squares of what each ring and each single person adds to the number beyond chance, by those of each person alone.

    Parameters
    ----------
    own, hit, strata, unit
        bool[n]: who is of the group, and who was chosen; int64[n]: the stratum of each; and one number, from 0 on, for
        each ring and each single person.
    """
    units = int(unit.max(initial=-1)) + 1
    if units == len(unit):
        return 1.0, units
    size = np.maximum(np.bincount(strata), 1)
    beside = (own - np.bincount(strata, own)[strata] / size[strata]) * (
        hit - np.bincount(strata, hit)[strata] / size[strata]
    )
    alone = float((beside**2).sum())
    together = float((np.bincount(unit, beside) ** 2).sum())
    return max(together / alone, 1.0) if alone > 0 else 1.0, units


def of_rings(chance: float, level: float, spread: float, units: int) -> tuple[float, float]:
    """Return a one-sided chance of single people as it is where rings spread the number wider, and which chance would reach a level.

    Its normal deviate is so much smaller, and Student's distribution stands for the few rings from which the spread is known; of
    fewer than `LEAST_UNITS` nothing is, and no chance reaches any level. Both are as given where rings spread nothing.

    Parameters
    ----------
    spread, units
        From `spread_of_rings`.
    """
    if spread <= 1:
        return chance, level
    if units < LEAST_UNITS:
        return 1.0, 0.0
    wider = spread**0.5
    return (
        float(student.sf(norm.isf(chance) / wider, units - 1)), float(norm.sf(student.isf(level, units - 1) * wider)),
    )  # fmt: skip


def _hypergeometric(total: int, hit: int, own: int) -> tuple[int, Floats]:
    """Return the least number of a stratum's own people among those chosen, and the chance of each from it on.

    By log-binomials: `scipy.stats.hypergeom` is exact to a few more digits and took a minute for a million landings.
    """
    low, high = max(0, own + hit - total), min(own, hit)
    numbers = np.arange(low, high + 1)
    logs = _log_choose(hit, numbers) + _log_choose(total - hit, own - numbers) - _log_choose(total, np.array(own))
    return low, np.exp(logs)


def _log_choose(of: int, number: Ints) -> Floats:
    return np.asarray(gammaln(of + 1) - gammaln(number + 1) - gammaln(of - number + 1))


def _trimmed(chances: Floats) -> tuple[int, Floats]:
    """Return how many negligible chances were cut off in front, and the rest without those behind."""
    kept = np.flatnonzero(chances > _NEGLIGIBLE)
    return int(kept[0]), chances[kept[0] : kept[-1] + 1]
