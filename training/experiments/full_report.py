"""What goes into the report of a training run? Earlier cut-offs, separated persons and rings, other worlds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from features.matrix import TABLE_OF_SUBJECT, FeatureMatrix
from features.tables.folder import read_folder
from training.evaluation.checklist import checklist_scores
from training.evaluation.frame import frame_of_split
from training.evaluation.rankings import ARRIVAL, CHECKLIST, LABELS_ALONE, MODEL, PRIOR_ALONE, at_capacity
from training.experiments.baselines import DEFAULTS, own_fields
from training.experiments.cutoffs import validate
from training.experiments.report import Subject, report_sections
from training.experiments.summary import headline
from training.fit.cases import Cases, read_truth
from training.fit.trainer import TrainedModel, TrainingConfig
from training.fit.trees import lightgbm_default_scores
from training.labels.case_groups import case_groups, link_keys, persons
from training.labels.labels import ALL_FILES
from training.labels.splits import NothingToEvaluate, Split, final_labels, rolling_splits
from training.report.plots import FEW_POSITIVES, draw_capacity
from training.report.sections import Section
from training.statistics.resampling import GroupBootstrap

Progress = Callable[[str], None]


def full_report(
    cases: Cases, config: TrainingConfig, model: TrainedModel, folder: Path, progress: Progress, *, folds: int,
    each_feature: bool, elsewhere: Sequence[Path],
) -> list[Section]:  # fmt: skip
    """Evaluate at several cut-offs beside all baselines, and in other worlds; needs every case."""
    matrix, outcomes = cases.matrix, cases.outcomes
    keys = link_keys(cases.records, matrix.subject, matrix.subject_ids)
    ring = case_groups(keys, final_labels(outcomes).positive)
    if cases.audit["ring"].notna().any():
        ring = pd.factorize(cases.audit["ring"])[0].astype(np.int64)
    validated = validate(matrix, outcomes, cases.audit, rolling_splits(outcomes, folds), config, progress)
    about = Subject(matrix, outcomes, validated, config, {"person": persons(keys), "ring": ring})
    others = [evaluate_elsewhere(other, model, matrix, config, progress, outcomes.sample_frame) for other in elsewhere]
    table = pd.concat(others, ignore_index=True) if others else None
    return report_sections(about, folder, progress, each_feature=each_feature, elsewhere=table)


def prior_report(table: pd.DataFrame, folder: Path) -> list[Section]:
    """Report of the prior alone: rankings that learn from labels, and earlier cut-offs, have no figures.

    Parameters
    ----------
    table
        `at_capacity` on the evaluation cases; its picture is drawn into the folder.
    """
    draw_capacity(folder / "capacity.png", table)
    text = (
        "Labels are too few to train. The prior alone was evaluated; no model of labels, ablation or other world was."
    )
    return [
        Section("Is it better?", f"{text}\n\n{headline(table)}"),
        Section("At every capacity", FEW_POSITIVES, table, "capacity.png"),
    ]


def evaluate_elsewhere(
    folder: Path, model: TrainedModel, home: FeatureMatrix, config: TrainingConfig, progress: Progress,
    sample_frame: str = ALL_FILES,
) -> pd.DataFrame:  # fmt: skip
    """Evaluate the unchanged model on every case of another folder after its first fifth, which only makes history.

    Raises
    ------
    NothingToEvaluate
        If no case there can be evaluated.
    """
    progress(f"other world {folder.name} …")
    cases = Cases.of(read_folder(folder), home.subject, read_truth(folder), sample_frame=sample_frame)
    matrix, outcomes = cases.matrix, cases.outcomes
    until = outcomes.last_known_at() - outcomes.window_us()
    first = np.quantile(matrix.as_of, 0.2) if len(matrix.as_of) else 0.0
    rows = np.flatnonzero((matrix.as_of >= first) & (matrix.as_of < until))
    if not len(rows):
        raise NothingToEvaluate(
            f"{folder}: {len(matrix.as_of):,} {TABLE_OF_SUBJECT[home.subject]}, and 0 can be evaluated; take a world with cases "
            "after its first fifth that are older than the label window"
        )
    none = np.empty(0, dtype=np.int64)  # nothing is trained there
    split = Split(int(matrix.as_of[rows[0]]), until, none, none, rows, final_labels(outcomes), 0.0)
    frame, _ = frame_of_split(matrix, outcomes, cases.audit, split)
    values, own = matrix.values[rows], own_fields(home.catalogue)
    parts = dict(zip((PRIOR_ALONE, LABELS_ALONE), model.raw_parts(values), strict=True))
    both = model.prior is not None and bool(model.label_weight)
    rankings = {
        MODEL: model.scores(values),
        **(parts if both else {}),
        ARRIVAL: -matrix.as_of[rows].astype(np.float64),
        CHECKLIST: checklist_scores(values, matrix.catalogue),
        DEFAULTS: lightgbm_default_scores(
            home.values[:, own], model.sample.full, values[:, own], seed=config.seed, threads=config.threads
        ),
    }
    bootstrap = GroupBootstrap.of(frame, np.random.default_rng(config.seed))
    table = at_capacity(frame, rankings, bootstrap, capacities=(0.02,), error=config.error)
    table.insert(0, "world", folder.name)
    return table
