from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.forest import raw_scores
from models.tree_text import parse_forest
from tests.training.cases import matrix, outcomes
from training.fit.calibration_choice import choose_calibration
from training.fit.prior_trees import load_prior
from training.fit.trainer import TrainingConfig, train_model
from training.fit.trees import FittedTrees, fit_trees
from training.labels.splits import last_split, training_split
from training.sampling.schemes import TrainingRows


def test_a_model_is_calibrated_by_trees_that_have_not_seen_the_calibrating_cases() -> None:
    built = matrix(900)
    observed: list[tuple[TrainingRows, FittedTrees]] = []

    def wrapped(values: Any, part: TrainingRows, *rest: Any, **more: Any) -> FittedTrees:
        fitted = fit_trees(values, part, *rest, **more)
        observed.append((part, fitted))
        return fitted

    model = train_model(built, last_split(outcomes(built, share=0.6)), TrainingConfig(), wrapped)
    part = model.sample.calibrate
    apart = [fitted for item, fitted in observed if not np.intersect1d(item.rows, part.rows).size]
    [unseen] = apart
    raw = raw_scores(parse_forest(unseen.text, built.catalogue.names), built.values[part.rows])
    assert model.scorer.calibration == choose_calibration(raw, part.positive, part.weight)[1]
    # the trees that are kept have seen them, and would find themselves surer than they may be
    theirs = raw_scores(model.scorer.forest, built.values[part.rows])
    assert model.scorer.calibration != choose_calibration(theirs, part.positive, part.weight)[1]


def test_the_prior_alone_has_its_own_trees_and_the_level_of_the_prior() -> None:
    built = matrix(400)
    prior = load_prior(built.catalogue)
    assert prior is not None
    nothing = outcomes(built).only(np.zeros(400, dtype=bool))
    model = train_model(built, training_split(nothing, prior=True), TrainingConfig(prior=True))
    assert model.fitted.text == prior.text
    assert (model.prior_weight, model.label_weight, model.fitted.rounds) == (1.0, 0.0, 0)
    assert model.scores(built.values[:200]).mean() == pytest.approx(float(prior.about["positive_mass"]))
    raw, labels = model.raw_parts(built.values)
    assert np.array_equal(raw, model.scorer.raw_scores(built.values))
    assert not labels.any()


def test_raw_scores_of_prior_and_labels_add_up_to_the_bit() -> None:
    built = matrix(900)
    split = last_split(outcomes(built, share=0.6))
    model = train_model(built, split, TrainingConfig(prior=True))
    prior, labels = model.raw_parts(built.values)
    assert np.array_equal(prior + labels, model.scorer.raw_scores(built.values))
    alone, nothing = train_model(built, split, TrainingConfig()).raw_parts(built.values)
    assert not alone.any()
    assert nothing.any()


@pytest.mark.parametrize("weight", [0.5, 2.0])
def test_the_weighted_prior_is_that_of_the_sum(weight: float) -> None:
    built = matrix(50)
    prior = load_prior(built.catalogue)
    assert prior is not None
    raw = raw_scores(prior.times(weight, built.catalogue.names).forest, built.values)
    # each of 400 leaves is rounded to a multiple of 2^-7
    assert np.abs(raw - weight * raw_scores(prior.forest, built.values)).max() <= 400 * 2.0**-8
