"""For whom does an interviewed case stand? Weights from the random arm, and what they say of everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from training.labels import ARMS, Labels

Floats = NDArray[np.float64]
CLIP = 200.0
"""No interviewed case stands for more cases than this; what clipping takes away is reported."""
RANDOM, TARGETED = ARMS.index("random"), ARMS.index("targeted")


@dataclass(frozen=True, slots=True)
class Weights:
    """How many cases each labelled case stands for.

    Attributes
    ----------
    weight
        float64[n]; 0 for unlabelled cases and for those that nobody sampled (later identifications).
    clipped
        How many weights were cut down to the limit.
    effective_size
        Kish's effective sample size of the random arm, ``sum(w)^2 / sum(w^2)``.
    population
        How many cases the weights speak for.
    """

    weight: Floats
    clipped: int
    effective_size: float
    population: int


def inverse_propensity(labels: Labels, rows: NDArray[np.bool_] | None = None, *, clip: float = CLIP) -> Weights:
    """Weigh labelled cases so that together they stand for all cases.

    A targeted case was looked at because of what it is and stands for itself. A case of the random arm was drawn with a
    known probability p and stands for 1/p of the cases that nobody chose; these weights are then scaled to the number of
    those (Hájek), which also spreads inconclusive interviews over the conclusive ones of their arm. Referrals and later
    identifications were not sampled: the random arm stands for such people already, and they would count twice.

    Parameters
    ----------
    rows
        bool[n]: the cases that are spoken of; all if None.
    """
    among = np.ones(len(labels.arm), dtype=bool) if rows is None else rows
    labelled = among & ~np.isnan(labels.positive)
    chosen = among & (labels.arm == TARGETED)
    drawn = labelled & (labels.arm == RANDOM)
    weight = np.zeros(len(labels.arm))
    told = np.sum(chosen & labelled)
    weight[chosen & labelled] = chosen.sum() / max(told, 1)
    raw = 1.0 / np.clip(np.nan_to_num(labels.inclusion[drawn], nan=1.0), 1e-9, 1.0)
    cut = np.minimum(raw, clip)
    others = int(among.sum() - chosen.sum())
    if len(cut):
        weight[drawn] = cut * (others / cut.sum())
    return Weights(weight, int((raw > clip).sum()), effective_size(cut), int(among.sum()))


def effective_size(weight: Floats) -> float:
    """Return Kish's effective sample size, ``sum(w)^2 / sum(w^2)``; 0 if there is no weight."""
    square = float((weight**2).sum())
    return float(weight.sum()) ** 2 / square if square > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def covers(self, truth: float) -> bool:
        """Whether the interval holds a value."""
        return self.low <= truth <= self.high


@dataclass(frozen=True, slots=True)
class InterviewError:
    """How interviews err: the share of exploited people in whom indications are found, and of others likewise.

    Both are assumptions from outside (double interviews, later identifications), for no table holds them.
    """

    sensitivity: float = 1.0
    false_indication: float = 0.0

    def corrected(self, share: float) -> float:
        """Return the share of exploited people behind a share of indications (Rogan and Gladen 1978)."""
        return float(np.clip((share - self.false_indication) / (self.sensitivity - self.false_indication), 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Population:
    """What the interviews say of everybody: how many are concerned, and which share of them interviews reached."""

    prevalence: Estimate
    reached: Estimate
    random_interviews: int
    effective_size: float


def describe_population(
    labels: Labels, rows: NDArray[np.bool_] | None = None, *, error: InterviewError | None = None
) -> Population:
    """Estimate prevalence and the share of concerned people whom targeted interviews reached.

    The share among cases that were not chosen comes from the random arm, with the interval of Korn and Graubard (1998):
    Clopper and Pearson's at the effective sample size. What targeted interviews found is a count and has no interval,
    unless interviews err: then it is an estimate like the other, and each gets half of the 5 % (Bonferroni), so that the
    joint intervals are at least 95 %.

    Parameters
    ----------
    error
        How interviews err; None to count indications as they were recorded.
    """
    among = np.ones(len(labels.arm), dtype=bool) if rows is None else rows
    chosen = among & (labels.arm == TARGETED)
    others, total = int((among & ~chosen).sum()), max(int(among.sum()), 1)
    level = 0.95 if error is None else 0.975
    reached, _ = _people(labels, chosen, int(chosen.sum()), error, level)
    missed, size = _people(labels, among & (labels.arm == RANDOM), others, error, level)
    if error is None:
        reached = Estimate(reached.value, reached.value, reached.value)
    return Population(
        Estimate(
            (reached.value + missed.value) / total, (reached.low + missed.low) / total, (reached.high + missed.high) / total
        ),
        Estimate(
            *(one / max(one + other, 1e-9) for one, other in (
                (reached.value, missed.value), (reached.low, missed.high), (reached.high, missed.low)
            ))
        ),
        int((among & (labels.arm == RANDOM) & ~np.isnan(labels.positive)).sum()),
        size,
    )  # fmt: skip


def _people(
    labels: Labels, rows: NDArray[np.bool_], number: int, error: InterviewError | None, level: float
) -> tuple[Estimate, float]:
    """Estimate how many of a number of cases are concerned from those of them that were interviewed, and on what size."""
    told = rows & ~np.isnan(labels.positive)
    drawn = told & (labels.arm == RANDOM)
    weight = np.where(drawn, 1.0 / np.nan_to_num(labels.inclusion, nan=1.0), 1.0)[told]
    size = effective_size(weight)
    if not size:
        return Estimate(0.0, 0.0, float(number)), 0.0
    share = float(np.average(labels.positive[told], weights=weight))
    right = error or InterviewError()
    low, high = (right.corrected(one) for one in korn_graubard(share, size, level))
    return Estimate(number * right.corrected(share), number * low, number * high), size


def korn_graubard(share: float, size: float, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of a share observed at an effective sample size; (0, 1) where nothing was observed."""
    if size <= 0:
        return 0.0, 1.0
    tail, found = (1 - level) / 2, share * size
    low = 0.0 if found <= 0 else float(stats.beta.ppf(tail, found, size - found + 1))
    high = 1.0 if found >= size else float(stats.beta.ppf(1 - tail, found + 1, size - found))
    return low, high
