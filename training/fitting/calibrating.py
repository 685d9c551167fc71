"""Which chance does a raw score stand for? Kinds of calibration, and the one that says best what it was not fitted on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.calibration import Calibration
from training.statistics.calibration_slope import slope_and_intercept

BLOCKS = 5
"""Parts in time, each told by a calibration fitted on the others. Findings of the lot are few: judged by one half of them,
the kind was often the wrong one."""
_FLATTEST = 0.05
_FLOORS = np.linspace(0.0, 0.95, 20)
"""Tried floors, as shares of what interviews find among all."""

Floats = NDArray[np.float64]


def calibrations(raw: Floats, positive: Floats, weight: Floats) -> dict[str, Calibration]:
    """Fit each way of turning raw log-odds into a chance.

    As they are; shifted; shifted and stretched (Platt 1999); shifted above a floor, for interviews that write down
    indications in so many people whoever they are.

    Parameters
    ----------
    raw, positive, weight
        float64[n] each. Where findings are alike, only the first kind is fitted.
    """
    found = {"none": Calibration()}
    # findings that stand for nobody (referrals) say nothing of a chance, however many they are
    counted = weight > 0
    raw, positive, weight = raw[counted], positive[counted], weight[counted]
    if 0 < positive.sum() < len(positive):
        share = float(np.average(positive, weights=weight))
        found["shift"] = Calibration(1.0, _shift(raw, share, weight))
        slope, intercept = slope_and_intercept(1.0 / (1.0 + np.exp(-raw)), positive, weight)
        if np.isfinite(slope) and slope > _FLATTEST:
            found["platt"] = Calibration(slope, intercept)
        floors = [
            Calibration(1.0, _shift(raw, (share - floor) / (1.0 - floor), weight), floor)
            for floor in (_FLOORS * share).tolist()
        ]
        found["floor"] = min(floors, key=lambda one: _log_loss(one.scores(raw), positive, weight))
    return found


def choose_calibration(raw: Floats, positive: Floats, weight: Floats) -> tuple[str, Calibration]:
    """Keep the kind with the lowest weighted log loss on parts of the time that it was not fitted on, fitted on all.

    Parameters
    ----------
    raw, positive, weight
        float64[n] in order of time, of cases that the trees were not fitted on.

    Returns
    -------
    tuple
        The kind and the calibration; ``shift`` where no part can be left out.
    """
    whole = calibrations(raw, positive, weight)
    losses = dict.fromkeys(whole, 0.0)
    for block in np.array_split(np.arange(len(raw)), BLOCKS):
        others = np.setdiff1d(np.arange(len(raw)), block)
        fitted = calibrations(raw[others], positive[others], weight[others])
        if not len(block) or not weight[block].sum():
            continue
        for kind in losses:
            told = fitted[kind].scores(raw[block]) if kind in fitted else np.full(len(block), np.nan)
            losses[kind] += float(weight[block].sum()) * _log_loss(told, positive[block], weight[block])
    sure = {kind: loss for kind, loss in losses.items() if np.isfinite(loss)}
    if set(sure) == {"none"}:
        # nothing could be told by the rest: a shift is the most that so few findings can say
        sure = {kind: 0.0 for kind in ("shift", "none") if kind in whole}
    # kinds are in order of their parameters, and the first of equals is kept
    best = min(sure, key=lambda kind: sure[kind])
    return best, whole[best]


def _log_loss(score: Floats, positive: Floats, weight: Floats) -> float:
    score = np.clip(score, 1e-9, 1 - 1e-9)
    return float(np.average(-np.log(np.where(positive == 1.0, score, 1 - score)), weights=weight))


def _shift(raw: Floats, share: float, weight: Floats) -> float:
    """The intercept at which the weighted mean chance is a share, by bisection."""
    low, high = -40.0, 40.0
    for _ in range(80):
        middle = (low + high) / 2
        mean = np.average(1.0 / (1.0 + np.exp(-np.clip(raw + middle, -50, 50))), weights=weight)
        low, high = (middle, high) if mean < share else (low, middle)
    return (low + high) / 2
