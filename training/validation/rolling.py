"""How would the model have done at earlier cut-offs? Each is taught, judged on all later cases, and put beside the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.matrix import FeatureMatrix
from training.data.judgement import evaluation_frame, interviewed
from training.data.labels import Findings
from training.data.selection import Weights, inverse_propensity
from training.data.splits import Split, final_labels, kept_apart, teaches
from training.evaluation.evaluate import MODEL, at_capacity
from training.fitting.making import How, Made, make
from training.fitting.teaching import SCHEMES
from training.statistics.intervals import InterviewError
from training.statistics.resampling import Resampled
from training.validation.alternatives import alternative_scores

Floats = NDArray[np.float64]
Progress = Callable[[str], None]
KNOWN_OF_THOSE_FOUND = ("typology",)
"""Columns of the audit table that say nothing of people in whom nothing was found."""


@dataclass(frozen=True, slots=True)
class Fold:
    """One cut-off: its split, its model, the frame of the judged cases, every ranking of them, and the weights' report."""

    split: Split
    made: Made
    frame: pd.DataFrame
    rankings: dict[str, Floats]
    weights: Weights


def judging_frame(
    matrix: FeatureMatrix, found: Findings, audit: pd.DataFrame, split: Split
) -> tuple[pd.DataFrame, Weights]:
    """Return the frame of the judged cases of a split, labelled by all that is known today, and their weights."""
    labels = final_labels(found)
    mask = np.zeros(len(matrix.as_of), dtype=bool)
    mask[split.judge] = True
    weights = inverse_propensity(labels, mask)
    frame = evaluation_frame(audit, matrix.as_of, labels, weights)
    return frame.iloc[split.judge].reset_index(drop=True), weights


def validate(
    matrix: FeatureMatrix, found: Findings, audit: pd.DataFrame, splits: list[Split], how: How, progress: Progress
) -> list[Fold]:
    """Make the model and its alternatives at every cut-off."""
    folds = []
    for number, split in enumerate(splits, 1):
        progress(f"cut-off {number} of {len(splits)}: model and alternatives …")
        frame, weights = judging_frame(matrix, found, audit, split)
        made = make(matrix, split, how)
        rankings = {MODEL: made.scores(matrix.values[split.judge])} | alternative_scores(
            matrix.values,
            matrix.as_of,
            made.taught.whole,
            split.judge,
            matrix.catalogue,
            seed=how.seed,
            threads=how.threads,
        )
        frame["score"] = rankings[MODEL]
        folds.append(Fold(split, made, frame, rankings, weights))
    return folds


def pooled(folds: list[Fold]) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Put the judged cases of all cut-offs together, each ranked by the model of its own cut-off.

    A cut-off falls within a week, which is one post-week here and two where each cut-off is judged by itself.
    """
    frame = pd.concat([fold.frame for fold in folds], ignore_index=True)
    return frame, {name: np.concatenate([fold.rankings[name] for fold in folds]) for name in folds[0].rankings}


def by_scheme(matrix: FeatureMatrix, fold: Fold, how: How, rng: np.random.Generator) -> pd.DataFrame:
    """Compare ways of teaching at one cut-off, at 2 % capacity."""
    judged = matrix.values[fold.split.judge]
    rankings = {
        scheme: fold.rankings[MODEL]
        if scheme == how.scheme
        else make(matrix, fold.split, replace(how, scheme=scheme)).scores(judged)
        for scheme in SCHEMES
    }
    return _at_two(fold, rankings, rng, how).rename(columns={"ranking": "taught with"})


def by_group_apart(
    matrix: FeatureMatrix, fold: Fold, how: How, groups: dict[str, NDArray[np.int64]], rng: np.random.Generator
) -> pd.DataFrame:
    """Judge the same cases by models that saw no case of the same person, or of the same ring."""
    rankings, dropped = {"time": fold.rankings[MODEL]}, {"time": 0}
    for apart, numbers in groups.items():
        split = kept_apart(fold.split, numbers, apart)
        if teaches(split):
            rankings[apart] = make(matrix, split, how).scores(matrix.values[split.judge])
            dropped[apart] = split.dropped
    table = _at_two(fold, rankings, rng, how).rename(columns={"ranking": "nothing shared but"})
    table.insert(1, "training cases left out", table["nothing shared but"].map(dropped))
    return table.rename(columns={"nothing shared but": "kept apart by"})


def stability(matrix: FeatureMatrix, folds: list[Fold], how: How) -> pd.DataFrame:
    """Compare the ranking of the last judged cases with those of the model before it, and of the same with another seed."""
    last = folds[-1]
    judged = matrix.values[last.split.judge]
    others = {"the same with another seed": make(matrix, last.split, replace(how, seed=how.seed + 1)).scores(judged)}
    if len(folds) > 1:
        others["the model of the cut-off before"] = folds[-2].made.scores(judged)
    rows = []
    for name, score in others.items():
        mine, its = (interviewed(last.frame, one, 0.02) for one in (last.rankings[MODEL], score))
        rows.append(
            {
                "compared with": name,
                "rank correlation": float(pd.Series(last.rankings[MODEL]).corr(pd.Series(score), method="spearman")),
                "same interviews at 2 %": float((mine & its).sum() / max(mine.sum(), 1)),
            }
        )
    return pd.DataFrame(rows)


def _at_two(fold: Fold, rankings: dict[str, Floats], rng: np.random.Generator, how: How) -> pd.DataFrame:
    table = at_capacity(fold.frame, rankings, Resampled.of(fold.frame, rng), capacities=(0.02,), error=how.error)
    return table.drop(columns=["capacity"])


def by_group(
    frame: pd.DataFrame,
    rankings: dict[str, Floats],
    resampled: Resampled,
    columns: tuple[str, ...],
    capacity: float = 0.02,
    error: InterviewError | None = None,
) -> pd.DataFrame:
    """Tell recall apart by typology, sex, age, status …: one row per basis, column, group and ranking.

    The interviews are those chosen among everybody; groups without a person concerned are left out.
    """
    tables = []
    for column in columns:
        values = frame[column]
        for group in sorted(values.dropna().unique().tolist()):
            only = (values == group).to_numpy(dtype=bool)
            table = at_capacity(
                frame, rankings, resampled, capacities=(capacity,), only=only,
                of_those_found=column in KNOWN_OF_THOSE_FOUND, error=error,
            )  # fmt: skip
            # a group in which nobody is concerned is left out; one of which too little is known stands there as such
            table = table[(table["positives"] > 0) | table["positives"].isna()]
            table.insert(1, "by", column)
            table.insert(2, "group", group)
            table.insert(3, "cases", int(only.sum()))
            tables.append(table)
    kept = ["basis", "by", "group", "cases", "ranking", "positives", "recall", "recall_low", "recall_high"]
    return pd.concat(tables, ignore_index=True)[kept] if tables else pd.DataFrame(columns=kept)
