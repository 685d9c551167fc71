"""What does each feature contribute? Ablation: models without a family or feature, evaluated on the same cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from features.arrays import Floats, Ints
from features.matrix import FeatureMatrix
from models.forest import raw_scores
from models.tree_text import parse_forest
from training.evaluation.rankings import MODEL, at_capacity, ranking_quality
from training.experiments.cutoffs import Fold
from training.fit.trainer import TrainingConfig
from training.fit.trees import fit_trees
from training.statistics.resampling import GroupBootstrap


def drop_families(matrix: FeatureMatrix, fold: Fold, config: TrainingConfig, rng: np.random.Generator) -> pd.DataFrame:
    """Ablation of each family of the catalogue."""
    families = np.array([feature.family for feature in matrix.catalogue.features])
    remaining = {family: np.flatnonzero(families != family) for family in dict.fromkeys(families.tolist())}
    return _compare(matrix, fold, config, remaining, rng)


def drop_features(matrix: FeatureMatrix, fold: Fold, config: TrainingConfig, rng: np.random.Generator) -> pd.DataFrame:
    """Ablation of each feature that the trees use."""
    split_on = fold.model.scorer.forest.feature
    every = np.arange(len(matrix.catalogue.names))
    used = np.unique(split_on[split_on >= 0]).tolist()
    return _compare(matrix, fold, config, {matrix.catalogue.names[at]: np.delete(every, at) for at in used}, rng)


def _compare(
    matrix: FeatureMatrix, fold: Fold, config: TrainingConfig, remaining: dict[str, Ints], rng: np.random.Generator
) -> pd.DataFrame:
    """A row per basis and part left out, the largest loss first; ``lift`` is the whole model over the rest."""
    scores = Parallel(n_jobs=config.threads, prefer="threads")(
        delayed(_scores_without)(matrix, fold, config, columns) for columns in remaining.values()
    )
    rankings = {MODEL: fold.rankings[MODEL], **dict(zip(remaining, scores, strict=True))}
    bootstrap = GroupBootstrap.of(fold.frame, rng)
    table = at_capacity(fold.frame, rankings, bootstrap, capacities=(0.02,), error=config.error).merge(
        ranking_quality(fold.frame, rankings, bootstrap)[["basis", "ranking", "average_precision"]],
        on=["basis", "ranking"],
    )
    whole = table[table["ranking"] == MODEL].set_index("basis")["average_precision"]
    table["precision_lost"] = table["basis"].map(whole) - table["average_precision"]
    kept = ["basis", "ranking", "recall", "lift", "lift_low", "lift_high", "average_precision", "precision_lost"]
    table = table[kept].rename(columns={"ranking": "left out"})
    return table.sort_values(["basis", "precision_lost"], ascending=[True, False], kind="stable").reset_index(drop=True)


def _scores_without(matrix: FeatureMatrix, fold: Fold, config: TrainingConfig, columns: Ints) -> Floats:
    # a thread each: models are trained in parallel
    fitted = fit_trees(
        matrix.values, fold.model.sample.full, matrix.catalogue, seed=config.seed, threads=1, tuned=config.tuned,
        columns=columns,
    )  # fmt: skip
    names = tuple(matrix.catalogue.names[at] for at in columns.tolist())
    values = matrix.values[fold.split.evaluation][:, columns]
    return raw_scores(parse_forest(fitted.text, names), np.ascontiguousarray(values))
