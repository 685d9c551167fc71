from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

import training.fitting.teaching
from tests.training.cases import matrix, outcomes
from training.commands import train
from training.data.splits import kept_apart, last_split
from training.fitting.teaching import (
    BACKGROUND,
    EVERYBODY,
    INTERVIEWED,
    LEVELLED,
    LEVELLING,
    MOST_LEVELLED,
    SCHEMES,
    SUSPECTED,
    TEACHING_CLIP,
    WEIGHTED,
    levelled,
    taught,
)

MADE = matrix(2000)
SPLIT = last_split(outcomes(MADE, share=0.5))


def test_interviewed_cases_teach_alike() -> None:
    part = taught(SPLIT, MADE.as_of, INTERVIEWED).fit
    assert np.array_equal(part.rows, SPLIT.fit)
    assert (part.weight == 1.0).all()


def test_a_weighted_case_counts_at_most_twenty_times_the_lightest() -> None:
    weight = taught(SPLIT, MADE.as_of, WEIGHTED).fit.weight
    assert weight.max() / weight.min() <= TEACHING_CLIP


def test_a_case_drawn_with_a_fifth_of_the_chance_teaches_with_five_times_the_weight() -> None:
    found = outcomes(MADE, share=0.5)
    rare = np.arange(len(found.row)) % 2 == 0
    split = last_split(replace(found, inclusion=np.where(rare, 0.1, 0.5)))
    part = taught(split, MADE.as_of, WEIGHTED).fit
    seldom = np.isin(part.rows, found.row[rare])
    assert part.weight[seldom].min() / part.weight[~seldom].max() == pytest.approx(5.0)
    assert part.weight[seldom].max() / part.weight[~seldom].min() == pytest.approx(5.0)


def test_everybody_teaches_with_those_without_a_label_as_if_nothing_had_been_found() -> None:
    part = taught(SPLIT, MADE.as_of, EVERYBODY).fit
    extra = np.setdiff1d(part.rows, SPLIT.fit)
    assert len(extra)
    assert (part.positive[np.isin(part.rows, extra)] == 0.0).all()
    assert MADE.as_of[part.rows].max() <= MADE.as_of[SPLIT.fit].max()  # the gap stays


def test_a_background_of_at_most_so_many_spreads_over_the_time_of_those_interviewed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training.fitting.teaching, "BACKGROUND_CASES", 100)
    part = taught(SPLIT, MADE.as_of, BACKGROUND).whole
    learned = np.concatenate([SPLIT.fit, SPLIT.calibrate])
    extra = np.setdiff1d(part.rows, learned)
    assert len(extra) == 100
    assert (part.positive[np.isin(part.rows, extra)] == 0.0).all()
    assert np.isnan(SPLIT.labels.positive[extra]).all()
    middle = np.median(learned)
    assert 45 <= (extra < middle).sum() <= 55


@pytest.mark.parametrize("scheme", SCHEMES)
def test_nobody_of_a_judged_person_or_ring_teaches_not_even_without_a_label(scheme: str) -> None:
    # every third case belongs to one ring, judged ones, labelled ones and such as nobody interviewed
    groups = np.where(np.arange(2000) % 3 == 0, 7, -1)
    unlabelled = np.isnan(SPLIT.labels.positive)
    assert (unlabelled & (groups == 7) & (MADE.as_of < SPLIT.cutoff_us)).any()
    told = taught(kept_apart(SPLIT, groups, "ring"), MADE.as_of, scheme)
    for part in (told.fit, told.whole, told.calibrate):
        assert len(part.rows)
        assert not (groups[part.rows] == 7).any()


def test_indications_alone_teach_less_than_a_person_identified_and_the_inconclusive_are_no_background() -> None:
    found = outcomes(MADE, share=0.5)
    unclear = (np.arange(len(found.row)) % 7 == 0) & (found.value == 0.0)
    told = replace(found, value=np.where(unclear, np.nan, found.value), confirmed=np.arange(len(found.row)) % 2 == 0)
    split = last_split(told)
    part = taught(split, MADE.as_of, BACKGROUND).whole
    confirmed = np.isin(part.rows, told.row[told.confirmed])  # type: ignore[index]
    yes = part.positive == 1.0
    assert part.weight[yes & ~confirmed].max() / part.weight[yes & confirmed].min() == pytest.approx(SUSPECTED)
    assert not np.isin(part.rows, told.row[unclear]).any()


def test_findings_weigh_half_way_as_much_beside_other_cases_by_every_route() -> None:
    # 4 of 10 by the first route, 2 of 10 by the second, none of 5 by the third
    positive = np.array([1.0] * 4 + [0.0] * 6 + [1.0] * 2 + [0.0] * 8 + [0.0] * 5)
    route = np.repeat([0, 1, 2], [10, 10, 5])
    weight = levelled(positive, np.ones(25), route)
    odds = [weight[(route == one) & (positive == 1)].sum() / (route[positive == 0] == one).sum() for one in (0, 1)]
    # as found 4/6 and 2/8, levelled 6/19 each: half way between the logarithms
    assert odds == pytest.approx([np.sqrt(4 / 6 * 6 / 19), np.sqrt(2 / 8 * 6 / 19)])
    assert (weight[positive == 0] == 1.0).all()
    # a single one among very many counts at most the root of four times
    rare = levelled(np.array([1.0] * 50 + [0.0] * 50 + [1.0] + [0.0] * 99), np.ones(200), np.repeat([0, 1], 100))
    assert rare[100] == MOST_LEVELLED**LEVELLING == 2.0


def test_only_where_it_is_asked_for_are_routes_levelled() -> None:
    told = SPLIT.labels.positive == 1.0
    route = (told & (np.arange(len(told)) % 4 > 0)).astype(np.int64)
    split = replace(SPLIT, labels=replace(SPLIT.labels, route=route))
    plain = taught(split, MADE.as_of, BACKGROUND).whole
    level = taught(split, MADE.as_of, LEVELLED).whole
    assert np.array_equal(plain.weight, taught(SPLIT, MADE.as_of, BACKGROUND).whole.weight)
    one = (route[level.rows] == 1) & (level.positive == 1.0)
    other = (route[level.rows] == 0) & (level.positive == 1.0)
    # all of the first are found and many; of the second few
    assert level.weight[one].mean() < level.weight[other].mean()


def test_calibrating_weights_stand_for_all_cases_of_their_time() -> None:
    found = taught(SPLIT, MADE.as_of)
    assert found.for_all
    first, last = MADE.as_of[SPLIT.calibrate].min(), MADE.as_of[SPLIT.calibrate].max()
    assert found.calibrate.weight.sum() == pytest.approx(((MADE.as_of >= first) & (MADE.as_of <= last)).sum())


def test_unless_asked_otherwise_routes_are_levelled_for_landings_alone_and_help_says_so() -> None:
    assert "background for visa, routes-levelled for entry" in " ".join(
        CliRunner().invoke(train, ["--help"]).output.split()
    )
