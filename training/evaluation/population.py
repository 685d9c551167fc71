"""What do interviews say of everybody? How many are concerned, and which share of them was reached, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.labels import ALL_FILES, Labels
from training.data.selection import TARGETED, effective_size, has_probability
from training.statistics.intervals import (
    Estimate,
    InterviewError,
    added,
    concerned_bounds,
    ratio_of,
    share_of,
    weighted_share_bounds,
)

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Population:
    """What the interviews say of everybody: how many are concerned, and which share of them was reached."""

    prevalence: Estimate
    reached: Estimate
    random_interviews: int
    effective_size: float


def describe_population(
    labels: Labels, rows: Mask | None = None, *, reached: Mask | None = None, error: InterviewError | None = None
) -> Population:
    """Estimate prevalence, and the share of concerned people who were reached: by targeted interviews, or by a choice.

    A random arm drawn among all files speaks for all, by its weighted share of findings; drawn among
    unflagged files (``labels.lot``) it speaks for the others, and whom officers chose is known from their own interviews
    (`training.statistics.intervals` puts both together). The records do not say which it is; where officers choose well, the wrong
    answer counts those whom they chose twice or not at all. Referrals and later identifications count for nothing.

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
    """
    among = np.ones(len(labels.arm), dtype=bool) if rows is None else rows
    chosen = among & (labels.arm == TARGETED)
    everybody = people(labels, among, error)
    if reached is not None:
        share = share_of(people(labels, among & reached, error), people(labels, among & ~reached, error))
    elif labels.lot == ALL_FILES:
        share = ratio_of(_chosen_people(labels, chosen, error), everybody)
    else:
        share = share_of(people(labels, chosen, error), people(labels, among & ~chosen, error))
    weight = _one_in(labels, drawn_by_lot(labels, among) & ~np.isnan(labels.told))
    prevalence = everybody.times(1 / max(int(among.sum()), 1)).within(0.0, 1.0)
    return Population(prevalence, share, len(weight), effective_size(weight))


def people(labels: Labels, here: Mask, error: InterviewError | None = None) -> Estimate:
    """Return how many of the cases here, bool[n], are concerned; estimates of parts without a common case are independent."""
    lot = drawn_by_lot(labels, here)
    if labels.lot == ALL_FILES:
        return _people_by_lot(labels, lot, int(here.sum()), error)
    chosen = here & (labels.arm == TARGETED)
    return added(_chosen_people(labels, chosen, error), _people_by_lot(labels, lot, int((here & ~chosen).sum()), error))


def drawn_by_lot(labels: Labels, here: Mask) -> Mask:
    """Return bool[n]: whose interviews speak for those of the cases here for whom the lot speaks."""
    drawn = here & has_probability(labels)
    return drawn if labels.lot == ALL_FILES else drawn & (labels.arm != TARGETED)


def _chosen_people(labels: Labels, rows: Mask, error: InterviewError | None) -> Estimate:
    """Return how many of the people whom officers chose are concerned; they were all asked."""
    told = labels.told[rows]
    found = int(np.nansum(told))
    if error is None:
        number = found * len(told) / max(int((~np.isnan(told)).sum()), 1)
        return Estimate(number, number, number)
    low, high = concerned_bounds(found, len(told), error)
    return Estimate(float(np.clip(len(told) * error.corrected(found / max(len(told), 1)), low, high)), low, high)


def _people_by_lot(labels: Labels, drawn: Mask, number: int, error: InterviewError | None) -> Estimate:
    """Return how many of a number of people are concerned, by those of them whom the lot drew."""
    if not number:
        return Estimate(0.0, 0.0, 0.0)
    told = drawn if error is not None else drawn & ~np.isnan(labels.told)
    weight = _one_in(labels, told)
    if not len(weight):
        return Estimate(0.0, 0.0, float(number))
    found = np.nan_to_num(labels.told[told])
    right = error or InterviewError()
    low, high = (right.corrected(one) for one in weighted_share_bounds(found, weight))
    return Estimate(right.corrected(float(np.average(found, weights=weight))), low, high).times(float(number))


def _one_in(labels: Labels, rows: Mask) -> Floats:
    """Return for how many each case drawn by lot stands."""
    return np.asarray(1.0 / labels.inclusion[rows])
