"""How common is exploitation, and which share of it was interviewed? Estimates from interviews, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.arrays import Bools, Floats
from training.labels.labels import ALL_FILES, TARGETED, Labels
from training.statistics.intervals import (
    Estimate,
    InterviewError,
    kish_size,
    positives_bounds,
    ratio_of,
    share_of,
    sum_of_estimates,
    weighted_share_bounds,
)


@dataclass(frozen=True, slots=True)
class Population:
    """Prevalence of positives among all cases, and the recall of a choice."""

    prevalence: Estimate
    recall: Estimate
    random_interviews: int
    effective_size: float


def population_estimate(
    labels: Labels, rows: Bools | None = None, *, chosen: Bools | None = None, error: InterviewError | None = None
) -> Population:
    """Estimate prevalence, and the recall of officers or of another choice.

    A random sample of all files represents all by its weighted share; with a sample of unflagged files
    (``labels.sample_frame``) officers' cases are added from their own interviews. Records do not tell which frame holds; the
    wrong declaration counts officers' positives twice or not at all. Referrals and later identifications do not count.

    Parameters
    ----------
    rows
        bool[n]: the population; all if None. With ``error``, cases too recent for a label must be excluded.
    chosen
        bool[n]: cases that a ranking selects; those that officers targeted if None.
    error
        Error rates of interviews, inconclusive ones counting as without indications; None counts indications as recorded.
    """
    among = np.ones(len(labels.arm), dtype=bool) if rows is None else rows
    targeted = among & (labels.arm == TARGETED)
    total = estimated_positives(labels, among, error)
    if chosen is None and labels.sample_frame == ALL_FILES:
        recall = ratio_of(_targeted_positives(labels, targeted, error), total)
    else:
        part = targeted if chosen is None else among & chosen
        rest = estimated_positives(labels, among & ~part, error)
        recall = share_of(estimated_positives(labels, part, error), rest)
    weight = _represented(labels, random_sample_within(labels, among) & ~np.isnan(labels.finding))
    prevalence = total.scaled(1 / max(int(among.sum()), 1)).within(0.0, 1.0)
    return Population(prevalence, recall, len(weight), kish_size(weight))


def estimated_positives(labels: Labels, here: Bools, error: InterviewError | None = None) -> Estimate:
    """Number of positives among the cases here, bool[n]; estimates of disjoint parts are independent."""
    sample = random_sample_within(labels, here)
    if labels.sample_frame == ALL_FILES:
        return _sampled_positives(labels, sample, int(here.sum()), error)
    targeted = here & (labels.arm == TARGETED)
    others = _sampled_positives(labels, sample, int((here & ~targeted).sum()), error)
    return sum_of_estimates(_targeted_positives(labels, targeted, error), others)


def random_sample_within(labels: Labels, here: Bools) -> Bools:
    """Mask of randomly sampled cases that represent ``here``, bool[n]."""
    sample = here & labels.in_random_sample
    return sample if labels.sample_frame == ALL_FILES else sample & (labels.arm != TARGETED)


def _targeted_positives(labels: Labels, rows: Bools, error: InterviewError | None) -> Estimate:
    """Number of positives among targeted cases, which were all interviewed."""
    finding = labels.finding[rows]
    findings = int(np.nansum(finding))
    if error is None:
        number = findings * len(finding) / max(int((~np.isnan(finding)).sum()), 1)
        return Estimate(number, number, number)
    low, high = positives_bounds(findings, len(finding), error)
    number = len(finding) * error.corrected(findings / max(len(finding), 1))
    return Estimate(float(np.clip(number, low, high)), low, high)


def _sampled_positives(labels: Labels, sample: Bools, number: int, error: InterviewError | None) -> Estimate:
    """Number of positives among ``number`` cases, by the random sample of them."""
    if not number:
        return Estimate(0.0, 0.0, 0.0)
    interviewed = sample if error is not None else sample & ~np.isnan(labels.finding)
    weight = _represented(labels, interviewed)
    if not len(weight):
        return Estimate(0.0, 0.0, float(number))
    positive = np.nan_to_num(labels.finding[interviewed])
    correction = error or InterviewError()
    share = float(np.average(positive, weights=weight))
    figures = (correction.corrected(figure) for figure in (share, *weighted_share_bounds(positive, weight)))
    return Estimate(*figures).scaled(float(number))


def _represented(labels: Labels, rows: Bools) -> Floats:
    """Number of cases that each sampled case represents."""
    return np.asarray(1.0 / labels.inclusion_probability[rows])
