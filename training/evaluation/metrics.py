"""Which figures of a run are logged? Flat metric names for MLflow and the gate, from the tables of the evaluation."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from features.arrays import Floats
from training.evaluation.label_estimates import LabelEstimates
from training.evaluation.rankings import ARRIVAL, CHECKLIST, LABELS, MODEL, at_capacity, bases, ranking_quality
from training.evaluation.reliability import calibration_figures
from training.statistics.intervals import InterviewError
from training.statistics.resampling import GroupBootstrap

PREFIXES = {MODEL: "", ARRIVAL: "arrival_", CHECKLIST: "checklist_", "champion": "champion_"}
_ENDS = ("", "_low", "_high")


def capacity_name(capacity: float) -> str:
    """Capacity as written in a metric name: 0.02 is ``2_0pct``."""
    return f"{capacity:.1%}".replace(".", "_").replace("%", "pct")


def run_metrics(
    frame: pd.DataFrame,
    rankings: Mapping[str, Floats],
    bootstrap: GroupBootstrap,
    *,
    error: InterviewError | None = None,
) -> dict[str, float]:
    """Metrics of an evaluation.

    Every figure has ``…_low`` and ``…_high`` (95 %). Names: ``recall_at_2_0pct``, ``precision_at_2_0pct``, ``auc``,
    ``average_precision``, ``calibration_slope``, ``calibration_intercept``, ``calibration_error``, ``brier``, with prefix
    ``arrival_``, ``checklist_`` or ``champion_`` for other rankings of the same cases; ``lift_checklist_at_2_0pct`` is the
    model's lift over the checklist. Prefix ``truth_``: by the truth of a synthetic world. ``chance_precision`` is the
    prevalence; ``cases``, ``labelled``, ``positives`` and ``random_positives`` are counts. Figures with too few random
    positives are absent.
    """
    metrics = {
        "cases": float(len(frame)),
        "labelled": float(frame["label"].notna().sum()),
        "positives": float(frame["label"].sum()),
        "random_interviews": float(((frame["arm"] == "random") & frame["label"].notna()).sum()),
        "random_positives": float(LabelEstimates.of(frame).random_positives),
    }
    for basis in bases(frame):
        total = basis.weight.sum()
        prevalence = float((basis.value * basis.weight).sum() / total) if total > 0 else 0.0
        metrics[f"{_prefix(basis.name)}chance_precision"] = prevalence
    metrics |= capacity_metrics(at_capacity(frame, rankings, bootstrap, error=error))
    for row in ranking_quality(frame, rankings, bootstrap).to_dict("records"):
        for name in ("average_precision", "auc"):
            metrics |= {f"{_row_prefix(row)}{name}{end}": row[f"{name}{end}"] for end in _ENDS}
    return _finite(metrics | calibration_figures(frame, rankings[MODEL], bootstrap))


def capacity_metrics(table: pd.DataFrame) -> dict[str, float]:
    """Metrics of a table of `at_capacity`; other rankings go by their own name."""
    metrics: dict[str, float] = {}
    for row in table.to_dict("records"):
        at, other = capacity_name(row["capacity"]), ranking_prefix(str(row["ranking"]))
        for end in _ENDS:
            metrics[f"{_row_prefix(row)}recall_at_{at}{end}"] = row[f"recall{end}"]
            metrics[f"{_row_prefix(row)}precision_at_{at}{end}"] = row[f"per_100{end}"] * 0.01
            if other:
                metrics[f"{_prefix(row['basis'])}lift_{other}at_{at}{end}"] = row[f"lift{end}"]
    return _finite(metrics)


def ranking_prefix(ranking: str) -> str:
    """Prefix of a ranking's metrics: ``explainable boosting`` is ``explainable_boosting_``."""
    return PREFIXES.get(ranking, re.sub(r"\W+", "_", ranking.lower()) + "_")


def _finite(metrics: Mapping[str, float]) -> dict[str, float]:
    # MLflow stores finite numbers only; the gate fails a line whose figure is absent
    return {name: float(value) for name, value in metrics.items() if np.isfinite(value)}


def _row_prefix(row: Mapping[Hashable, Any]) -> str:
    return _prefix(row["basis"]) + ranking_prefix(str(row["ranking"]))


def _prefix(basis: str) -> str:
    return "" if basis == LABELS else f"{basis}_"
