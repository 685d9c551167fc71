"""Covers: fit.trees, fit.leaf_rounding."""

from __future__ import annotations

import numpy as np

from models.forest import MAX_DEPTH, raw_scores
from tests.training.cases import matrix, outcomes
from training.fit.columns import monotone_constraints
from training.fit.leaf_rounding import LEAF_STEP
from training.fit.trainer import TrainingConfig, train_model
from training.fit.trees import fit_trees, parameters_for
from training.labels.splits import last_split
from training.sampling.schemes import training_sample

MATRIX = matrix(1000)
SPLIT = last_split(outcomes(MATRIX))


def test_the_model_has_the_same_bytes_with_1_and_2_threads() -> None:
    part = training_sample(SPLIT, MATRIX.as_of).full
    texts = {fit_trees(MATRIX.values, part, MATRIX.catalogue, seed=1, threads=threads).text for threads in (1, 2, 2)}
    assert len(texts) == 1


def test_no_score_is_finer_than_what_ranks_people() -> None:
    raw = raw_scores(train_model(MATRIX, SPLIT, TrainingConfig()).scorer.forest, MATRIX.values)
    assert len(np.unique(raw)) > 10
    assert (raw / LEAF_STEP == np.rint(raw / LEAF_STEP)).all()


def test_a_confirmed_case_more_never_lowers_the_score() -> None:
    forest = train_model(MATRIX, SPLIT, TrainingConfig()).scorer.forest
    for index, direction in enumerate(MATRIX.catalogue.monotone):
        more = MATRIX.values[:60].copy()
        more[:, index] += 1
        change = raw_scores(forest, more) - raw_scores(forest, MATRIX.values[:60])
        assert direction == 0 or (direction * change >= 0).all()


def test_the_trees_that_are_kept_have_learned_from_the_latest_findings_too() -> None:
    figures = train_model(MATRIX, SPLIT, TrainingConfig())
    assert set(SPLIT.calibrate) <= set(figures.sample.full.rows)
    assert not set(SPLIT.calibrate) & set(figures.sample.fit.rows)  # what calibrates has not been seen
    assert figures.scorer.forest.left.shape[0] > 0
    earlier = fit_trees(MATRIX.values, figures.sample.fit, MATRIX.catalogue, seed=1, threads=1)
    assert figures.fitted.text != earlier.text


def test_tuned_parameters_keep_depth_and_direction() -> None:
    wild = {"max_depth": 20, "monotone_constraints": [0] * len(MATRIX.catalogue.names), "deterministic": False}
    figures = parameters_for(MATRIX.catalogue, seed=1, threads=1, tuned=wild)
    assert figures["max_depth"] == MAX_DEPTH
    assert figures["monotone_constraints"] == monotone_constraints(MATRIX.catalogue)
    assert figures["deterministic"] is True


def test_a_feature_that_is_left_out_is_never_split_on() -> None:
    columns = np.delete(np.arange(len(MATRIX.catalogue.names)), 3)
    text = fit_trees(
        MATRIX.values, training_sample(SPLIT, MATRIX.as_of).full, MATRIX.catalogue, seed=1, threads=1, columns=columns
    ).text
    assert MATRIX.catalogue.names[3] not in text.split("feature_names=")[1].split("\n")[0].split(" ")
