"""Is a score of ten per cent found in ten of a hundred interviews? Slope and error of calibration, with weights and intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10
RESAMPLES = 200
_STEPS = 30
_RIDGE = 1e-6

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CalibrationCheck:
    """Slope of the logistic recalibration (1 is right, below 1 scores are too extreme) and expected calibration error.

    Both with 95 % bootstrap bounds, over cases with a finding, weighted by how many cases each stands for.
    """

    cases: int
    positives: int
    slope: float
    slope_low: float
    slope_high: float
    error: float
    error_low: float
    error_high: float


def check_calibration(
    score: Floats, finding: Floats, weight: Floats, rng: np.random.Generator
) -> CalibrationCheck | None:
    """Check the scores of cases, float64[n] each (``finding`` NaN where nobody was interviewed); None if one-sided."""
    known = ~np.isnan(finding)
    score, positive, weight = score[known], finding[known], weight[known]
    if not 0 < positive.sum() < len(positive):
        return None
    slopes, errors = [], []
    for _ in range(RESAMPLES):
        drawn = weight * rng.poisson(1.0, len(score))
        if 0 < (drawn * positive).sum() < drawn.sum():
            slopes.append(calibration_slope(score, positive, drawn))
            errors.append(calibration_error(score, positive, drawn))
    low, high = np.quantile(slopes, (0.025, 0.975))
    error_low, error_high = np.quantile(errors, (0.025, 0.975))
    slope, error = calibration_slope(score, positive, weight), calibration_error(score, positive, weight)
    counts = (len(score), int(positive.sum()))
    return CalibrationCheck(*counts, slope, float(low), float(high), error, float(error_low), float(error_high))


def calibration_slope(score: Floats, positive: Floats, weight: Floats) -> float:
    """Return the slope of the weighted logistic regression of findings on the log-odds of the score (Cox 1958)."""
    safe = np.clip(score, 1e-9, 1 - 1e-9)
    odds = np.log(safe / (1 - safe))
    if np.ptp(odds) == 0.0:
        return 0.0
    design = np.column_stack([np.ones(len(odds)), odds])
    share, beta = weight / weight.sum(), np.array([0.0, 1.0])
    for _ in range(_STEPS):
        fitted = 1.0 / (1.0 + np.exp(-np.clip(design @ beta, -500, 500)))
        slope = design.T @ (share * (positive - fitted)) - _RIDGE * beta
        bend = (design * (share * fitted * (1 - fitted))[:, None]).T @ design + _RIDGE * np.eye(2)
        step = np.clip(np.linalg.solve(bend, slope), -2.0, 2.0)
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            break
    return float(beta[1])


def calibration_error(score: Floats, positive: Floats, weight: Floats) -> float:
    """Return the expected calibration error over `BINS` bins of equal weight."""
    order = np.argsort(score, kind="stable")
    middle = np.cumsum(weight[order]) - weight[order] / 2
    part = np.minimum(middle / weight.sum() * BINS, BINS - 1).astype(np.int64)
    gap = np.bincount(part, (weight * (score - positive))[order], BINS)
    return float(np.abs(gap).sum() / weight.sum())
