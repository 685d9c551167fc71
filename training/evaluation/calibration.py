"""Is a score a chance? Calibration slope, calibration-in-the-large and expected calibration error, weighted, with intervals.

Where positives are rare the error alone tells little, for a score of 0 for everybody is hardly wrong; so it is reported as a
share of the prevalence, beside the ratio of expected to observed positives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.arrays import Floats, Ints
from training.evaluation.reliability import calibration_error
from training.statistics.calibration_slope import slope_and_intercept, slope_bounds
from training.statistics.intervals import kish_size
from training.statistics.resampling import GroupBootstrap, group_numbers

RESAMPLES = 1_000
PERFECT_DRAWS = 200


@dataclass(frozen=True, slots=True)
class CalibrationCheck:
    """Calibration over labelled cases, weighted to all, with 95 % bounds (slope: likelihood; others: bootstrap over groups).

    Attributes
    ----------
    slope
        Calibration slope: 1 is right, below 1 scores are too extreme. NaN with its bounds without a solution.
    effective_positives
        Kish's effective number of positives.
    ratio
        Calibration-in-the-large: expected over observed positives; below 1 scores are too low.
    error
        Expected calibration error, a share of all cases.
    error_beyond_chance
        Error beyond that of perfect scores in 95 of 100 draws of labels (consistency resampling, Bröcker and Smith 2007),
        over the prevalence; 1 for a score of 0 for everybody.
    """

    cases: int
    positives: int
    effective_positives: float
    slope: float
    slope_low: float
    slope_high: float
    ratio: float
    ratio_low: float
    ratio_high: float
    error: float
    error_low: float
    error_high: float
    error_beyond_chance: float


def check_calibration(
    score: Floats, finding: Floats, weight: Floats, rng: np.random.Generator, *, case_group: Ints | None = None,
    resamples: int = RESAMPLES,
) -> CalibrationCheck | None:  # fmt: skip
    """Check the scores of cases; None where all labels are alike.

    Parameters
    ----------
    score, finding, weight
        float64[n] each; ``finding`` is NaN without an interview.
    case_group
        int64[n]: group of each confirmed positive, -1 for all others; groups are drawn as a whole.
    """
    known = ~np.isnan(finding)
    groups = np.full(int(known.sum()), -1) if case_group is None else case_group[known]
    score, positive, weight = score[known], finding[known], weight[known]
    if not 0 < (weight * positive).sum() < weight.sum():
        return None
    group = group_numbers(groups)
    draws = []
    for draw in GroupBootstrap(group, rng, resamples).weights(np.arange(len(groups))):
        drawn = weight * draw
        if 0 < (drawn * positive).sum() < drawn.sum():
            draws.append(_figures(score, positive, drawn))
    figures = _figures(score, positive, weight)
    bounds = [np.quantile(column, (0.025, 0.975)).tolist() for column in np.array(draws).T]
    slope = (slope_and_intercept(score, positive, weight)[0], *slope_bounds(score, positive, weight, group))
    perfect = [
        calibration_error(score, (rng.random(len(score)) < score).astype(np.float64), weight)
        for _ in range(PERFECT_DRAWS)
    ]
    beyond = max(figures[1] - float(np.quantile(perfect, 0.95)), 0.0) / float(np.average(positive, weights=weight))
    ratio, error = ((figure, low, high) for figure, (low, high) in zip(figures, bounds, strict=True))
    size = kish_size(weight[positive == 1.0])
    return CalibrationCheck(len(score), int(positive.sum()), size, *slope, *ratio, *error, beyond)


def _figures(score: Floats, positive: Floats, weight: Floats) -> tuple[float, float]:
    ratio = float((weight * score).sum() / (weight * positive).sum())
    return ratio, calibration_error(score, positive, weight)
