from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.tables import Records
from tests.training.conftest import CASES, VISA
from training.data.judgement import interviewed
from training.data.labels import ALL_FILES, UNFLAGGED_FILES
from training.fairness.disparity import compare_groups
from training.fairness.groups import AuditedCases
from training.gate.evidence import JudgingPart, gather
from training.submission import Submission


@pytest.fixture(scope="module")
def part(made: Submission) -> JudgingPart:
    """The judging part of a good model, with unequal weights, a known truth, and findings that are all alone."""
    frame = made.part.frame.copy()
    exploited = np.arange(CASES) % 4 == 0
    frame["truth"] = exploited.astype(float)
    frame["weight"] = np.where(frame["label"] == 1.0, 1.0, 9.0)
    return replace(made.part, frame=frame)


@pytest.fixture(scope="module")
def evidence(made: Submission, part: JudgingPart, small_records: Records) -> dict[str, Any]:
    return gather(part, made.judged, small_records, VISA, capacity=0.02, seed=1)


def test_calibration_weighs_each_case_by_how_many_it_stands_for(
    evidence: dict[str, Any], made: Submission, part: JudgingPart
) -> None:
    score, frame = made.judged.scores(part.values), part.frame
    expected = (score * frame["weight"]).sum() / (frame["label"] * frame["weight"]).sum()
    assert evidence["calibration"]["ratio"] == pytest.approx(expected)
    assert expected > 3 * score.sum() / frame["label"].sum()


def test_findings_of_people_who_stand_for_nobody_are_no_findings_of_interviews(
    made: Submission, part: JudgingPart, small_records: Records
) -> None:
    frame = part.frame.copy()
    frame.loc[::4, "weight"] = 0.0
    told = gather(replace(part, frame=frame), made.judged, small_records, VISA, capacity=0.02, seed=1)
    assert told["interviewed"] == CASES * 3 // 4
    assert told["positives"] == int((frame["label"] * (frame["weight"] > 0)).sum())


def test_proxies_are_looked_for_among_those_who_are_no_victims(evidence: dict[str, Any]) -> None:
    people = [
        one["people"]
        for one in evidence["proxies"]["all"]
        if (one["attribute"], one["told_by"]) == ("nationality", "score")
    ]
    # three nationalities make up everybody; a quarter is exploited
    assert len(people) == 3
    assert sum(people) == CASES * 3 // 4


def test_the_judging_part_itself_tells_who_was_looked_at_where_nothing_else_is_given(
    made: Submission, part: JudgingPart, small_records: Records
) -> None:
    frame = part.frame.copy()
    frame.loc[::2, "arm"], frame.loc[::2, "label"], frame.loc[::2, "weight"] = "none", np.nan, 0.0
    values = part.values.copy()
    values[1::2, 7] = 777.0
    told = gather(
        replace(part, frame=frame, values=values, looked_at=None),
        made.judged,
        small_records,
        VISA,
        capacity=0.02,
        seed=1,
    )
    assert (told["trace"]["looked_at"], told["trace"]["feature"], told["trace"]["auc"]) == (
        CASES // 2,
        VISA.names[7],
        1.0,
    )


def test_a_lot_of_unflagged_files_is_compared_with_those_whom_officers_did_not_choose(
    made: Submission, part: JudgingPart, small_records: Records
) -> None:
    frame = part.frame.assign(lot=UNFLAGGED_FILES, weight=1.0)
    # officers chose the higher half by score of those without findings, and the lot drew the rest
    score = made.judged.scores(part.values)
    frame["arm"] = np.where(score > np.median(score), "targeted", "random")
    told = {
        lot: gather(replace(part, frame=frame.assign(lot=lot)), made.judged, small_records, VISA, capacity=0.02, seed=1)
        for lot in (UNFLAGGED_FILES, ALL_FILES)
    }
    assert told[UNFLAGGED_FILES]["lot"]["auc"] == pytest.approx(0.5)
    assert told[ALL_FILES]["lot"]["auc"] < 0.4


def test_alarms_ask_the_score_at_one_threshold_for_all_posts(
    made: Submission, part: JudgingPart, small_records: Records
) -> None:
    # one nationality lodges where hardly anybody has a high score: that post's hours call in as many there as elsewhere
    frame = part.frame.copy()
    low = made.judged.scores(part.values) < np.median(made.judged.scores(part.values))
    frame["post"], frame["nationality"] = np.where(low, "TH-BKK", "PH-MNL"), np.where(low, "THA", "PHL")
    told = gather(replace(part, frame=frame), made.judged, small_records, VISA, capacity=0.02, seed=1)

    def expected(posts: str | None) -> list[Any]:
        where = frame if posts is None else frame.assign(post=posts)
        chosen = interviewed(where, made.judged.scores(part.values), 0.02)
        return [(one.group, one.metric, one.chosen) for one in compare_groups(AuditedCases.of(frame, chosen))]

    compared = [(one["group"], one["metric"], one["chosen"]) for one in told["fairness"]["compared"]]
    assert compared[: len(expected("everywhere"))] == expected("everywhere") != expected(None)
