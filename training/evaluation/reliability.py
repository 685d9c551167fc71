"""Does a score mean what it says? Calibration of scores against interview findings, weighted to all cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.evaluation.evaluate import LABELS, bases
from training.statistics.calibration_slope import slope_and_intercept, slope_bounds
from training.statistics.resampling import Resampled

Floats = NDArray[np.float64]
BINS = 10
LEAST = 5
"""Fewer findings of either kind say nothing about calibration."""


def calibration_figures(frame: pd.DataFrame, score: Floats, resampled: Resampled) -> dict[str, float]:
    """Return slope and intercept of the findings on the log-odds of the score, and the expected calibration error.

    A slope of 1 and an intercept of 0 are perfect; below 1 the scores are too extreme. All with 95 % intervals: bootstrap over
    rings, and of the slope by its likelihood (`slope_bounds`).
    """
    basis = next(one for one in bases(frame) if one.name == LABELS)
    known = score[basis.rows]
    drawn = [_figures(known, basis.value, basis.weight)]
    for draw in resampled.weights(basis.rows):
        drawn.append(_figures(known, basis.value, basis.weight * draw))
    result = {}
    table = np.array(drawn)
    for column, name in enumerate(("calibration_slope", "calibration_intercept", "calibration_error", "brier")):
        kept = table[1:, column][~np.isnan(table[1:, column])]
        result[name] = float(table[0, column])
        if len(kept):
            result[f"{name}_low"], result[f"{name}_high"] = (float(one) for one in np.quantile(kept, (0.025, 0.975)))
    if np.isfinite(result["calibration_slope"]):
        bounds = slope_bounds(known, basis.value, basis.weight, resampled.clusters(basis.rows))
        result["calibration_slope_low"], result["calibration_slope_high"] = bounds
    return result


def _figures(score: Floats, value: Floats, weight: Floats) -> tuple[float, float, float, float]:
    counted = weight > 0
    if min(value[counted].sum(), (1 - value[counted]).sum()) < LEAST:
        return (float("nan"),) * 4
    slope, intercept = slope_and_intercept(score, value, weight)
    brier = float(np.average((score - value) ** 2, weights=weight))
    return slope, intercept, calibration_error(score, value, weight), brier


def calibration_error(score: Floats, value: Floats, weight: Floats | None = None, bins: int = BINS) -> float:
    """Return the expected calibration error over bins of equal weight."""
    weight = np.ones(len(score)) if weight is None else weight
    order, at = _bins(score, weight, bins)
    gap = np.bincount(at, (weight * (score - value))[order], bins)
    return float(np.abs(gap).sum() / weight.sum())


def reliability(score: Floats, value: Floats, weight: Floats, bins: int = BINS) -> pd.DataFrame:
    """Return one row per bin of about equal weight: mean score, share with indications, weight, number of interviews."""
    order, at = _bins(score, weight, bins)
    total = np.bincount(at, weight[order], bins)
    kept = total > 0
    return pd.DataFrame(
        {
            "score": np.bincount(at, (weight * score)[order], bins)[kept] / total[kept],
            "found": np.bincount(at, (weight * value)[order], bins)[kept] / total[kept],
            "weight": total[kept],
            "interviews": np.bincount(at, weight[order] > 0, bins)[kept].astype(int),
        }
    )


def _bins(score: Floats, weight: Floats, bins: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows in order of their scores, and the bin of each in that order."""
    order = np.argsort(score, kind="stable")
    reached = np.cumsum(weight[order])
    return order, np.minimum((reached - weight[order] / 2) / reached[-1] * bins, bins - 1).astype(np.int64)
