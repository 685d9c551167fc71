from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.tables import Records
from tests.training.conftest import CASES, VISA
from training.evaluation.capacity import within_capacity
from training.fairness.disparity import compare_groups
from training.fairness.groups import AuditedCases
from training.gate.evidence import EvaluationCases, gather
from training.labels.labels import ALL_FILES, UNFLAGGED_FILES
from training.submission import Submission


@pytest.fixture(scope="module")
def part(built: Submission) -> EvaluationCases:
    """The judging part of a good model, with unequal weights, a known truth, and findings that are all alone."""
    frame = built.part.frame.copy()
    exploited = np.arange(CASES) % 4 == 0
    frame["truth"] = exploited.astype(float)
    frame["weight"] = np.where(frame["label"] == 1.0, 1.0, 9.0)
    return replace(built.part, frame=frame)


@pytest.fixture(scope="module")
def evidence(built: Submission, part: EvaluationCases, small_records: Records) -> dict[str, Any]:
    return gather(part, built.scorer, small_records, VISA, capacity=0.02, seed=1)


def test_calibration_weighs_each_case_by_the_number_of_cases_it_represents(
    evidence: dict[str, Any], built: Submission, part: EvaluationCases
) -> None:
    score, frame = built.scorer.scores(part.values), part.frame
    expected = (score * frame["weight"]).sum() / (frame["label"] * frame["weight"]).sum()
    assert evidence["calibration"]["ratio"] == pytest.approx(expected)
    assert expected > 3 * score.sum() / frame["label"].sum()


def test_findings_of_people_who_represent_nobody_are_no_findings_of_interviews(
    built: Submission, part: EvaluationCases, small_records: Records
) -> None:
    frame = part.frame.copy()
    frame.loc[::4, "weight"] = 0.0
    result = gather(replace(part, frame=frame), built.scorer, small_records, VISA, capacity=0.02, seed=1)
    assert result["interviewed"] == CASES * 3 // 4
    assert result["positives"] == int((frame["label"] * (frame["weight"] > 0)).sum())


def test_proxies_are_looked_for_among_those_who_are_no_victims(evidence: dict[str, Any]) -> None:
    people = [
        item["people"]
        for item in evidence["proxies"]["all"]
        if (item["attribute"], item["source"]) == ("nationality", "score")
    ]
    # three nationalities make up everybody; a quarter is exploited
    assert len(people) == 3
    assert sum(people) == CASES * 3 // 4


def test_the_evaluation_part_itself_tells_who_was_examined_where_nothing_else_is_given(
    built: Submission, part: EvaluationCases, small_records: Records
) -> None:
    frame = part.frame.copy()
    frame.loc[::2, "arm"], frame.loc[::2, "label"], frame.loc[::2, "weight"] = "none", np.nan, 0.0
    values = part.values.copy()
    values[1::2, 7] = 777.0
    result = gather(
        replace(part, frame=frame, values=values, examined=None),
        built.scorer,
        small_records,
        VISA,
        capacity=0.02,
        seed=1,
    )
    assert (result["trace"]["examined"], result["trace"]["feature"], result["trace"]["auc"]) == (
        CASES // 2,
        VISA.names[7],
        1.0,
    )


def test_a_sample_of_unflagged_files_is_compared_with_those_whom_officers_did_not_choose(
    built: Submission, part: EvaluationCases, small_records: Records
) -> None:
    frame = part.frame.assign(sample_frame=UNFLAGGED_FILES, weight=1.0)
    # officers chose the higher half by score of those without findings, and the lot drew the rest
    score = built.scorer.scores(part.values)
    frame["arm"] = np.where(score > np.median(score), "targeted", "random")
    result = {
        sample_frame: gather(
            replace(part, frame=frame.assign(sample_frame=sample_frame)),
            built.scorer,
            small_records,
            VISA,
            capacity=0.02,
            seed=1,
        )
        for sample_frame in (UNFLAGGED_FILES, ALL_FILES)
    }
    assert result[UNFLAGGED_FILES]["random_sample"]["auc"] == pytest.approx(0.5)
    assert result[ALL_FILES]["random_sample"]["auc"] < 0.4


def test_alarms_compare_the_score_at_a_single_threshold_for_all_posts(
    built: Submission, part: EvaluationCases, small_records: Records
) -> None:
    # one nationality lodges where hardly anybody has a high score: that post's hours call in as many there as elsewhere
    frame = part.frame.copy()
    low = built.scorer.scores(part.values) < np.median(built.scorer.scores(part.values))
    frame["post"], frame["nationality"] = np.where(low, "TH-BKK", "PH-MNL"), np.where(low, "THA", "PHL")
    result = gather(replace(part, frame=frame), built.scorer, small_records, VISA, capacity=0.02, seed=1)

    def expected(posts: str | None) -> list[Any]:
        where = frame if posts is None else frame.assign(post=posts)
        chosen = within_capacity(where, built.scorer.scores(part.values), 0.02)
        return [(item.group, item.metric, item.chosen) for item in compare_groups(AuditedCases.of(frame, chosen))]

    compared = [(item["group"], item["metric"], item["chosen"]) for item in result["fairness"]["compared"]]
    assert compared[: len(expected("everywhere"))] == expected("everywhere") != expected(None)


def test_the_vignettes_are_checked_with_the_peers_at_hand(evidence: dict[str, Any]) -> None:
    figures = evidence["vignettes"]
    assert figures["checked"] > 200
    assert 0 < figures["failed"] <= figures["checked"]
    assert bool(figures["names"])
