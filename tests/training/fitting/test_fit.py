from __future__ import annotations

import numpy as np

from models.forest import MAX_DEPTH, raw_scores
from tests.training.cases import matrix, outcomes
from training.data.splits import last_split
from training.fitting.fit import GRAIN, fit, parameters_for
from training.fitting.making import How, make
from training.fitting.teaching import taught

MADE = matrix(1000)
SPLIT = last_split(outcomes(MADE))


def test_the_model_has_the_same_bytes_with_one_and_two_threads() -> None:
    part = taught(SPLIT, MADE.as_of).whole
    texts = {fit(MADE.values, part, MADE.catalogue, seed=1, threads=threads).text for threads in (1, 2, 2)}
    assert len(texts) == 1


def test_no_score_is_finer_than_what_ranks_people() -> None:
    raw = raw_scores(make(MADE, SPLIT, How()).forest, MADE.values)
    assert len(np.unique(raw)) > 10
    assert (raw / GRAIN == np.rint(raw / GRAIN)).all()


def test_a_confirmed_case_more_never_lowers_the_score() -> None:
    forest = make(MADE, SPLIT, How()).forest
    for index, direction in enumerate(MADE.catalogue.monotone):
        more = MADE.values[:60].copy()
        more[:, index] += 1
        change = raw_scores(forest, more) - raw_scores(forest, MADE.values[:60])
        assert direction == 0 or (direction * change >= 0).all()


def test_the_trees_that_are_kept_have_learned_from_the_latest_findings_too() -> None:
    found = make(MADE, SPLIT, How())
    assert set(SPLIT.calibrate) <= set(found.taught.whole.rows)
    assert not set(SPLIT.calibrate) & set(found.taught.fit.rows)  # what calibrates has not been seen
    assert found.forest.left.shape[0] > 0
    earlier = fit(MADE.values, found.taught.fit, MADE.catalogue, seed=1, threads=1)
    assert found.fitted.text != earlier.text


def test_tuned_parameters_keep_depth_and_direction() -> None:
    wild = {"max_depth": 20, "monotone_constraints": [0] * len(MADE.catalogue.names), "deterministic": False}
    found = parameters_for(MADE.catalogue, seed=1, threads=1, tuned=wild)
    assert found["max_depth"] == MAX_DEPTH
    assert found["monotone_constraints"] == list(MADE.catalogue.monotone)
    assert found["deterministic"] is True


def test_a_feature_that_is_left_out_is_never_split_on() -> None:
    columns = np.delete(np.arange(len(MADE.catalogue.names)), 3)
    text = fit(MADE.values, taught(SPLIT, MADE.as_of).whole, MADE.catalogue, seed=1, threads=1, columns=columns).text
    assert MADE.catalogue.names[3] not in text.split("feature_names=")[1].split("\n")[0].split(" ")
