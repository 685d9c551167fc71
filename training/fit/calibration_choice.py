"""Which calibration does a model get? The kind with the lowest log loss on blocks of time that it was not fitted on."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from features.arrays import Floats
from models.calibration import Calibration
from training.statistics.calibration_slope import intercept_for_share, slope_and_intercept
from training.statistics.intervals import kish_size

BLOCKS = 5
"""Blocks of time; with two halves of few positives the choice was often wrong."""
PRIOR_INTERVIEWS = 100.0
"""Random interviews that the prior's prevalence counts as: with fewer, a single finding would set the level of every score."""
_FLATTEST = 0.05
_FLOORS = np.linspace(0.0, 0.95, 20)
"""Candidate floors, as shares of the prevalence."""


def fit_calibrations(raw: Floats, positive: Floats, weight: Floats) -> dict[str, Calibration]:
    """Calibrations by kind: none, shift, Platt (1999), and shift above a floor (for false indications at any score).

    Parameters
    ----------
    raw, positive, weight
        float64[n] each, raw scores in log-odds. Where labels are alike, only the first kind is fitted.
    """
    kinds = {"none": Calibration()}
    counted = weight > 0  # unweighted positives (referrals) carry no chance
    raw, positive, weight = raw[counted], positive[counted], weight[counted]
    if not 0 < positive.sum() < len(positive):
        return kinds
    share = float(np.average(positive, weights=weight))
    kinds["shift"] = Calibration(1.0, intercept_for_share(raw, share, weight))
    slope, intercept = slope_and_intercept(expit(raw), positive, weight)
    if np.isfinite(slope) and slope > _FLATTEST:
        kinds["platt"] = Calibration(slope, intercept)
    floors = [
        Calibration(1.0, intercept_for_share(raw, (share - floor) / (1.0 - floor), weight), floor)
        for floor in (_FLOORS * share).tolist()
    ]
    kinds["floor"] = min(floors, key=lambda floor: _loss(floor.scores(raw), positive, weight))
    return kinds


def choose_calibration(raw: Floats, positive: Floats, weight: Floats) -> tuple[str, Calibration]:
    """Kind and calibration with the lowest weighted log loss out of its block, fitted on all; ``shift`` without blocks.

    Parameters
    ----------
    raw, positive, weight
        float64[n] in order of time, of cases that the trees were not fitted on.
    """
    whole = fit_calibrations(raw, positive, weight)
    losses = dict.fromkeys(whole, 0.0)
    for block in np.array_split(np.arange(len(raw)), BLOCKS):
        if not len(block) or not weight[block].sum():
            continue
        others = np.setdiff1d(np.arange(len(raw)), block)
        fitted = fit_calibrations(raw[others], positive[others], weight[others])
        for kind in losses:
            loss = _loss(fitted[kind].scores(raw[block]), positive[block], weight[block]) if kind in fitted else np.nan
            losses[kind] += float(weight[block].sum()) * loss
    finite = {kind: loss for kind, loss in losses.items() if np.isfinite(loss)}
    if set(finite) == {"none"}:
        # no block could be predicted by the rest: a shift is the most that so few labels support
        finite = {kind: 0.0 for kind in ("shift", "none") if kind in whole}
    best = min(finite, key=lambda kind: finite[kind])  # of equal losses the kind with fewer parameters
    return best, whole[best]


def prevalence_after(positive: Floats, weight: Floats, before: float) -> float:
    """Prevalence by the prior, which counts as `PRIOR_INTERVIEWS`, and by labels weighted to all, float64[n] each."""
    size, counted = kish_size(weight), float(weight.sum())
    share = float(weight @ positive) / counted if counted > 0 else 0.0
    return (size * share + PRIOR_INTERVIEWS * before) / (size + PRIOR_INTERVIEWS)


def _loss(score: Floats, positive: Floats, weight: Floats) -> float:
    score = np.clip(score, 1e-9, 1 - 1e-9)
    return float(np.average(-np.log(np.where(positive == 1.0, score, 1 - score)), weights=weight))
