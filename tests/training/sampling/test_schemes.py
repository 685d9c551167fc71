from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

import training.sampling.schemes
from tests.training.cases import matrix, outcomes
from training.commands import train
from training.labels.splits import last_split, training_split, without_shared_groups
from training.sampling.schemes import (
    ALL_CASES,
    BACKGROUND,
    INDICATION_WEIGHT,
    INTERVIEWED_ONLY,
    INVERSE_PROPENSITY,
    MAX_REWEIGHTING,
    REWEIGHTED,
    REWEIGHTING_EXPONENT,
    SAMPLING_SCHEMES,
    WEIGHT_CLIP,
    reweighted_by_route,
    training_sample,
)

MATRIX = matrix(2000)
SPLIT = last_split(outcomes(MATRIX, share=0.5))


def test_interviewed_cases_train_alike() -> None:
    part = training_sample(SPLIT, MATRIX.as_of, INTERVIEWED_ONLY).fit
    assert np.array_equal(part.rows, SPLIT.fit)
    assert (part.weight == 1.0).all()


def test_a_weighted_case_counts_at_most_twenty_times_the_lightest() -> None:
    weight = training_sample(SPLIT, MATRIX.as_of, INVERSE_PROPENSITY).fit.weight
    assert weight.max() / weight.min() <= WEIGHT_CLIP


def test_a_case_drawn_with_a_fifth_of_the_chance_trains_with_five_times_the_weight() -> None:
    recorded = outcomes(MATRIX, share=0.5)
    rare = np.arange(len(recorded.row)) % 2 == 0
    split = last_split(replace(recorded, inclusion_probability=np.where(rare, 0.1, 0.5)))
    part = training_sample(split, MATRIX.as_of, INVERSE_PROPENSITY).fit
    seldom = np.isin(part.rows, recorded.row[rare])
    assert part.weight[seldom].min() / part.weight[~seldom].max() == pytest.approx(5.0)
    assert part.weight[seldom].max() / part.weight[~seldom].min() == pytest.approx(5.0)


def test_everybody_trains_with_those_without_a_label_as_if_nothing_had_been_identified() -> None:
    part = training_sample(SPLIT, MATRIX.as_of, ALL_CASES).fit
    extra = np.setdiff1d(part.rows, SPLIT.fit)
    assert len(extra)
    assert (part.positive[np.isin(part.rows, extra)] == 0.0).all()
    assert MATRIX.as_of[part.rows].max() <= MATRIX.as_of[SPLIT.fit].max()  # the gap stays


def test_a_background_of_at_most_so_many_spreads_over_the_time_of_those_interviewed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training.sampling.schemes, "BACKGROUND_CASES", 100)
    part = training_sample(SPLIT, MATRIX.as_of, BACKGROUND).full
    learned = np.concatenate([SPLIT.fit, SPLIT.calibrate])
    extra = np.setdiff1d(part.rows, learned)
    assert len(extra) == 100
    assert (part.positive[np.isin(part.rows, extra)] == 0.0).all()
    assert np.isnan(SPLIT.labels.positive[extra]).all()
    middle = np.median(learned)
    assert 45 <= (extra < middle).sum() <= 55


@pytest.mark.parametrize("scheme", SAMPLING_SCHEMES)
def test_nobody_of_an_evaluated_person_or_ring_trains_not_even_without_a_label(scheme: str) -> None:
    # every third case belongs to one ring, judged ones, labelled ones and such as nobody interviewed
    groups = np.where(np.arange(2000) % 3 == 0, 7, -1)
    unlabelled = np.isnan(SPLIT.labels.positive)
    assert (unlabelled & (groups == 7) & (MATRIX.as_of < SPLIT.cutoff_us)).any()
    result = training_sample(without_shared_groups(SPLIT, groups, "ring"), MATRIX.as_of, scheme)
    for part in (result.fit, result.full, result.calibrate):
        assert len(part.rows)
        assert not (groups[part.rows] == 7).any()


def test_indications_alone_train_less_than_a_person_identified_and_the_inconclusive_are_no_background() -> None:
    recorded = outcomes(MATRIX, share=0.5)
    unclear = (np.arange(len(recorded.row)) % 7 == 0) & (recorded.value == 0.0)
    result = replace(
        recorded,
        value=np.where(unclear, np.nan, recorded.value),
        confirmed=np.arange(len(recorded.row)) % 2 == 0,
    )
    split = last_split(result)
    part = training_sample(split, MATRIX.as_of, BACKGROUND).full
    confirmed = np.isin(part.rows, result.row[result.confirmed])  # type: ignore[index]
    yes = part.positive == 1.0
    assert part.weight[yes & ~confirmed].max() / part.weight[yes & confirmed].min() == pytest.approx(INDICATION_WEIGHT)
    assert not np.isin(part.rows, result.row[unclear]).any()


def test_findings_weigh_half_way_as_much_beside_other_cases_by_every_route() -> None:
    # 4 of 10 by the first route, 2 of 10 by the second, none of 5 by the third
    positive = np.array([1.0] * 4 + [0.0] * 6 + [1.0] * 2 + [0.0] * 8 + [0.0] * 5)
    route = np.repeat([0, 1, 2], [10, 10, 5])
    weight = reweighted_by_route(positive, np.ones(25), route)
    odds = [weight[(route == item) & (positive == 1)].sum() / (route[positive == 0] == item).sum() for item in (0, 1)]
    # as found 4/6 and 2/8, levelled 6/19 each: half way between the logarithms
    assert odds == pytest.approx([np.sqrt(4 / 6 * 6 / 19), np.sqrt(2 / 8 * 6 / 19)])
    assert (weight[positive == 0] == 1.0).all()
    # a single one among very many counts at most the root of four times
    rare = reweighted_by_route(
        np.array([1.0] * 50 + [0.0] * 50 + [1.0] + [0.0] * 99), np.ones(200), np.repeat([0, 1], 100)
    )
    assert rare[100] == MAX_REWEIGHTING**REWEIGHTING_EXPONENT == 2.0


def test_only_where_it_is_requested_are_routes_reweighted() -> None:
    result = SPLIT.labels.positive == 1.0
    route = (result & (np.arange(len(result)) % 4 > 0)).astype(np.int64)
    split = replace(SPLIT, labels=replace(SPLIT.labels, route=route))
    plain = training_sample(split, MATRIX.as_of, BACKGROUND).full
    level = training_sample(split, MATRIX.as_of, REWEIGHTED).full
    assert np.array_equal(plain.weight, training_sample(SPLIT, MATRIX.as_of, BACKGROUND).full.weight)
    item = (route[level.rows] == 1) & (level.positive == 1.0)
    other = (route[level.rows] == 0) & (level.positive == 1.0)
    # all of the first are found and many; of the second few
    assert level.weight[item].mean() < level.weight[other].mean()


def test_calibrating_weights_represent_all_cases_of_their_time() -> None:
    recorded = training_sample(SPLIT, MATRIX.as_of)
    assert recorded.represents_all
    first, last = MATRIX.as_of[SPLIT.calibrate].min(), MATRIX.as_of[SPLIT.calibrate].max()
    assert recorded.calibrate.weight.sum() == pytest.approx(((MATRIX.as_of >= first) & (MATRIX.as_of <= last)).sum())


def test_unless_requested_otherwise_routes_are_reweighted_for_landings_alone_and_help_says_so() -> None:
    assert "background for visa, reweighted-by-route for entry" in " ".join(
        CliRunner().invoke(train, ["--help"]).output.split()
    )


def test_where_nothing_trains_all_cases_before_the_cutoff_show_what_is_usual() -> None:
    few = outcomes(MATRIX).only(np.arange(2000) % 250 == 0)
    sample = training_sample(training_split(few, prior=True), MATRIX.as_of, BACKGROUND)
    assert sample.full.rows.tolist() == list(range(1000))
    assert not sample.full.positive.any()
    nothing = training_split(few.only(np.zeros(len(few.row), dtype=bool)), prior=True)
    calibrate = training_sample(nothing, MATRIX.as_of, BACKGROUND).calibrate
    assert len(calibrate.rows) == 0
