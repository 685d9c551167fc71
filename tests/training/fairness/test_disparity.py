from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import fisher_exact

from tests.training.audited import drawn, single_group
from training.evaluation.frame import MINORS
from training.fairness.disparity import FALSE_ALARM_LEVEL, compare_groups, compare_practice
from training.statistics.randomisation_test import tarone_level


def test_false_alarms_in_unbiased_worlds_stay_within_the_stated_level() -> None:
    alarmed = sum(
        any(item.alarm != "none" for item in (*compare_groups(drawn(seed)), *compare_practice(drawn(seed))))
        for seed in range(20)
    )
    # at 5 % a report, three or more of twenty would come about by chance one time in thirteen, four one in sixty
    assert alarmed <= 20 * FALSE_ALARM_LEVEL + 2


def test_a_group_called_in_twice_as_often_as_its_like_raises_the_alarm() -> None:
    cases = drawn(6)
    extra = (cases.groups["nationality"] == "THA") & (np.random.default_rng(1).random(3000) < 0.15)
    alarms = {
        (item.attribute, item.group, item.alarm)
        for item in compare_groups(replace(cases, chosen=cases.chosen | extra))
        if item.alarm != "none" and item.metric == "false_positive_rate_latent"
    }
    assert ("nationality", "THA", "called in too often") in alarms


def test_a_small_group_that_is_called_in_whole_raises_the_alarm_however_few_were_to_be_expected() -> None:
    # at the rest's 2 %, of 80 people 1.6 would be called in, and of ten 0.2
    for size in (80, 10):
        chosen = np.random.default_rng(0).random(10_000) < 0.02
        chosen[-size:] = True
        cases = single_group(chosen, exploited=np.zeros(10_000, dtype=bool))
        nationality = np.repeat(["AAA", "ZZZ"], [10_000 - size, size])
        result = compare_groups(replace(cases, groups={**cases.groups, "nationality": nationality}))
        assert ("ZZZ", "called in too often") in {(item.group, item.alarm) for item in result}


def test_a_crossing_called_in_twice_as_often_raises_the_alarm_where_neither_part_of_it_stands_out() -> None:
    raised = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        nationality, sex = rng.choice(["AAA", "BBB", "CCC", "DDD"], 30_000), rng.choice(["F", "M"], 30_000)
        ours, women = nationality == "AAA", sex == "F"
        # of AAA 4 % of the women and 1 % of the men, of others 2 % and 3 %: 2.5 % of either nationality and of either sex
        rate = np.where(women, np.where(ours, 0.04, 0.02), np.where(ours, 0.01, 0.03))
        cases = single_group(rng.random(30_000) < rate, exploited=np.zeros(30_000, dtype=bool))
        result = compare_groups(replace(cases, groups={**cases.groups, "nationality": nationality, "sex": sex}))
        raised += "AAA x F" in {item.group for item in result if item.alarm != "none"}
        assert not [item for item in result if item.alarm != "none" and item.group in ("AAA", "F", "M")]
    assert raised >= 9


def test_false_alarms_stay_within_the_level_where_rings_of_a_nationality_are_identified_or_missed_whole() -> None:
    def alarms(seed: int, *, result: bool) -> int:
        rng = np.random.default_rng(seed)
        ring = np.repeat(np.arange(40), 15)
        cases = single_group(
            np.repeat(rng.random(40) < 0.5, 15), exploited=np.ones(600, dtype=bool), ring=ring if result else None
        )
        nationality = np.repeat(rng.choice(["AAA", "BBB", "CCC"], 40), 15)
        compared = compare_groups(replace(cases, groups={**cases.groups, "nationality": nationality}))
        return sum(item.alarm != "none" for item in compared)

    assert sum(alarms(seed, result=True) > 0 for seed in range(40)) <= 40 * FALSE_ALARM_LEVEL + 2
    # the same people taken one by one would raise it in nearly every world
    assert sum(alarms(seed, result=False) > 0 for seed in range(40)) > 20


def test_a_group_missed_too_often_raises_the_alarm_and_another_too_small_to_tell_says_so() -> None:
    rng = np.random.default_rng(0)
    nationality = np.repeat(["AAA", "BBB", "CCC"], [400, 150, 6])
    chosen = rng.random(556) < np.repeat([0.6, 0.2, 0.6], [400, 150, 6])
    cases = single_group(chosen, exploited=np.ones(556, dtype=bool))
    result = {
        item.group: item
        for item in compare_groups(replace(cases, groups={**cases.groups, "nationality": nationality}))
        if item.attribute == "nationality"
    }
    assert result["BBB"].alarm == "missed too often"
    assert result["BBB"].detectable_ratio is not None
    assert 0.3 < result["BBB"].detectable_ratio < 0.7
    # that none of six is chosen has a chance of 0.4 ** 6 or so, 0.4 %: no alarm among several comparisons
    assert result["CCC"].detectable_ratio is None


def test_minors_whom_the_child_procedure_takes_whatever_the_score_raise_no_alarm() -> None:
    cases = drawn(6)
    age = np.where(np.arange(3000) % 5 == 0, MINORS, "25-34")

    def alarms(ages: np.ndarray) -> list[str]:  # type: ignore[type-arg]
        called = cases.chosen | (age == MINORS) & (np.random.default_rng(1).random(3000) < 0.3)
        item = replace(cases, chosen=called, groups={**cases.groups, "age_band": ages})
        return [it.alarm for it in compare_groups(item) if it.attribute == "age_band" and it.alarm != "none"]

    assert alarms(age) == []
    assert alarms(np.where(age == MINORS, "18-24", age))


def test_a_group_that_differs_only_by_its_status_raises_no_alarm() -> None:
    cases = drawn(7, 6000)
    rng = np.random.default_rng(1)
    status = np.where(
        cases.groups["nationality"] == "PHL",
        rng.choice(["student", "entertainer"], 6000, p=[0.1, 0.9]),
        rng.choice(["student", "entertainer"], 6000, p=[0.9, 0.1]),
    )
    chosen = rng.random(6000) < np.where(status == "entertainer", 0.3, 0.05)
    fair = replace(cases, chosen=chosen, groups={**cases.groups, "status": status})
    result = [item for item in compare_groups(fair) if item.attribute == "nationality"]
    assert result
    assert not [item for item in result if item.alarm != "none"]


def test_officers_who_choose_a_group_raise_the_alarm_of_practice() -> None:
    cases = drawn(8)
    assert cases.arm is not None
    women = (cases.groups["nationality"] == "PHL") & (cases.groups["sex"] == "F")
    arm = np.where(np.random.default_rng(1).random(3000) < np.where(women, 0.3, 0.05), "targeted", "none")
    alarms = {item.group for item in compare_practice(replace(cases, arm=arm)) if item.alarm != "none"}
    assert "PHL x F" in alarms
    assert "THA x M" not in alarms


def test_the_chance_of_a_difference_is_that_of_fishers_test_within_a_stratum() -> None:
    cases = drawn(9)
    assert cases.exploited is not None
    item = replace(cases, groups={**cases.groups, "status": np.full(3000, "student")})
    result = {(it.attribute, it.group, it.metric): it for it in compare_groups(item)}
    for metric, rows, side in (
        ("false_positive_rate_latent", ~cases.exploited, "greater"),
        ("recall_latent", cases.exploited, "less"),
    ):
        women, chosen = cases.groups["sex"][rows] == "F", cases.chosen[rows]
        table = [[(mine & chosen).sum(), (mine & ~chosen).sum()] for mine in (women, ~women)]
        assert result[("sex", "F", metric)].p_value == pytest.approx(
            fisher_exact(table, alternative=side).pvalue, rel=1e-9
        )


def test_alarms_about_the_score_and_about_officers_share_the_level_half_each(monkeypatch: pytest.MonkeyPatch) -> None:
    limit_text = []

    def noted(level: float, attainable: Iterable[float]) -> float:
        limit_text.append(level)
        return tarone_level(level, attainable)

    monkeypatch.setattr("training.fairness.disparity.tarone_level", noted)
    compare_groups(drawn(0))
    compare_practice(drawn(0))
    assert sum(limit_text) == pytest.approx(FALSE_ALARM_LEVEL)
