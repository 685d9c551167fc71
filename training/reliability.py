"""Does a score mean what it says? Calibration of scores against interview findings, weighted to all cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.evaluate import LABELS, bases
from training.resampling import Resampled

Floats = NDArray[np.float64]
BINS = 10
LEAST = 5
"""Fewer findings of either kind say nothing about calibration."""
_EDGE = 1e-7


def calibration_figures(frame: pd.DataFrame, score: Floats, resampled: Resampled) -> dict[str, float]:
    """Return slope and intercept of the findings on the log-odds of the score, and the expected calibration error.

    A slope of 1 and an intercept of 0 are perfect; below 1 the scores are too extreme. All with 95 % intervals.
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
    return result


def _figures(score: Floats, value: Floats, weight: Floats) -> tuple[float, float, float, float]:
    counted = weight > 0
    if min(value[counted].sum(), (1 - value[counted]).sum()) < LEAST:
        return (float("nan"),) * 4
    slope, intercept = slope_and_intercept(score, value, weight)
    brier = float(np.average((score - value) ** 2, weights=weight))
    return slope, intercept, calibration_error(score, value, weight), brier


def slope_and_intercept(score: Floats, value: Floats, weight: Floats) -> tuple[float, float]:
    """Fit ``log-odds(value) = slope * log-odds(score) + intercept`` by Newton's method; NaN if it has no answer."""
    clipped = np.clip(score, _EDGE, 1 - _EDGE)
    design = np.column_stack([np.log(clipped / (1 - clipped)), np.ones(len(score))])
    beta = np.array([1.0, 0.0])
    for _ in range(50):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ beta, -35, 35)))
        curve = design.T @ (design * (weight * chance * (1 - chance))[:, None])
        if not np.isfinite(curve).all() or np.linalg.cond(curve) > 1e12:
            return float("nan"), float("nan")
        step = np.linalg.solve(curve, design.T @ (weight * (value - chance)))
        # a long step would leave the part where the curve says anything
        beta = beta + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-9:
            return float(beta[0]), float(beta[1])
    return float("nan"), float("nan")


def calibration_error(score: Floats, value: Floats, weight: Floats | None = None, bins: int = BINS) -> float:
    """Return the expected calibration error over bins of equal weight."""
    weight = np.ones(len(score)) if weight is None else weight
    told = reliability(score, value, weight, bins)
    return float((told["weight"] * (told["score"] - told["found"]).abs()).sum() / told["weight"].sum())


def reliability(score: Floats, value: Floats, weight: Floats, bins: int = BINS) -> pd.DataFrame:
    """Return one row per bin of about equal weight: mean score, share with indications, weight, number of interviews."""
    order = np.argsort(score, kind="stable")
    reached = np.cumsum(weight[order])
    at = np.minimum((reached - weight[order] / 2) / reached[-1] * bins, bins - 1).astype(np.int64)
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
