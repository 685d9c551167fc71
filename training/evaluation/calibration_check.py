"""Is a score of ten per cent found in ten of a hundred interviews? By three figures, with weights and intervals.

Of scores that say the same of nearly everybody, the error alone tells nothing where few are concerned: nought for everybody
is then hardly wrong. So it is told as a share of what was found, beside the sum of what was promised over what was found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.selection import effective_size
from training.evaluation.reliability import calibration_error
from training.statistics.calibration_slope import slope_and_intercept, slope_bounds
from training.statistics.resampling import Resampled, ring_units

RESAMPLES = 1_000
WITHOUT_FAULT = 200

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CalibrationCheck:
    """Calibration over cases with a finding, weighted by how many cases each stands for, with 95 % bounds.

    Of the slope by its likelihood, of the others by bootstrap over rings.

    Attributes
    ----------
    slope
        Of the logistic recalibration: 1 is right, below 1 scores are too extreme. NaN, as are its bounds, where it has no answer.
    effective_positives
        Kish's effective size of those with indications: a few of the lot stand for thousands, and all the others for themselves.
    ratio
        Calibration in the large: findings expected by the scores, over findings. 1 is right, below 1 scores promise too little.
    error
        Expected calibration error, a share of all cases.
    error_beyond_chance
        What of the error is beyond that which scores without fault show in 95 of 100 draws of findings (consistency
        resampling; Bröcker and Smith 2007), over the share with findings. Nought for everybody has 1.
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
    score: Floats,
    finding: Floats,
    weight: Floats,
    rng: np.random.Generator,
    *,
    together: NDArray[np.int64] | None = None,
    resamples: int = RESAMPLES,
) -> CalibrationCheck | None:
    """Check the scores of cases.

    Parameters
    ----------
    score, finding, weight
        float64[n] each; ``finding`` is NaN where nobody was interviewed.
    together
        int64[n]: the ring of everybody found, -1 for all others; people of one ring are drawn together.

    Returns
    -------
    CalibrationCheck or None
        None if all findings are alike.
    """
    known = ~np.isnan(finding)
    ring = np.full(int(known.sum()), -1) if together is None else together[known]
    score, positive, weight = score[known], finding[known], weight[known]
    if not 0 < (weight * positive).sum() < weight.sum():
        return None
    unit = ring_units(ring)
    drawn = []
    for draw in Resampled(unit, rng, resamples).weights(np.arange(len(ring))):
        times = weight * draw
        if 0 < (times * positive).sum() < times.sum():
            drawn.append(_figures(score, positive, times))
    figures = _figures(score, positive, weight)
    bounds = [np.quantile(column, (0.025, 0.975)).tolist() for column in np.array(drawn).T]
    slope = (slope_and_intercept(score, positive, weight)[0], *slope_bounds(score, positive, weight, unit))
    by_chance = [
        calibration_error(score, (rng.random(len(score)) < score).astype(np.float64), weight)
        for _ in range(WITHOUT_FAULT)
    ]
    beyond = max(figures[1] - float(np.quantile(by_chance, 0.95)), 0.0) / float(np.average(positive, weights=weight))
    ratio, error = ((figure, low, high) for figure, (low, high) in zip(figures, bounds, strict=True))
    size = effective_size(weight[positive == 1.0])
    return CalibrationCheck(len(score), int(positive.sum()), size, *slope, *ratio, *error, beyond)


def _figures(score: Floats, positive: Floats, weight: Floats) -> tuple[float, float]:
    ratio = float((weight * score).sum() / (weight * positive).sum())
    return ratio, calibration_error(score, positive, weight)
