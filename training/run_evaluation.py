"""Which figures, plots and data of a trained model are logged? Its evaluation on the cases after the cut-off."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.arrays import Floats
from training.evaluation.checklist import checklist_scores
from training.evaluation.frame import frame_of_split
from training.evaluation.health import Health, TrainingLabels
from training.evaluation.metrics import run_metrics
from training.evaluation.rankings import ARRIVAL, CHECKLIST, MODEL, at_capacity
from training.evaluation.score_parts import ScoreParts
from training.fit.cases import Cases
from training.fit.trainer import TrainedModel, TrainingConfig
from training.labels.case_groups import confirmed_case_groups, groups_among
from training.labels.splits import Split
from training.report.plots import draw_capacity, draw_reliability, draw_shap, draw_splits
from training.report.sections import Section
from training.sampling.weights import Weights
from training.statistics.resampling import GroupBootstrap
from training.tracking.provenance import DataUse
from training.tracking.registry import Run

DRAWN_ROWS = 5_000
"""Cases in the plot of contributions."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Evaluation frame with weights and metrics, the rankings of its cases, their table at capacity, and the model's health.

    ``parts`` is None where no prior is part of the score.
    """

    frame: pd.DataFrame
    weights: Weights
    rankings: dict[str, Floats]
    metrics: dict[str, float]
    table: pd.DataFrame
    health: Health
    parts: ScoreParts | None


def evaluate_model(cases: Cases, split: Split, config: TrainingConfig, model: TrainedModel) -> Evaluation:
    """Evaluation of a model on the cases after its cut-off."""
    matrix = cases.matrix
    frame, weights = frame_of_split(matrix, cases.outcomes, cases.audit, split)
    values = matrix.values[split.evaluation]
    rankings = {
        MODEL: model.scores(values),
        ARRIVAL: -matrix.as_of[split.evaluation].astype(np.float64),
        CHECKLIST: checklist_scores(values, matrix.catalogue),
    }
    frame = frame.assign(case_group=confirmed_case_groups(cases.records, matrix.subject, frame), score=rankings[MODEL])
    bootstrap = GroupBootstrap.of(frame, np.random.default_rng(config.seed))
    health = Health.of(frame, rankings[MODEL], training_labels(cases, split, model))
    metrics = run_metrics(frame, rankings, bootstrap, error=config.error) | health.metrics()
    table = at_capacity(frame, rankings, bootstrap, error=config.error)
    parts = None if model.prior is None else ScoreParts.of(*model.raw_parts(values))
    return Evaluation(frame, weights, rankings, metrics, table, health, parts)


def training_labels(cases: Cases, split: Split, model: TrainedModel) -> TrainingLabels:
    """Training rows of a model with their labels; without labels where no tree learned from them."""
    part, known = model.sample.full, split.labels
    label = np.full(len(part.rows), np.nan) if not model.label_weight else known.positive[part.rows]
    confirmed = label == 1.0 if known.confirmed is None else (label == 1.0) & known.confirmed[part.rows]
    ids = pd.DataFrame({"subject_id": [cases.matrix.subject_ids[row] for row in part.rows.tolist()]})
    group = groups_among(cases.records, cases.matrix.subject, ids, label == 1.0)
    return TrainingLabels(model.scores(cases.matrix.values[part.rows]), label, part.weight, confirmed, group)


def draw_plots(folder: Path, cases: Cases, split: Split, model: TrainedModel, evaluation: Evaluation) -> None:
    """Draw cut-off, contributions, calibration and recall at capacity into a folder."""
    matrix = cases.matrix
    values = matrix.values[split.evaluation[:: max(len(split.evaluation) // DRAWN_ROWS, 1)]]
    draw_splits(folder / "splits.png", matrix.as_of, [split])
    draw_shap(folder / "shap_summary.png", matrix.catalogue.names, values, model.scorer.contributions(values))
    draw_reliability(folder / "calibration.png", evaluation.frame, evaluation.frame["score"].to_numpy())
    draw_capacity(folder / "capacity.png", evaluation.table)


def log_evaluation(
    run: Run, cases: Cases, split: Split, config: TrainingConfig, model: TrainedModel, evaluation: Evaluation,
    about: dict[str, str],
) -> None:  # fmt: skip
    """Log parameters, metrics and the data of each part."""
    names = ("sampling", "random_sample_frame", "calibration")
    parameters = {**model.fitted.parameters, "rounds": model.fitted.rounds, "gap_days": split.gap_days}
    weights = evaluation.weights
    counts = {re.sub(r"\W+", "_", reason): float(count) for reason, count in split.labels.counts.items()}
    run.log(
        parameters=parameters | {name: about[name] for name in names},
        metrics=evaluation.metrics
        | _share_metrics(evaluation.parts)
        | {f"labels_{reason}": count for reason, count in counts.items()}
        | {"weights_clipped": float(weights.clipped), "weights_effective_size": weights.effective_size},
    )
    subject, catalogue = cases.matrix.subject, cases.matrix.catalogue
    for name, rows in (("fit", split.fit), ("calibrate", split.calibrate), ("evaluation", split.evaluation)):
        run.log_data(DataUse.of(f"{subject} cases", about["data_sha256"], rows, name), catalogue)


def reliance_section(evaluation: Evaluation) -> Section:
    """Section of a report on whether the registered model can be relied on."""
    health, parts = evaluation.health, evaluation.parts
    lines = [f"**{health.alarm}**" if health.alarm else "", health.line, "" if parts is None else parts.line]
    return Section("Can the registered model be relied on?", "\n\n".join(f"{line}." for line in lines if line))


def _share_metrics(parts: ScoreParts | None) -> dict[str, float]:
    figures = {} if parts is None else asdict(parts)
    return {f"score_{name}": value for name, value in figures.items() if np.isfinite(value)}
