"""What does each feature bring? The model made again without it, judged on the same cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray

from features.matrix import FeatureMatrix
from models.forest import raw_scores
from models.tree_text import parse_forest
from training.evaluation.evaluate import MODEL, at_capacity, ranking_quality
from training.fitting.fit import fit
from training.fitting.making import How
from training.statistics.resampling import Resampled
from training.validation.rolling import Fold

Floats = NDArray[np.float64]


def drop_families(matrix: FeatureMatrix, fold: Fold, how: How, rng: np.random.Generator) -> pd.DataFrame:
    """Leave out one family of the catalogue after another."""
    families = [feature.family for feature in matrix.catalogue.features]
    without = {
        family: np.array([at for at, one in enumerate(families) if one != family], dtype=np.int64)
        for family in dict.fromkeys(families)
    }
    return _compare(matrix, fold, how, without, rng)


def drop_features(matrix: FeatureMatrix, fold: Fold, how: How, rng: np.random.Generator) -> pd.DataFrame:
    """Leave out one feature after another, of those that the trees use at all; leaving out any other changes nothing."""
    used = np.unique(fold.made.forest.feature[fold.made.forest.feature >= 0])
    every = np.arange(len(matrix.catalogue.names))
    without = {matrix.catalogue.names[at]: np.delete(every, at) for at in used.tolist()}
    return _compare(matrix, fold, how, without, rng)


def _compare(
    matrix: FeatureMatrix, fold: Fold, how: How, without: dict[str, NDArray[np.int64]], rng: np.random.Generator
) -> pd.DataFrame:
    """One row per basis and part left out, those that bring most first; ``times`` is the whole model against the rest."""
    judged = matrix.values[fold.split.judge]
    scores = Parallel(n_jobs=how.threads, prefer="threads")(
        delayed(_scores_without)(matrix, fold, how, columns, judged) for columns in without.values()
    )
    rankings = {MODEL: fold.rankings[MODEL], **dict(zip(without, scores, strict=True))}
    resampled = Resampled.of(fold.frame, rng)
    table = at_capacity(fold.frame, rankings, resampled, capacities=(0.02,), error=how.error).merge(
        ranking_quality(fold.frame, rankings, resampled)[["basis", "ranking", "average_precision"]],
        on=["basis", "ranking"],
    )
    whole = table[table["ranking"] == MODEL].set_index("basis")["average_precision"]
    table["precision_lost"] = table["basis"].map(whole) - table["average_precision"]
    kept = ["basis", "ranking", "recall", "times", "times_low", "times_high", "average_precision", "precision_lost"]
    table = table[kept].rename(columns={"ranking": "left out"})
    return table.sort_values(["basis", "precision_lost"], ascending=[True, False], kind="stable").reset_index(drop=True)


def _scores_without(matrix: FeatureMatrix, fold: Fold, how: How, columns: NDArray[np.int64], judged: Floats) -> Floats:
    # one thread each: the models are made side by side
    fitted = fit(
        matrix.values,
        fold.made.taught.whole,
        matrix.catalogue,
        seed=how.seed,
        threads=1,
        tuned=how.tuned,
        columns=columns,
    )
    names = tuple(matrix.catalogue.names[at] for at in columns.tolist())
    return raw_scores(parse_forest(fitted.text, names), np.ascontiguousarray(judged[:, columns]))
