"""What stands in the runs within a run? One for each cut-off of a report, and one for each trial of a search."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from training.fitting.tuning import Trial
from training.tracking.registry import Run
from training.validation.figures import capacity_figures


def note_cutoffs(run: Run, sizes: pd.DataFrame, figures: pd.DataFrame) -> None:
    """Log each cut-off: its dates and the sizes of its parts as parameters, what every ranking reached as metrics.

    Parameters
    ----------
    sizes
        From `training.reporting.report.cutoffs`.
    figures
        ``capacity`` of `training.validation.per_cutoff.PerCutoff`.
    """
    for row in sizes.to_dict("records"):
        date = str(row["cut-off"])
        told = figures[figures["cut-off"] == date]
        run.child(
            f"cut-off {date}",
            parameters={re.sub(r"\W+", "_", str(name)): value for name, value in row.items()},
            metrics=capacity_figures(told),
            tags={"kind": "cut-off"},
        )


def note_trials(run: Run, trials: Iterable[Trial]) -> None:
    """Log each trial of a search, also those of earlier sittings: its parameters, and what it was worth."""
    for trial in trials:
        run.child(
            f"trial {trial.number}",
            parameters=trial.parameters,
            metrics={"inner_average_precision": trial.value},
            tags={"kind": "trial"},
        )
