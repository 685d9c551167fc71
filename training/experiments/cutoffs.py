"""How good were models of earlier cut-offs? Each is trained, evaluated on all later cases, and compared with baselines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from features.arrays import Floats, Ints
from features.matrix import FeatureMatrix
from models.forest import raw_scores
from training.evaluation.capacity import within_capacity
from training.evaluation.frame import frame_of_split
from training.evaluation.rankings import LABELS_ALONE, MODEL, PRIOR_ALONE, at_capacity
from training.experiments.baselines import baseline_scores
from training.fit.prior_trees import Prior, load_prior
from training.fit.trainer import TrainedModel, TrainingConfig, train_model
from training.labels.labels import Outcomes
from training.labels.splits import Split, is_trainable, without_shared_groups
from training.sampling.schemes import SAMPLING_SCHEMES
from training.sampling.weights import Weights
from training.statistics.intervals import InterviewError
from training.statistics.resampling import GroupBootstrap

Progress = Callable[[str], None]
POSITIVES_ONLY = ("typology",)
"""Columns of the audit table recorded for positives alone."""
_CAPACITY = 0.02


@dataclass(frozen=True, slots=True)
class Fold:
    """A cut-off: split, model, evaluation frame, every ranking of it, and weights."""

    split: Split
    model: TrainedModel
    frame: pd.DataFrame
    rankings: dict[str, Floats]
    weights: Weights


def validate(
    matrix: FeatureMatrix, outcomes: Outcomes, audit: pd.DataFrame, splits: list[Split], config: TrainingConfig,
    progress: Progress,
) -> list[Fold]:  # fmt: skip
    """Model and baselines at every cut-off."""
    folds, prior = [], load_prior(matrix.catalogue) if config.prior else None
    for number, split in enumerate(splits, 1):
        progress(f"cut-off {number} of {len(splits)}: model and baselines …")
        frame, weights = frame_of_split(matrix, outcomes, audit, split)
        model = train_model(matrix, split, config)
        parts = {} if prior is None else score_parts(matrix, split, model, prior, config)
        rankings = {MODEL: model.scores(matrix.values[split.evaluation])} | parts | baseline_scores(
            matrix.values, matrix.as_of, model.sample.full, split.evaluation, matrix.catalogue, seed=config.seed,
            threads=config.threads,
        )  # fmt: skip
        folds.append(Fold(split, model, frame.assign(score=rankings[MODEL]), rankings, weights))
    return folds


def score_parts(
    matrix: FeatureMatrix, split: Split, model: TrainedModel, prior: Prior, config: TrainingConfig
) -> dict[str, Floats]:
    """Rankings of the evaluated cases by the prior alone and by the labels alone, whatever their weights in the model."""
    values = matrix.values[split.evaluation]
    if model.label_weight:
        _, labels = model.raw_parts(values)
    else:
        labels = train_model(matrix, split, replace(config, prior=False)).scores(values)
    return {PRIOR_ALONE: raw_scores(prior.forest, values), LABELS_ALONE: labels}


def pooled(folds: list[Fold]) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Evaluation frames of all cut-offs in one, each ranked by the model of its own cut-off.

    A cut-off within a week makes two post-weeks of it where cut-offs are evaluated apart.
    """
    frame = pd.concat([fold.frame for fold in folds], ignore_index=True)
    return frame, {name: np.concatenate([fold.rankings[name] for fold in folds]) for name in folds[0].rankings}


def by_scheme(matrix: FeatureMatrix, fold: Fold, config: TrainingConfig, rng: np.random.Generator) -> pd.DataFrame:
    """Sampling schemes at a cut-off, at 2 % capacity."""
    rankings = dict.fromkeys(SAMPLING_SCHEMES, fold.rankings[MODEL])
    for scheme in (scheme for scheme in SAMPLING_SCHEMES if scheme != config.scheme):
        model = train_model(matrix, fold.split, replace(config, scheme=scheme))
        rankings[scheme] = model.scores(matrix.values[fold.split.evaluation])
    return _at_two(fold, rankings, rng, config).rename(columns={"ranking": "sampling"})


def by_separation(
    matrix: FeatureMatrix, fold: Fold, config: TrainingConfig, groups: dict[str, Ints], rng: np.random.Generator
) -> pd.DataFrame:
    """The same cases evaluated by models without training rows of the same person, or of the same ring."""
    rankings, dropped = {"time": fold.rankings[MODEL]}, {"time": 0}
    for separation, numbers in groups.items():
        split = without_shared_groups(fold.split, numbers, separation)
        if is_trainable(split):
            rankings[separation] = train_model(matrix, split, config).scores(matrix.values[split.evaluation])
            dropped[separation] = split.dropped
    table = _at_two(fold, rankings, rng, config).rename(columns={"ranking": "separated by"})
    table.insert(1, "training rows left out", table["separated by"].map(dropped))
    return table


def stability(matrix: FeatureMatrix, folds: list[Fold], config: TrainingConfig) -> pd.DataFrame:
    """Rankings of the last cases by the previous model, and by the same model with another seed."""
    last = folds[-1]
    values, ranking = matrix.values[last.split.evaluation], last.rankings[MODEL]
    reseeded = train_model(matrix, last.split, replace(config, seed=config.seed + 1))
    others = {"the same with another seed": reseeded.scores(values)}
    if len(folds) > 1:
        others["the model of the cut-off before"] = folds[-2].model.scores(values)
    chosen, rows = within_capacity(last.frame, ranking, _CAPACITY), []
    for name, score in others.items():
        both = chosen & within_capacity(last.frame, score, _CAPACITY)
        rows.append({
            "compared with": name,
            "rank correlation": float(pd.Series(ranking).corr(pd.Series(score), method="spearman")),
            "same interviews at 2 %": float(both.sum() / max(chosen.sum(), 1)),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _at_two(fold: Fold, rankings: dict[str, Floats], rng: np.random.Generator, config: TrainingConfig) -> pd.DataFrame:
    bootstrap = GroupBootstrap.of(fold.frame, rng)
    table = at_capacity(fold.frame, rankings, bootstrap, capacities=(_CAPACITY,), error=config.error)
    return table.drop(columns=["capacity"])


def by_group(
    frame: pd.DataFrame, rankings: dict[str, Floats], bootstrap: GroupBootstrap, columns: tuple[str, ...],
    capacity: float = _CAPACITY, error: InterviewError | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Recall by group of each column: a row per basis, column, group and ranking.

    Interviews are those chosen among everybody; groups without positives are left out.
    """
    tables = []
    for column in columns:
        values = frame[column]
        for group in sorted(values.dropna().unique().tolist()):
            only = (values == group).to_numpy(dtype=bool)
            table = at_capacity(
                frame, rankings, bootstrap, capacities=(capacity,), only=only, positives_only=column in POSITIVES_ONLY,
                error=error,
            )  # fmt: skip
            table = table[(table["positives"] > 0) | table["positives"].isna()]
            tables.append(table.assign(by=column, group=group, cases=int(only.sum())))
    kept = ["basis", "by", "group", "cases", "ranking", "positives", "recall", "recall_low", "recall_high"]
    return pd.concat(tables, ignore_index=True)[kept] if tables else pd.DataFrame(columns=kept)
