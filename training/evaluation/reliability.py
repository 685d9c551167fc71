"""How do scores compare with interview findings, bin by bin? Calibration figures of a frame, weighted to all cases."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.arrays import Floats, Ints
from training.evaluation.rankings import label_basis
from training.statistics.calibration_slope import slope_and_intercept, slope_bounds
from training.statistics.resampling import GroupBootstrap

BINS = 10
MIN_PER_CLASS = 5
"""Fewer labels of either class give no calibration figure."""
_FIGURES = ("calibration_slope", "calibration_intercept", "calibration_error", "brier")


def calibration_figures(frame: pd.DataFrame, score: Floats, bootstrap: GroupBootstrap) -> dict[str, float]:
    """Calibration slope and intercept, expected calibration error and Brier score by labels, with 95 % intervals.

    A slope of 1 and an intercept of 0 are perfect; below 1 the scores are too extreme. Intervals by bootstrap over rings, of
    the slope by its likelihood.
    """
    basis = label_basis(frame)
    known = score[basis.rows]
    draws = (basis.weight * draw for draw in bootstrap.weights(basis.rows))
    figures = _figures(known, basis.value, basis.weight)
    table = np.array([_figures(known, basis.value, draw) for draw in draws])
    result = dict(zip(_FIGURES, figures, strict=True))
    for column, name in enumerate(_FIGURES):
        kept = table[:, column][~np.isnan(table[:, column])]
        if len(kept):
            result[f"{name}_low"], result[f"{name}_high"] = np.quantile(kept, (0.025, 0.975)).tolist()
    if np.isfinite(figures[0]):
        bounds = slope_bounds(known, basis.value, basis.weight, bootstrap.groups(basis.rows))
        result["calibration_slope_low"], result["calibration_slope_high"] = bounds
    return result


def _figures(score: Floats, value: Floats, weight: Floats) -> tuple[float, float, float, float]:
    counted = weight > 0
    if min(value[counted].sum(), (1 - value[counted]).sum()) < MIN_PER_CLASS:
        return (float("nan"),) * 4
    brier = float(np.average((score - value) ** 2, weights=weight))
    return *slope_and_intercept(score, value, weight), calibration_error(score, value, weight), brier


def calibration_error(score: Floats, value: Floats, weight: Floats | None = None, bins: int = BINS) -> float:
    """Expected calibration error over bins of equal weight."""
    weight = np.ones(len(score)) if weight is None else weight
    order, at = _bins(score, weight, bins)
    gap = np.bincount(at, (weight * (score - value))[order], bins)
    return float(np.abs(gap).sum() / weight.sum())


def reliability(score: Floats, value: Floats, weight: Floats, bins: int = BINS) -> pd.DataFrame:
    """Table of bins of about equal weight: mean score, share with indications, weight, number of interviews."""
    order, at = _bins(score, weight, bins)
    columns = {"score": weight * score, "share": weight * value, "weight": weight, "interviews": weight > 0}
    table = pd.DataFrame({name: np.bincount(at, column[order], bins) for name, column in columns.items()})
    table = table[table["weight"] > 0].reset_index(drop=True)
    return table.assign(
        score=table["score"] / table["weight"], share=table["share"] / table["weight"],
        interviews=table["interviews"].astype(int),
    )  # fmt: skip


def _bins(score: Floats, weight: Floats, bins: int) -> tuple[Ints, Ints]:
    """Rows in order of their scores, and the bin of each in that order."""
    order = np.argsort(score, kind="stable")
    total = np.cumsum(weight[order])
    return order, np.minimum((total - weight[order] / 2) / total[-1] * bins, bins - 1).astype(np.int64)
