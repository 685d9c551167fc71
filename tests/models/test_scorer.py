"""A scorer gives the parts of its explanation by themselves, with the same bits."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np

from features.arrays import Floats
from features.catalogue import catalogue
from models.calibration import Calibration
from models.scorer import Scorer
from models.tree_text import parse_forest


def test_the_parts_of_an_explanation_are_those_requested_alone(booster: lgb.Booster, values: Floats) -> None:
    text = booster.model_to_string(num_iteration=8).partition("end of trees\n")[0] + "end of trees\n"
    scorer = Scorer(parse_forest(text, catalogue("visa").names), Calibration(1.2, -0.4))
    rows = values[:50]
    whole = scorer.explain(rows)
    assert whole.raw_score.tobytes() == scorer.raw_scores(rows).tobytes()
    assert whole.score.tobytes() == scorer.scores(rows).tobytes()
    assert whole.contributions.tobytes() == scorer.contributions(rows).tobytes()
    assert np.allclose(whole.base_value + whole.contributions.sum(axis=1), whole.raw_score, rtol=0, atol=1e-9)
