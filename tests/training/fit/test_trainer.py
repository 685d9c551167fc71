from __future__ import annotations

from typing import Any

import numpy as np

from models.forest import raw_scores
from models.tree_text import parse_forest
from tests.training.cases import matrix, outcomes
from training.fit.calibration_choice import choose_calibration
from training.fit.trainer import TrainingConfig, train_model
from training.fit.trees import FittedTrees, fit_trees
from training.labels.splits import last_split
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
