from __future__ import annotations

from typing import Any

import numpy as np

from models.forest import raw_scores
from models.tree_text import parse_forest
from tests.training.cases import matrix, outcomes
from training.data.splits import last_split
from training.fitting.calibrating import choose_calibration
from training.fitting.fit import Fitted, fit
from training.fitting.making import How, make
from training.fitting.teaching import Part


def test_a_model_is_calibrated_by_trees_that_have_not_seen_the_calibrating_cases() -> None:
    made = matrix(900)
    seen: list[tuple[Part, Fitted]] = []

    def watched(values: Any, part: Part, *rest: Any, **more: Any) -> Fitted:
        fitted = fit(values, part, *rest, **more)
        seen.append((part, fitted))
        return fitted

    model = make(made, last_split(outcomes(made, share=0.6)), How(), watched)
    part = model.taught.calibrate
    apart = [fitted for one, fitted in seen if not np.intersect1d(one.rows, part.rows).size]
    [unseen] = apart
    raw = raw_scores(parse_forest(unseen.text, made.catalogue.names), made.values[part.rows])
    assert model.calibration == choose_calibration(raw, part.positive, part.weight)[1]
    # the trees that are kept have seen them, and would find themselves surer than they may be
    theirs = raw_scores(model.forest, made.values[part.rows])
    assert model.calibration != choose_calibration(theirs, part.positive, part.weight)[1]
