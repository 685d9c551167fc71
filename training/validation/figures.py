"""Which numbers of a run are kept? Flat names for the registry and the gate, from the tables of the evaluation."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.evaluation.by_labels import ByLabels
from training.evaluation.evaluate import LABELS, MODEL, at_capacity, bases, ranking_quality
from training.evaluation.reliability import calibration_figures
from training.statistics.intervals import InterviewError
from training.statistics.resampling import Resampled
from training.validation.alternatives import ARRIVAL, CHECKLIST

PREFIXES = {MODEL: "", ARRIVAL: "arrival_", CHECKLIST: "checklist_", "champion": "champion_"}


def at(capacity: float) -> str:
    """Return how a capacity is written in a name: 0.02 is ``2_0pct``."""
    return f"{capacity:.1%}".replace(".", "_").replace("%", "pct")


def figures(
    frame: pd.DataFrame,
    rankings: Mapping[str, NDArray[np.float64]],
    resampled: Resampled,
    *,
    error: InterviewError | None = None,
) -> dict[str, float]:
    """Return the figures of one judging part.

    Every figure has ``…_low`` and ``…_high`` (95 %). Names: ``recall_at_2_0pct``, ``precision_at_2_0pct``, ``auc``,
    ``average_precision``, ``calibration_slope``, ``calibration_intercept``, ``calibration_error``, ``brier``; before them
    nothing for the model, ``arrival_``, ``checklist_`` or ``champion_`` for what it is compared with, all on the same
    cases; ``times_checklist_at_2_0pct`` says how many times the people that the checklist reaches the model reaches.
    ``truth_`` before all that: by the truth of a synthetic world. ``chance_precision`` is the estimated share of people
    concerned; ``cases``, ``labelled``, ``positives`` and ``random_findings`` are plain counts; figures
    that too few random findings carry are absent.
    """
    found = {
        "cases": float(len(frame)),
        "labelled": float(frame["label"].notna().sum()),
        "positives": float(frame["label"].sum()),
        "random_interviews": float(((frame["arm"] == "random") & frame["label"].notna()).sum()),
    }
    found["random_findings"] = float(ByLabels.of(frame).found)
    for basis in bases(frame):
        shown = "" if basis.name == LABELS else f"{basis.name}_"
        total = basis.weight.sum()
        found[f"{shown}chance_precision"] = float((basis.value * basis.weight).sum() / total) if total > 0 else 0.0
    found |= capacity_figures(at_capacity(frame, rankings, resampled, error=error))
    for row in ranking_quality(frame, rankings, resampled).to_dict("records"):
        for name in ("average_precision", "auc"):
            for end in ("", "_low", "_high"):
                found[f"{_shown(row)}{PREFIXES[row['ranking']]}{name}{end}"] = row[f"{name}{end}"]
    found |= calibration_figures(frame, rankings[MODEL], resampled)
    return _finite(found)


def capacity_figures(table: pd.DataFrame) -> dict[str, float]:
    """Return a table of `at_capacity` under the names of `figures`; any other ranking goes by its own name."""
    found: dict[str, float] = {}
    for row in table.to_dict("records"):
        shown, who = _shown(row), prefix(str(row["ranking"]))
        for name, figure, scale in (("recall", "recall", 1.0), ("precision", "per_100", 0.01)):
            for end in ("", "_low", "_high"):
                found[f"{shown}{who}{name}_at_{at(row['capacity'])}{end}"] = row[f"{figure}{end}"] * scale
        if who:
            for end in ("", "_low", "_high"):
                found[f"{shown}times_{who}at_{at(row['capacity'])}{end}"] = row[f"times{end}"]
    return _finite(found)


def prefix(ranking: str) -> str:
    """Return what stands before the figures of a ranking: ``explainable boosting`` is ``explainable_boosting_``."""
    return PREFIXES.get(ranking, re.sub(r"\W+", "_", ranking.lower()) + "_")


def _finite(found: Mapping[str, float]) -> dict[str, float]:
    # a registry keeps finite numbers only; what could not be computed is absent, and the gate takes absence for failure
    return {name: float(value) for name, value in found.items() if np.isfinite(value)}


def _shown(row: Mapping[Hashable, Any]) -> str:
    return "" if row["basis"] == LABELS else f"{row['basis']}_"
