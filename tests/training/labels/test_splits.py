from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from features.matrix import FeatureMatrix
from features.tables.times import DAY_US
from tests.training.cases import matrix, outcomes
from training.labels.labels import Outcomes
from training.labels.splits import (
    NothingToEvaluate,
    TooFewLabels,
    last_split,
    rolling_splits,
    training_split,
    without_shared_groups,
)


def test_parts_lie_apart_by_the_label_window_at_every_cutoff() -> None:
    built = matrix(2000)
    results = outcomes(built, delay_days=30)
    splits = rolling_splits(results, 3)
    assert len(splits) == 3
    for split in splits:
        as_of = built.as_of
        assert split.gap_days == 30
        assert as_of[split.fit].max() < as_of[split.calibrate].min() - 30 * DAY_US
        assert as_of[split.calibrate].max() < split.cutoff_us - 30 * DAY_US
        assert as_of[split.evaluation].min() >= split.cutoff_us
        assert as_of[split.evaluation].max() < split.until_us


def slow_and_fast(built: FeatureMatrix) -> Outcomes:
    """Outcomes after 1 to 40 days, and every fiftieth after 400: labels take 40 days, as 95 of 100 do. The folder ends with its cases."""
    results = outcomes(built)
    days = np.random.default_rng(9).integers(1, 41, len(results.row))
    days[::50] = 400
    known_at = built.as_of[results.row] + days * DAY_US
    return replace(results, known_at=known_at).only(known_at < built.as_of.max())


def test_where_outcomes_come_fast_and_slow_the_gap_and_the_censoring_before_the_cutoff_stay() -> None:
    built = matrix(2000)
    results = slow_and_fast(built)
    window = results.window_us()
    assert window >= 39 * DAY_US
    known_at = np.zeros(2000, dtype=np.int64)
    known_at[results.row] = results.known_at
    for split in rolling_splits(results, 3):
        learned = np.concatenate([split.fit, split.calibrate])
        # a case of yesterday may have its outcome already; early outcomes are not like all
        assert built.as_of[learned].max() < split.cutoff_us - window
        assert known_at[learned].max() < split.cutoff_us
        assert np.isnan(split.labels.positive[known_at >= split.cutoff_us]).all()
        assert built.as_of[split.fit].max() < built.as_of[split.calibrate].min() - window


def test_nobody_is_evaluated_whose_label_is_not_yet_due() -> None:
    built = matrix(2000)
    results = slow_and_fast(built)
    due = results.last_known_at() - results.window_us()
    split = last_split(results)
    assert split.until_us == due
    assert (built.as_of >= due).any()
    assert built.as_of[split.evaluation].max() < due


def test_evaluated_parts_of_rolling_cutoffs_do_not_overlap_and_move_forward() -> None:
    splits = rolling_splits(outcomes(matrix(1000)), 3)
    scorer = np.concatenate([split.evaluation for split in splits])
    assert len(np.unique(scorer)) == len(scorer)
    assert [split.cutoff_us for split in splits] == sorted(split.cutoff_us for split in splits)


def test_all_cases_evaluate_and_not_only_the_interviewed_ones() -> None:
    built = matrix(3000)
    split = last_split(outcomes(built, share=0.5))
    assert len(split.evaluation) == ((built.as_of >= split.cutoff_us) & (built.as_of < split.until_us)).sum()


def test_training_reads_no_outcome_recorded_after_its_cutoff() -> None:
    results = outcomes(matrix(1000))
    for split in rolling_splits(results, 3):
        recorded = dict(zip(results.row.tolist(), results.known_at.tolist(), strict=True))
        assert all(recorded[row] < split.cutoff_us for row in [*split.fit.tolist(), *split.calibrate.tolist()])


def test_whoever_is_evaluated_is_left_out_of_training_with_all_of_a_group() -> None:
    split = last_split(outcomes(matrix(1000)))
    groups = np.full(1000, -1)
    groups[[int(split.fit[0]), int(split.calibrate[0]), int(split.evaluation[0])]] = 7
    groups[split.fit[1]] = 8
    apart = without_shared_groups(split, groups, "person")
    assert apart.dropped == 2
    assert split.fit[0] not in apart.fit
    assert split.calibrate[0] not in apart.calibrate
    assert split.fit[1] in apart.fit
    assert np.array_equal(apart.evaluation, split.evaluation)
    assert apart.shared.tolist() == np.flatnonzero(groups == 7).tolist()


def test_too_few_labels_say_which_part_lacks_them_and_what_to_do() -> None:
    built = matrix(2000)
    results = outcomes(built)
    # every cut-off judges later cases than the first half, and among those only two people were found
    value = np.where(results.row < 1000, results.value, 0.0)
    value[1600:1602] = 1.0
    few = replace(results, value=value)
    with pytest.raises(TooFewLabels) as refused:
        last_split(few)
    output = str(refused.value)
    assert "each need 5 positive and 10 negative" in output
    assert re.search(r"the nearest cut-off has 2 positive and \d+ negative to evaluate\.", output)
    assert "more --applications" in output


def test_too_few_labels_say_their_number() -> None:
    built = matrix(40)
    with pytest.raises(TooFewLabels, match=r"positive and .* negative labels"):
        last_split(outcomes(built))


def test_with_too_few_labels_the_prior_alone_is_evaluated_on_the_later_half() -> None:
    built = matrix(200)
    few = outcomes(built, delay_days=5).only(np.arange(200) % 25 == 0)  # 8 interviews
    with pytest.raises(TooFewLabels):
        training_split(few, prior=False)
    split = training_split(few, prior=True)
    assert split.prior_alone
    many = outcomes(matrix(900), delay_days=5)
    assert not last_split(many).prior_alone
    assert training_split(many, prior=True, labels=False).prior_alone
    with pytest.raises(TooFewLabels, match="`mimamori prior`"):
        training_split(many, prior=False, labels=False)
    # a case a day: the median is between days 99 and 100
    assert split.evaluation.min() == 100
    assert built.as_of[split.calibrate].max() < split.cutoff_us - 5 * DAY_US
    assert not np.intersect1d(split.calibrate, split.evaluation).size
    # the last interview is known on day 180, and a label takes 5 days
    assert split.evaluation.max() == 175


def test_without_any_outcome_all_later_cases_evaluate() -> None:
    built = matrix(100)
    nothing = outcomes(built).only(np.zeros(100, dtype=bool))
    split = training_split(nothing, prior=True)
    assert (len(split.fit), len(split.calibrate)) == (0, 0)
    assert split.evaluation.tolist() == list(range(50, 100))
    with pytest.raises(NothingToEvaluate, match="1 cases"):
        training_split(nothing.of(np.array([3])), prior=True)
