"""How good was the model of each cut-off? Its figures at each cut-off, and their means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from training.evaluation.frame import utc_day
from training.evaluation.rankings import LABELS, MODEL, at_capacity, primary_basis, ranking_quality
from training.evaluation.reliability import calibration_figures
from training.experiments.cutoffs import Fold
from training.statistics.intervals import Estimate, InterviewError, sum_of_estimates
from training.statistics.resampling import GroupBootstrap

_AT_CAPACITY = ("recall", "precision", "per_100", "lift")
_OF_ALL = ("average_precision", "auc")
_ENDS = ("", "_low", "_high")


@dataclass(frozen=True, slots=True)
class PerCutoff:
    """Tables with a column ``cut-off`` first.

    Attributes
    ----------
    capacity
        `at_capacity` at every capacity; ``precision`` is ``per_100`` as a share.
    quality
        `ranking_quality`.
    calibration
        `calibration_figures` of the model, a row each.
    """

    capacity: pd.DataFrame
    quality: pd.DataFrame
    calibration: pd.DataFrame

    @staticmethod
    def of(folds: Sequence[Fold], rng: np.random.Generator, error: InterviewError | None = None) -> PerCutoff:
        """Evaluate each cut-off, all rankings on the same draws."""
        capacity, quality, calibration = [], [], []
        for fold in folds:
            at, bootstrap = utc_day(fold.split.cutoff_us), GroupBootstrap.of(fold.frame, rng)
            table = at_capacity(fold.frame, fold.rankings, bootstrap, error=error)
            table = table.assign(**{f"precision{end}": table[f"per_100{end}"] / 100 for end in _ENDS})
            capacity.append(_dated(table, at))
            quality.append(_dated(ranking_quality(fold.frame, fold.rankings, bootstrap), at))
            calibration.append({"cut-off": at} | calibration_figures(fold.frame, fold.rankings[MODEL], bootstrap))
        return PerCutoff(
            pd.concat(capacity, ignore_index=True), pd.concat(quality, ignore_index=True), pd.DataFrame(calibration)
        )

    def of_model(self) -> pd.DataFrame:
        """Figures of the model at each cut-off and capacity, by the primary basis."""
        rows = _of_model(self.capacity).reset_index(drop=True)
        rows["capacity"] = [f"{capacity:.1%}" for capacity in rows["capacity"]]
        figures = [f"{name}{end}" for name in ("recall", "precision", "per_100") for end in _ENDS]
        return rows[["cut-off", "capacity", "basis", "interviews", "positives", *figures]]

    def ranking_and_calibration(self) -> pd.DataFrame:
        """Average precision and AUC of the model at each cut-off by the primary basis, and its calibration by labels."""
        rows = _of_model(self.quality).drop(columns=["ranking", "cases", "positives"])
        return rows.merge(self.calibration, on="cut-off", how="left")

    def mean_quality(self) -> pd.DataFrame:
        """Average precision and AUC as means over cut-offs, whose cases differ and are independent."""
        rows = []
        for (basis, ranking), table in self.quality.groupby(["basis", "ranking"], sort=False):
            row: dict[str, object] = {"basis": basis, "ranking": ranking, "cut-offs": len(table)}
            for name in _OF_ALL:
                figures = table[[f"{name}{end}" for end in _ENDS]].to_numpy(dtype=np.float64).tolist()
                mean = sum_of_estimates(*(Estimate(*figure) for figure in figures)).scaled(1 / len(figures))
                mean = mean.within(0.0, 1.0)
                row |= {name: mean.value, f"{name}_low": mean.low, f"{name}_high": mean.high}
            rows.append(row)
        return pd.DataFrame(rows)

    def long(self) -> pd.DataFrame:
        """Every figure with its interval in a row of its own; NaN capacity for a whole ranking."""
        calibration = self.calibration.assign(basis=LABELS, ranking=MODEL)
        names = tuple(name for name in calibration.columns if f"{name}_low" in calibration.columns)
        rows = []
        for table, figures in ((self.capacity, _AT_CAPACITY), (self.quality, _OF_ALL), (calibration, names)):
            for name in figures:
                part = table[["cut-off", "basis", "ranking"]].assign(
                    capacity=table.get("capacity", np.nan), figure=name
                )
                values = {f"value{end}": table[f"{name}{end}"].to_numpy(dtype=np.float64) for end in _ENDS}
                rows.append(part.assign(**values))
        return pd.concat(rows, ignore_index=True)


def _of_model(table: pd.DataFrame) -> pd.DataFrame:
    return table[(table["basis"] == primary_basis(table)) & (table["ranking"] == MODEL)]


def _dated(table: pd.DataFrame, at: str) -> pd.DataFrame:
    table.insert(0, "cut-off", at)
    return table
