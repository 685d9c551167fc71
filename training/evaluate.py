"""How good is it? Figures on the judging part with bootstrap intervals, beside arrival order and chance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

CAPACITIES = (0.005, 0.01, 0.02, 0.05, 0.1)
RESAMPLES = 200

Floats = NDArray[np.float64]


def evaluate(score: Floats, positive: Floats, rng: np.random.Generator) -> dict[str, float]:
    """Return the figures of one part.

    Parameters
    ----------
    score, positive
        float64[n] each, in order of time.

    Returns
    -------
    dict
        Each figure, and for the two rank figures also ``…_low`` and ``…_high`` (95 % bootstrap interval).
    """
    figures = {
        "cases": float(len(positive)),
        "positives": float(positive.sum()),
        "brier": float(brier_score_loss(positive, score)),
        "calibration_error": calibration_error(score, positive),
    }
    for name, metric in (("auc", roc_auc_score), ("average_precision", average_precision_score)):
        figures[name] = float(metric(positive, score))
        figures[f"{name}_low"], figures[f"{name}_high"] = _interval(metric, score, positive, rng)
    arrival = -np.arange(len(score), dtype=np.float64)
    for capacity in CAPACITIES:
        share = f"{capacity:.1%}".replace(".", "_").replace("%", "pct")
        figures[f"recall_at_{share}"] = recall_at(score, positive, capacity)
        figures[f"precision_at_{share}"] = precision_at(score, positive, capacity)
        figures[f"arrival_recall_at_{share}"] = recall_at(arrival, positive, capacity)
    figures["chance_precision"] = float(positive.mean())
    return figures


def recall_at(score: Floats, positive: Floats, capacity: float) -> float:
    """Return the share of positives among the first ``capacity`` of cases."""
    return float(positive[_first(score, capacity)].sum() / max(positive.sum(), 1.0))


def precision_at(score: Floats, positive: Floats, capacity: float) -> float:
    """Return the share of positives in the interviews that the capacity allows."""
    return float(positive[_first(score, capacity)].mean())


def _first(score: Floats, capacity: float) -> NDArray[np.int64]:
    return np.argsort(-score, kind="stable")[: max(1, round(capacity * len(score)))]


def calibration_error(score: Floats, positive: Floats, bins: int = 10) -> float:
    """Return the expected calibration error over bins of equal size."""
    parts = np.array_split(np.argsort(score, kind="stable"), bins)
    gaps = [len(part) * abs(score[part].mean() - positive[part].mean()) for part in parts if len(part)]
    return float(sum(gaps) / len(score))


def _interval(
    metric: Callable[[Floats, Floats], float], score: Floats, positive: Floats, rng: np.random.Generator
) -> tuple[float, float]:
    drawn = []
    for _ in range(RESAMPLES):
        rows = rng.integers(0, len(score), len(score))
        if 0 < positive[rows].sum() < len(rows):
            drawn.append(metric(positive[rows], score[rows]))
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)
