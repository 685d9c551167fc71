"""Disparities of live cases: rates and intervals by arithmetic, and alarms of simulated years at the stated rate.

Covers: measures.live_cases, measures.anchoring_alarm.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from serving.measures.anchoring_alarm import anchoring
from serving.measures.disparities import (
    FALSE_ALARM_RATE,
    QUESTIONS,
    SMALLEST_GROUP,
    Disparity,
    disparities,
    share_interval,
)
from serving.measures.live_cases import LiveCases
from serving.store.own_views import ViewPair
from tests.proof_size import cases
from tests.serving.measures.simulated_officers import POSTS, views, year

RUNS, SHORT = 50, 6


def one_post(called: int, drawn: int, positive: int = 0, sex: str = "F") -> LiveCases:
    """Return interviews of a post: some called in, others drawn with a probability of a quarter; the first are positive."""
    n = called + drawn
    names = {"nationality": "PHL", "sex": sex, "age_band": "25-34", "status_of_residence": "student", "post": "PH-MNL"}
    return LiveCases(
        np.arange(n) < called, np.zeros(n, dtype=bool), (np.arange(n) < positive).astype(float), np.where(np.arange(n) < called, 1.0, 4.0),
        np.full(n, np.nan), {name: np.full(n, value) for name, value in names.items()},
    )  # fmt: skip


def joined(first: LiveCases, second: LiveCases) -> LiveCases:
    columns = ("by_score", "by_hand", "finding", "weight", "score")
    groups = {name: np.concatenate([first.groups[name], second.groups[name]]) for name in first.groups}
    return LiveCases(*(np.concatenate([getattr(first, name), getattr(second, name)]) for name in columns), groups)


def rows(of: LiveCases) -> dict[tuple[str, str, str], Disparity]:
    return {(row.question, row.attribute, row.group): row for row in disparities(of, np.random.default_rng(1))}


def alarms(of: LiveCases, rng: np.random.Generator) -> set[tuple[str, str]]:
    return {(row.question, row.group) for row in disparities(of, rng) if row.alarm}


def test_drawn_people_count_for_those_whom_nobody_called_in() -> None:
    # 20 called in, 15 drawn that stand for 60: of 80 people a quarter was called in
    found = rows(one_post(20, 15, positive=5))
    assert found["called_in", "all", "everybody"].share == 20 / 80
    # 15 of 75 people without indications; 15 of the 20 called in
    assert found["by_score", "sex", "F"].share == 15 / 75
    assert found["without_indication", "post", "PH-MNL"].share == 15 / 20
    # all five with indications were called in, but fewer than ten people have no rate
    assert found["missed", "all", "everybody"] == Disparity("missed", "all", "everybody", 5, None)


def test_small_groups_have_no_rate() -> None:
    found = rows(joined(one_post(40, 20), one_post(SMALLEST_GROUP - 1, 0, sex="M")))
    assert found["called_in", "sex", "M"].share is None
    assert found["called_in", "sex", "F"].share is not None


def test_without_weights_the_interval_is_that_of_a_binomial_share() -> None:
    exact = binomtest(30, 100).proportion_ci(method="exact")
    assert share_interval(np.arange(100) < 30, np.ones(100)) == pytest.approx((0.3, exact.low, exact.high))
    assert share_interval(np.zeros(50, dtype=bool), np.ones(50))[:2] == (0.0, 0.0)


def test_the_interval_of_a_weighted_share_covers_the_truth_in_95_of_100_draws() -> None:
    rng, covered = np.random.default_rng(3), 0
    for _ in range(400):
        weight = rng.choice([1.0, 5.0], 300)
        _, low, high = share_interval(rng.random(300) < 0.2, weight)
        covered += low <= 0.2 <= high
    assert 0.92 < covered / 400 <= 1.0


def test_a_group_alone_in_its_strata_is_compared_with_nobody() -> None:
    second = one_post(60, 20)
    second.groups["nationality"][:] = "THA"
    second.groups["post"][:] = "TH-BKK"
    assert not [row for row in rows(joined(one_post(10, 60), second)).values() if row.alarm]


def test_the_same_report_has_the_same_alarms() -> None:
    of = year(np.random.default_rng(5), preferred="CHN")
    assert disparities(of, np.random.default_rng(1)) == disparities(of, np.random.default_rng(1))


@pytest.mark.proof
@pytest.mark.timeout(3000)
def test_biased_officers_and_a_blind_score_raise_their_alarm_and_others_do_not() -> None:
    count = cases(RUNS, SHORT)
    fair = [alarms(year(rng := np.random.default_rng(number)), rng) for number in range(count)]
    biased = [alarms(year(rng := np.random.default_rng(number), preferred="CHN"), rng) for number in range(count)]
    blind = [alarms(year(rng := np.random.default_rng(number), missed="COL"), rng) for number in range(count)]
    false = sum(map(bool, fair))
    named = sum(("by_hand", "CHN") in found for found in biased)
    missed = sum(("missed", "COL") in found for found in blind)
    print(  # noqa: T201 (the figures of `make proofs`)
        f"{count} years each: {false} false alarms, {named} of biased officers, {missed} of a score blind to a group"
    )
    assert false <= binom.ppf(0.99, count, FALSE_ALARM_RATE)
    assert named >= 0.9 * count
    assert missed >= 0.5 * count


@pytest.mark.proof
def test_officers_who_anchor_on_the_score_raise_an_alarm_and_others_do_not() -> None:
    count = cases(RUNS, SHORT)
    free = [anchoring(views(np.random.default_rng(number), given_up=0.4)) for number in range(count)]
    edge = [anchoring(views(np.random.default_rng(number), given_up=0.5)) for number in range(count)]
    anchored = [anchoring(views(np.random.default_rng(number), given_up=0.85)) for number in range(count)]
    false, at_edge, raised = (sum(any(row.alarm for row in found) for found in runs) for runs in (free, edge, anchored))
    print(f"{count} years each: alarms at 40 % given up {false}, at the tolerated 50 % {at_edge}, at 85 % {raised}")  # noqa: T201
    assert max(false, at_edge) <= binom.ppf(0.99, count, FALSE_ALARM_RATE)
    assert raised >= 0.9 * count


def test_views_of_a_post_are_counted_and_few_are_not_shown() -> None:
    pair = ViewPair("visa", "A", POSTS[0], 1, "interview", "no_interview", "agree")
    pairs = (
        [pair] * 12 + [replace_post(pair, POSTS[1])] * 3 + [pair._replace(after=None), pair._replace(first="interview")]
    )
    first, second = anchoring(pairs)
    # 12 of 12 given up: 1 in 4096 at a tolerated half
    assert (first.differing, first.given_up, first.alarm) == (12, 12, True)
    assert (second.differing, second.given_up, second.alarm) == (3, None, False)


def replace_post(pair: ViewPair, post: str) -> ViewPair:
    return pair._replace(post=post)


def test_every_question_has_rows() -> None:
    assert {row.question for row in disparities(year(np.random.default_rng(2)), np.random.default_rng(1))} == set(
        QUESTIONS
    )
    assert replace(one_post(1, 1)).weight.tolist() == [1.0, 4.0]
