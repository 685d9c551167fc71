"""Can a model be relied on? Training against test, chance, effective labels, ties and calibration, for every output."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from features.arrays import Bools, Floats, Ints
from training.evaluation.comparison import grouped_auc
from training.evaluation.reliability import MIN_PER_CLASS
from training.statistics.calibration_slope import slope_and_intercept, slope_bounds
from training.statistics.intervals import kish_size
from training.statistics.resampling import group_numbers

CHANCE = 0.5
"""AUC of a ranking by chance."""


@dataclass(frozen=True, slots=True)
class TrainingLabels:
    """Training rows as the trained model scores them.

    Attributes
    ----------
    score, label, weight
        float64[k] each; the label is 1, 0, or NaN for the background.
    confirmed, case_group
        bool[k]: positives that rest on more than indications; int64[k]: case group of each positive, -1 for all others.
    """

    score: Floats
    label: Floats
    weight: Floats
    confirmed: Bools
    case_group: Ints


@dataclass(frozen=True, slots=True)
class Health:
    """Figures that say whether a model can be relied on; NaN where not known.

    Attributes
    ----------
    labels, positives
        Labels that the model learned from, and positive ones among them.
    effective_labels, effective_positives
        Kish's effective number by training weight; of positives with each case group as a single observation.
    training_auc
        In sample: AUC of confirmed positives among the training rows.
    auc, auc_low, auc_high
        AUC of confirmed positives among the evaluation cases, with a 95 % interval over case groups.
    confirmed, groups
        Confirmed positives among the evaluation cases, and their case groups.
    ties
        Share of evaluation cases whose score another case has, too.
    slope, slope_low, slope_high, ratio
        Calibration slope with its 95 % interval, and calibration-in-the-large (expected over observed positives).
    """

    labels: int
    positives: int
    effective_labels: float
    effective_positives: float
    training_auc: float
    auc: float
    auc_low: float
    auc_high: float
    confirmed: int
    groups: int
    ties: float
    slope: float
    slope_low: float
    slope_high: float
    ratio: float

    @staticmethod
    def of(frame: pd.DataFrame, score: Floats, training: TrainingLabels | None = None) -> Health:
        """Health by an evaluation frame with ``case_group``, and by the training labels if given."""
        case_group = frame["case_group"].to_numpy(dtype=np.int64)
        negative = frame["label"].to_numpy(dtype=np.float64) != 1.0
        ranked, counts = grouped_auc(score, case_group, negative), np.unique(score, return_counts=True)[1]
        known = ranked.positives > 0
        return Health(
            **_of_training(training),
            auc=ranked.auc if known else math.nan, auc_low=ranked.low if known else math.nan,
            auc_high=ranked.high if known else math.nan, confirmed=ranked.positives, groups=ranked.groups,
            ties=float(counts[counts > 1].sum() / max(len(score), 1)), **_calibration(frame, score, case_group),
        )  # fmt: skip

    @staticmethod
    def read(figures: Mapping[str, Any]) -> Health | None:
        """Health from JSON, where unknown figures are null; None for evidence of before."""
        names = [field.name for field in fields(Health)]
        if not set(names) <= set(figures):
            return None
        known: dict[str, Any] = {name: math.nan if figures[name] is None else figures[name] for name in names}
        return Health(**known)

    def as_json(self) -> dict[str, Any]:
        """Figures by name, None where not known, as `read` takes them."""
        return {name: None if math.isnan(value) else value for name, value in asdict(self).items()}

    @property
    def line(self) -> str:
        """All figures in a line."""
        return "; ".join([self.ranking, self._labels(), f"ties {self.ties:.0%} of scores", self.calibration])

    @property
    def alarm(self) -> str:
        """What is wrong with the ranking; empty where it is shown to be better than chance."""
        shown = f"AUC {self.auc:.2f} [95 % CI {self.auc_low:.2f}–{self.auc_high:.2f}]"
        if math.isnan(self.auc):
            return "not shown to be better than chance: no confirmed positive to evaluate it"
        if self.auc_high < CHANCE:
            return f"WORSE THAN CHANCE: {shown}; do not use this model"
        if self.auc_low <= CHANCE:
            return f"not shown to be better than chance: {shown}"
        return ""

    def metrics(self) -> dict[str, float]:
        """Metrics by name, those that are known."""
        renamed = {
            "auc": "confirmed_auc", "auc_low": "confirmed_auc_low", "auc_high": "confirmed_auc_high",
            "training_auc": "confirmed_auc_in_sample", "labels": "training_labels", "positives": "training_positives",
            "effective_labels": "training_labels_effective", "effective_positives": "training_positives_effective",
            "ties": "score_ties_share", "ratio": "calibration_ratio",
        }  # fmt: skip
        figures = {renamed[name]: float(value) for name, value in asdict(self).items() if name in renamed}
        return {name: value for name, value in figures.items() if math.isfinite(value)}

    @property
    def ranking(self) -> str:
        """AUC on the evaluation cases, and in sample where the model learned labels."""
        if math.isnan(self.auc):
            test = "AUC not known"
        else:
            people = f"{self.confirmed:,} confirmed positives in {self.groups:,} case groups"
            test = f"AUC {self.auc:.2f} [95 % CI {self.auc_low:.2f}–{self.auc_high:.2f}] ({people})"
        return test if math.isnan(self.training_auc) else f"{test}, in sample {self.training_auc:.2f}"

    def _labels(self) -> str:
        if not self.labels:
            return "no tree learned from labels"
        return (
            f"labels {self.labels:,} (effective {self.effective_labels:,.0f}), positives {self.positives:,} (effective "
            f"{self.effective_positives:,.0f})"
        )

    @property
    def calibration(self) -> str:
        """Calibration slope and calibration-in-the-large."""
        ratio = "" if math.isnan(self.ratio) else f", expected over observed {self.ratio:.2f}"
        if math.isnan(self.slope):
            return f"calibration slope not known{ratio}"
        return f"calibration slope {self.slope:.2f} [95 % CI {self.slope_low:.2f}–{self.slope_high:.2f}]{ratio}"


def _of_training(training: TrainingLabels | None) -> dict[str, Any]:
    if training is None or np.isnan(training.label).all():
        counts = dict.fromkeys(("labels", "positives"), 0)
        return counts | {"effective_labels": 0.0, "effective_positives": 0.0, "training_auc": math.nan}
    known, hit = ~np.isnan(training.label), training.label == 1.0
    groups = np.unique(training.case_group[hit], return_inverse=True)[1]
    ranked = grouped_auc(training.score, np.where(training.confirmed, training.case_group, -1), ~hit)
    return {
        "labels": int(known.sum()),
        "positives": int(hit.sum()),
        "effective_labels": kish_size(training.weight[known]),
        "effective_positives": kish_size(np.bincount(groups, training.weight[hit]).astype(np.float64)),
        "training_auc": ranked.auc if ranked.positives else math.nan,
    }


def _calibration(frame: pd.DataFrame, score: Floats, case_group: Ints) -> dict[str, Any]:
    """Slope and ratio as in `training.evaluation.calibration`; NaN with few labels of either class."""
    known = frame["label"].notna().to_numpy() & (frame["weight"].to_numpy() > 0)
    score, case_group = score[known], case_group[known]
    positive, weight = (frame[name].to_numpy(dtype=np.float64)[known] for name in ("label", "weight"))
    if min(positive.sum(), (1 - positive).sum()) < MIN_PER_CLASS:
        return dict.fromkeys(("slope", "slope_low", "slope_high", "ratio"), math.nan)
    low, high = slope_bounds(score, positive, weight, group_numbers(case_group))
    slope = slope_and_intercept(score, positive, weight)[0]
    ratio = float((weight * score).sum() / (weight * positive).sum())
    return {"slope": slope, "slope_low": low, "slope_high": high, "ratio": ratio}
