"""For whom does an interviewed case stand? Weights from the random arm, and what they say of everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.intervals import Estimate, InterviewError, added, concerned_bounds, ratio_of, share_bounds, share_of
from training.labels import ARMS, Labels

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
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


def inverse_propensity(
    labels: Labels, rows: NDArray[np.bool_] | None = None, *, clip: float = CLIP, lot_of_all: bool = True
) -> Weights:
    """Weigh labelled cases so that together they stand for all cases.

    A targeted case was looked at because of what it is and stands for itself. A case of the random arm was drawn with a
    known probability p and stands for 1/p cases. Referrals and later identifications were not sampled: the random arm
    stands for such people already, and they would count twice.

    For how many cases the random arm stands depends on where the lot was drawn. Let N cases be spoken of, T be chosen by
    officers, T_1 of them with indications, and let a lot *of all files* have found the weighted share s of indications.
    Then N s estimates everybody with indications without bias (Horvitz and Thompson 1952), those whom officers chose
    included. To give the T cases their own weight and the lot's cases the other N - T, as if the lot had met only those,
    gives T_1 + (N - T) s in expectation: too many by T_1 - T s, and officers choose so that this is large. So what
    officers found is taken out of what the lot says of the same finding: the lot's cases with indications together weigh
    N s - T_1, never less than their own number, and those without weigh what is left of N - T. All weights add up to N,
    and the weighted share of indications is s. That a case of the lot would also have been chosen is not on record, so one more
    thing is assumed: that among people with the same finding, officers' choice and a ranking have nothing to do with each
    other. Where it fails, a share reached is off by f (1 - f) (r - q), if officers choose a share f of those concerned
    and a ranking reaches r of these and q of the others. `describe_population` assumes nothing of the kind, and is wider.

    Where the lot is small, "never less than their own number" binds often and pulls upwards. The weights compare rankings; how
    common exploitation is, only `describe_population` says.

    Parameters
    ----------
    rows
        bool[n]: the cases that are spoken of; all if None.
    lot_of_all
        Whether the lot was drawn among all files, as in the synthetic worlds, or among those that nobody had chosen.
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
    others = float(among.sum() - chosen.sum())
    if len(cut):
        found = labels.positive[drawn] == 1.0
        share = cut * (others / cut.sum())
        if lot_of_all and found.any() and not found.all():
            theirs = float((weight * chosen)[labels.positive == 1.0].sum())
            everybody = among.sum() * cut[found].sum() / cut.sum()
            positive = min(max(everybody - theirs, float(found.sum())), others)
            share = np.where(found, cut * positive / cut[found].sum(), cut * (others - positive) / cut[~found].sum())
        weight[drawn] = share
    return Weights(weight, int((raw > clip).sum()), effective_size(cut), int(among.sum()))


def effective_size(weight: Floats) -> float:
    """Return Kish's effective sample size, ``sum(w)^2 / sum(w^2)``; 0 if there is no weight."""
    square = float((weight**2).sum())
    return float(weight.sum()) ** 2 / square if square > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Population:
    """What the interviews say of everybody: how many are concerned, and which share of them was reached."""

    prevalence: Estimate
    reached: Estimate
    random_interviews: int
    effective_size: float


def describe_population(
    labels: Labels,
    rows: Mask | None = None,
    *,
    reached: Mask | None = None,
    error: InterviewError | None = None,
    lot_of_all: bool = True,
) -> Population:
    """Estimate prevalence, and the share of concerned people who were reached: by targeted interviews, or by a choice.

    The random arm speaks for all files from which the lot was drawn, by its share of findings at the effective sample
    size; whom officers chose is known from their own interviews (`training.intervals` puts both together).

    Parameters
    ----------
    rows
        bool[n]: the cases that are spoken of; all if None. Where interviews err, those too recent for a finding must not
        be among them.
    reached
        bool[n]: whom a ranking would have called in; those whom officers chose if None.
    error
        How interviews err; an inconclusive one then counts as one without indications. None to count indications as they
        were recorded, in conclusive interviews alone.
    lot_of_all
        Whether the lot was drawn among all files, as in the synthetic worlds, or among those that nobody had chosen. The
        records do not say it; where officers choose well, the wrong answer counts those whom they chose twice or not at all.
    """
    among = np.ones(len(labels.arm), dtype=bool) if rows is None else rows
    chosen, drawn = among & (labels.arm == TARGETED), among & (labels.arm == RANDOM)
    spoken_for = among if lot_of_all else among & ~chosen

    def people(here: Mask) -> Estimate:
        by_lot = _people_by_lot(labels, drawn & here, int((spoken_for & here).sum()), error)
        return by_lot if lot_of_all else added(_chosen_people(labels, chosen & here, error), by_lot)

    everybody = people(among)
    if reached is not None:
        share = share_of(people(among & reached), people(among & ~reached))
    elif lot_of_all:
        share = ratio_of(_chosen_people(labels, chosen, error), everybody)
    else:
        share = share_of(people(chosen), people(among & ~chosen))
    weight = _one_in(labels, drawn & ~np.isnan(labels.positive))
    prevalence = everybody.times(1 / max(int(among.sum()), 1)).within(0.0, 1.0)
    return Population(prevalence, share, len(weight), effective_size(weight))


def _chosen_people(labels: Labels, rows: Mask, error: InterviewError | None) -> Estimate:
    """Return how many of the people whom officers chose are concerned; they were all asked."""
    found = int(np.nansum(labels.positive[rows]))
    if error is None:
        told = int((~np.isnan(labels.positive[rows])).sum())
        number = found * rows.sum() / max(told, 1)
        return Estimate(number, number, number)
    number = int(rows.sum())
    low, high = concerned_bounds(found, number, error)
    return Estimate(float(np.clip(number * error.corrected(found / max(number, 1)), low, high)), low, high)


def _people_by_lot(labels: Labels, drawn: Mask, number: int, error: InterviewError | None) -> Estimate:
    """Return how many of a number of people are concerned, by those of them whom the lot drew."""
    if not number:
        return Estimate(0.0, 0.0, 0.0)
    told = drawn if error is not None else drawn & ~np.isnan(labels.positive)
    weight = _one_in(labels, told)
    size = effective_size(weight)
    if not size:
        return Estimate(0.0, 0.0, float(number))
    share = float(np.average(np.nan_to_num(labels.positive[told]), weights=weight))
    right = error or InterviewError()
    low, high = (right.corrected(one) for one in share_bounds(share, size))
    return Estimate(right.corrected(share), low, high).times(float(number))


def _one_in(labels: Labels, rows: Mask) -> Floats:
    """Return for how many each case drawn by lot stands."""
    return np.asarray(1.0 / np.nan_to_num(labels.inclusion[rows], nan=1.0))
