"""What is logged in nested MLflow runs? A run for each cut-off of a report, and for each trial of a search."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from training.evaluation.metrics import capacity_metrics
from training.experiments.tuning import Trial
from training.tracking.registry import Run


def log_cutoffs(run: Run, sizes: pd.DataFrame, figures: pd.DataFrame) -> None:
    """Log each cut-off: dates and sizes as parameters, figures of every ranking as metrics.

    Parameters
    ----------
    sizes
        From `training.experiments.report.cutoffs`.
    figures
        ``capacity`` of `training.experiments.per_cutoff.PerCutoff`.
    """
    for row in sizes.to_dict("records"):
        date = str(row["cut-off"])
        parameters = {re.sub(r"\W+", "_", str(name)): value for name, value in row.items()}
        metrics = capacity_metrics(figures[figures["cut-off"] == date])
        run.child(f"cut-off {date}", parameters=parameters, metrics=metrics, tags={"kind": "cut-off"})


def log_trials(run: Run, trials: Iterable[Trial]) -> None:
    """Log each trial of a search, earlier sittings included: parameters and inner average precision."""
    for trial in trials:
        metrics = {"inner_average_precision": trial.value}
        run.child(f"trial {trial.number}", parameters=trial.parameters, metrics=metrics, tags={"kind": "trial"})
