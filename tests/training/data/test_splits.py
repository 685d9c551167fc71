from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from features.matrix import FeatureMatrix
from tests.training.cases import matrix, outcomes
from training.data.labels import DAY_US, Findings
from training.data.splits import TooFewLabels, kept_apart, last_split, rolling


def test_parts_lie_apart_by_the_label_window_at_every_cutoff() -> None:
    made = matrix(2000)
    found = outcomes(made, delay_days=30)
    splits = rolling(found, 3)
    assert len(splits) == 3
    for split in splits:
        as_of = made.as_of
        assert split.gap_days == 30
        assert as_of[split.fit].max() < as_of[split.calibrate].min() - 30 * DAY_US
        assert as_of[split.calibrate].max() < split.cutoff_us - 30 * DAY_US
        assert as_of[split.judge].min() >= split.cutoff_us
        assert as_of[split.judge].max() < split.until_us


def slow_and_fast(made: FeatureMatrix) -> Findings:
    """Outcomes after 1 to 40 days, and every fiftieth after 400: labels take 40 days, as 95 of 100 do. The folder ends with its cases."""
    found = outcomes(made)
    days = np.random.default_rng(9).integers(1, 41, len(found.row))
    days[::50] = 400
    known_at = made.as_of[found.row] + days * DAY_US
    return replace(found, known_at=known_at).only(known_at < made.as_of.max())


def test_where_outcomes_come_fast_and_slow_the_gap_and_the_censoring_before_the_cutoff_stay() -> None:
    made = matrix(2000)
    found = slow_and_fast(made)
    window = found.window_us()
    assert window >= 39 * DAY_US
    known_at = np.zeros(2000, dtype=np.int64)
    known_at[found.row] = found.known_at
    for split in rolling(found, 3):
        learned = np.concatenate([split.fit, split.calibrate])
        # a case of yesterday may have its outcome already; early outcomes are not like all
        assert made.as_of[learned].max() < split.cutoff_us - window
        assert known_at[learned].max() < split.cutoff_us
        assert np.isnan(split.labels.positive[known_at >= split.cutoff_us]).all()
        assert made.as_of[split.fit].max() < made.as_of[split.calibrate].min() - window


def test_nobody_is_judged_whose_label_is_not_yet_due() -> None:
    made = matrix(2000)
    found = slow_and_fast(made)
    due = found.last_known_at() - found.window_us()
    split = last_split(found)
    assert split.until_us == due
    assert (made.as_of >= due).any()
    assert made.as_of[split.judge].max() < due


def test_judged_parts_of_rolling_cutoffs_do_not_overlap_and_move_forward() -> None:
    splits = rolling(outcomes(matrix(1000)), 3)
    judged = np.concatenate([split.judge for split in splits])
    assert len(np.unique(judged)) == len(judged)
    assert [split.cutoff_us for split in splits] == sorted(split.cutoff_us for split in splits)


def test_all_cases_judge_and_not_only_the_interviewed_ones() -> None:
    made = matrix(3000)
    split = last_split(outcomes(made, share=0.5))
    assert len(split.judge) == ((made.as_of >= split.cutoff_us) & (made.as_of < split.until_us)).sum()


def test_training_reads_no_outcome_recorded_after_its_cutoff() -> None:
    found = outcomes(matrix(1000))
    for split in rolling(found, 3):
        recorded = dict(zip(found.row.tolist(), found.known_at.tolist(), strict=True))
        assert all(recorded[row] < split.cutoff_us for row in [*split.fit.tolist(), *split.calibrate.tolist()])


def test_whoever_is_judged_is_left_out_of_training_with_all_of_one_group() -> None:
    split = last_split(outcomes(matrix(1000)))
    groups = np.full(1000, -1)
    groups[[int(split.fit[0]), int(split.calibrate[0]), int(split.judge[0])]] = 7
    groups[split.fit[1]] = 8
    apart = kept_apart(split, groups, "person")
    assert apart.dropped == 2
    assert split.fit[0] not in apart.fit
    assert split.calibrate[0] not in apart.calibrate
    assert split.fit[1] in apart.fit
    assert np.array_equal(apart.judge, split.judge)
    assert apart.shared.tolist() == np.flatnonzero(groups == 7).tolist()


def test_too_few_labels_say_which_part_lacks_them_and_what_to_do() -> None:
    made = matrix(2000)
    found = outcomes(made)
    # every cut-off judges later cases than the first half, and among those only two people were found
    value = np.where(found.row < 1000, found.value, 0.0)
    value[1600:1602] = 1.0
    few = replace(found, value=value)
    with pytest.raises(TooFewLabels) as refused:
        last_split(few)
    said = str(refused.value)
    assert "each need 5 positive and 10 negative ones" in said
    assert re.search(r"at the nearest cut-off there are 2 positive and \d+ negative to judge\.", said)
    assert "more --applications" in said


def test_too_few_labels_say_how_many_there_are() -> None:
    made = matrix(40)
    with pytest.raises(TooFewLabels, match=r"positive and .* negative findings"):
        last_split(outcomes(made))
