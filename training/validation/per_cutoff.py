"""How good was the model of each cut-off? All its figures at each one, and what they are on average."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from training.data.judgement import day
from training.evaluation.evaluate import MODEL, at_capacity, ranking_quality, telling_basis
from training.evaluation.reliability import calibration_figures
from training.statistics.intervals import Estimate, InterviewError, added
from training.statistics.resampling import Resampled
from training.validation.rolling import Fold

_AT_CAPACITY = ("recall", "precision", "per_100", "times")
_OF_ALL = ("average_precision", "auc")
CALIBRATION_BASIS = "labels"


@dataclass(frozen=True, slots=True)
class PerCutoff:
    """Tables with a column ``cut-off`` before all others.

    Attributes
    ----------
    capacity
        `at_capacity` at every capacity; ``precision`` is ``per_100`` as a share.
    quality
        `ranking_quality`.
    calibration
        `calibration_figures` of the model, one row each.
    """

    capacity: pd.DataFrame
    quality: pd.DataFrame
    calibration: pd.DataFrame

    @staticmethod
    def of(folds: Sequence[Fold], rng: np.random.Generator, error: InterviewError | None = None) -> PerCutoff:
        """Judge each cut-off by itself, all rankings on the same draws."""
        capacity, quality, calibration = [], [], []
        for fold in folds:
            at, resampled = day(fold.split.cutoff_us), Resampled.of(fold.frame, rng)
            table = at_capacity(fold.frame, fold.rankings, resampled, error=error)
            for end in ("", "_low", "_high"):
                table[f"precision{end}"] = table[f"per_100{end}"] / 100
            capacity.append(_dated(table, at))
            quality.append(_dated(ranking_quality(fold.frame, fold.rankings, resampled), at))
            calibration.append({"cut-off": at} | calibration_figures(fold.frame, fold.rankings[MODEL], resampled))
        return PerCutoff(
            pd.concat(capacity, ignore_index=True), pd.concat(quality, ignore_index=True), pd.DataFrame(calibration)
        )  # fmt: skip

    def of_model(self) -> pd.DataFrame:
        """Return what the model reaches at each cut-off and capacity, by the telling basis."""
        table = self.capacity
        rows = table[(table["basis"] == telling_basis(table)) & (table["ranking"] == MODEL)].reset_index(drop=True)
        rows["capacity"] = [f"{one:.1%}" for one in rows["capacity"]]
        kept = ["cut-off", "capacity", "basis", "interviews", "positives"]
        return rows[
            kept + [f"{name}{end}" for name in ("recall", "precision", "per_100") for end in ("", "_low", "_high")]
        ]

    def ranking_and_calibration(self) -> pd.DataFrame:
        """Return average precision and AUC of the model at each cut-off by the telling basis, and its calibration by labels."""
        table = self.quality
        rows = table[(table["basis"] == telling_basis(table)) & (table["ranking"] == MODEL)]
        rows = rows.drop(columns=["ranking", "cases", "positives"])
        return rows.merge(self.calibration, on="cut-off", how="left")

    def mean_quality(self) -> pd.DataFrame:
        """Return average precision and AUC as means over cut-offs: scores of different models have no common order.

        Cut-offs judge different cases, so their intervals are put together as those of independent figures.
        """
        rows = []
        for (basis, ranking), table in self.quality.groupby(["basis", "ranking"], sort=False):
            row: dict[str, object] = {"basis": basis, "ranking": ranking, "cut-offs": len(table)}
            for name in _OF_ALL:
                each = [
                    Estimate(*one)
                    for one in table[[name, f"{name}_low", f"{name}_high"]].to_numpy(dtype=np.float64).tolist()
                ]
                mean = added(*each).times(1 / len(each)).within(0.0, 1.0)
                row |= {name: mean.value, f"{name}_low": mean.low, f"{name}_high": mean.high}
            rows.append(row)
        return pd.DataFrame(rows)

    def long(self) -> pd.DataFrame:
        """Return every figure with its interval in a row of its own; without a capacity where it is about the whole ranking."""
        calibration = self.calibration.assign(basis=CALIBRATION_BASIS, ranking=MODEL)
        names = [name for name in self.calibration.columns if f"{name}_low" in self.calibration.columns]
        tables = [(self.capacity, _AT_CAPACITY), (self.quality, _OF_ALL), (calibration, tuple(names))]
        rows = []
        for table, figures in tables:
            for name in figures:
                part = table[["cut-off", "basis", "ranking"]].assign(
                    capacity=table.get("capacity", np.nan), figure=name,
                )  # fmt: skip
                for end in ("", "_low", "_high"):
                    part[f"value{end}"] = table[f"{name}{end}"].to_numpy(dtype=np.float64)
                rows.append(part)
        return pd.concat(rows, ignore_index=True)


def _dated(table: pd.DataFrame, at: str) -> pd.DataFrame:
    table.insert(0, "cut-off", at)
    return table
