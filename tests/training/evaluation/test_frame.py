from __future__ import annotations

import numpy as np
import pandas as pd

from features.matrix import build_matrix
from features.tables import Records
from training.evaluation.capacity import capacity_blocks, within_capacity
from training.evaluation.frame import COLUMNS, audit_table, evaluation_frame
from training.labels.outcomes import case_outcomes
from training.sampling.weights import inverse_propensity


def frame(post: str, week: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"post": list(post), "week": week, "as_of": range(len(post))})


def test_capacity_is_a_share_of_all_cases_of_each_post_week() -> None:
    two = frame("aaaabbbb", [1] * 8)
    score = np.array([1.0, 2, 3, 4, 50, 60, 70, 80])
    assert within_capacity(two, score, 0.25).tolist() == [False, False, False, True, False, False, False, True]


def test_a_small_post_saves_up_until_it_has_an_interview() -> None:
    # at 50 % two cases make one interview: weeks 1+2, week 3, and the last week alone is too little and joins it
    assert capacity_blocks(frame("aaaaa", [1, 2, 3, 3, 4]), 0.5).tolist() == [0, 0, 1, 1, 1]


def test_a_post_that_never_has_enough_is_a_block() -> None:
    assert capacity_blocks(frame("abab", [1, 1, 2, 9]), 0.01).tolist() == [0, 1, 0, 1]


def test_who_came_first_wins_a_tie() -> None:
    assert within_capacity(frame("aaaa", [1] * 4), np.zeros(4), 0.25).tolist() == [True, False, False, False]


def test_the_frame_has_a_row_per_case_with_its_audit_columns(world: Records) -> None:
    matrix = build_matrix(world, "visa")
    recorded = case_outcomes(world["outcomes"], "visa", matrix.subject_ids, matrix.as_of)
    labels = recorded.known_before()
    audit = audit_table(world, "visa", matrix.subject_ids, recorded)
    built = evaluation_frame(audit, matrix.as_of, labels, inverse_propensity(labels))
    assert tuple(built.columns) == COLUMNS
    assert built["subject_id"].tolist() == matrix.subject_ids
    rows = world["visa_applications"]
    by_id = dict(zip(rows["application_id"].to_pylist(), rows["post"].to_pylist(), strict=True))
    assert built["post"].tolist() == [by_id[item] for item in matrix.subject_ids]
    assert built["truth"].isna().all()
    assert (built["weight"] > 0).sum() > 0
