from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
from scipy.stats import fisher_exact

from training.disparity import FALSE_ALARM_LEVEL, compare_groups, compare_practice
from training.fairness import AuditedCases, by_name, fairness_table
from training.judgement import MINORS


def drawn(seed: int, count: int = 3000) -> AuditedCases:
    """A world in which nobody's group matters for anything."""
    rng = np.random.default_rng(seed)
    finding = np.where(rng.random(count) < 0.2, np.nan, (rng.random(count) < 0.15).astype(float))
    return AuditedCases(
        chosen=rng.random(count) < 0.1,
        finding=finding,
        weight=rng.choice([1.0, 7.5], count),
        groups={
            "nationality": rng.choice(["PHL", "THA", "VNM"], count, p=[0.5, 0.3, 0.2]),
            "sex": rng.choice(["F", "M"], count),
            "age_band": rng.choice(["18-24", "25-34"], count),
            "status": rng.choice(["student", "entertainer"], count),
            "post": rng.choice(["PH-MNL", "TH-BKK"], count),
        },
        exploited=rng.random(count) < 0.1,
        arm=rng.choice(["none", "random", "targeted"], count),
    )


@pytest.mark.parametrize("key", [("nationality",), ("nationality", "sex"), ("age_band", "status")])
def test_every_rate_agrees_with_fairlearn(key: tuple[str, ...]) -> None:
    cases = drawn(1)
    assert cases.exploited is not None
    table = by_name(fairness_table(cases, np.random.default_rng(0)))
    interviewed = ~np.isnan(cases.finding)
    ours_and_theirs = (
        ("selection_rate", selection_rate, np.ones(len(interviewed), bool), cases.exploited, None),
        ("false_positive_rate_interviewed", false_positive_rate, interviewed, cases.finding, cases.weight),
        ("recall_interviewed", true_positive_rate, interviewed, cases.finding, cases.weight),
        ("false_positive_rate_latent", false_positive_rate, np.ones(len(interviewed), bool), cases.exploited, None),
        ("recall_latent", true_positive_rate, np.ones(len(interviewed), bool), cases.exploited, None),
    )
    for name, metric, rows, truth, weight in ours_and_theirs:
        theirs = MetricFrame(
            metrics=metric,
            y_true=truth[rows].astype(int),
            y_pred=cases.chosen[rows].astype(int),
            sensitive_features=np.array([" x ".join(row) for row in zip(*(cases.groups[one] for one in key), strict=True)])[rows],
            sample_params=None if weight is None else {"sample_weight": weight[rows]},
        ).by_group  # fmt: skip
        for group, value in theirs.items():
            cell = table[(" x ".join(key), str(group), name)]
            assert cell.value == pytest.approx(value, abs=1e-12)
            assert cell.low is not None
            assert cell.high is not None
            assert cell.low <= cell.value <= cell.high


def test_intervals_of_an_unweighted_rate_are_those_of_a_binomial_share() -> None:
    cases = drawn(2, 20_000)
    cell = by_name(fairness_table(cases, np.random.default_rng(0), crossed=False))[
        ("all", "everybody", "selection_rate")
    ]
    assert cell.value is not None
    half = 1.96 * np.sqrt(cell.value * (1 - cell.value) / 20_000)
    assert cell.low == pytest.approx(cell.value - half, rel=0.01)
    assert cell.high == pytest.approx(cell.value + half, rel=0.01)


def test_groups_of_a_few_people_are_not_told_apart() -> None:
    cases = drawn(3, 200)
    lonely = cases.groups["nationality"].copy()
    lonely[:4] = "XXX"
    table = by_name(
        fairness_table(
            replace(cases, groups={**cases.groups, "nationality": lonely}), np.random.default_rng(0), crossed=False
        )
    )
    shown = table[("nationality", "XXX", "selection_rate")].as_json()
    assert shown["value"] is None
    assert shown["people"] == "fewer than 5"


def test_false_alarms_in_unbiased_worlds_stay_within_the_stated_level() -> None:
    alarmed = sum(
        any(one.alarm != "none" for one in (*compare_groups(drawn(seed)), *compare_practice(drawn(seed))))
        for seed in range(20)
    )
    # at 5 % a report, three or more of twenty would come about by chance one time in thirteen, four one in sixty
    assert alarmed <= 20 * FALSE_ALARM_LEVEL + 2


def test_a_group_called_in_twice_as_often_as_its_like_raises_the_alarm() -> None:
    cases = drawn(6)
    extra = (cases.groups["nationality"] == "THA") & (np.random.default_rng(1).random(3000) < 0.15)
    alarms = {
        (one.attribute, one.group, one.alarm)
        for one in compare_groups(replace(cases, chosen=cases.chosen | extra))
        if one.alarm != "none" and one.metric == "false_positive_rate_latent"
    }
    assert ("nationality", "THA", "called in too often") in alarms


def test_minors_whom_the_child_procedure_takes_whatever_the_score_raise_no_alarm() -> None:
    cases = drawn(6)
    age = np.where(np.arange(3000) % 5 == 0, MINORS, "25-34")

    def alarms(ages: np.ndarray) -> list[str]:  # type: ignore[type-arg]
        called = cases.chosen | (age == MINORS) & (np.random.default_rng(1).random(3000) < 0.3)
        one = replace(cases, chosen=called, groups={**cases.groups, "age_band": ages})
        return [it.alarm for it in compare_groups(one) if it.attribute == "age_band" and it.alarm != "none"]

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
    told = [one for one in compare_groups(fair) if one.attribute == "nationality"]
    assert told
    assert not [one for one in told if one.alarm != "none"]


def test_officers_who_choose_one_group_raise_the_alarm_of_practice() -> None:
    cases = drawn(8)
    assert cases.arm is not None
    women = (cases.groups["nationality"] == "PHL") & (cases.groups["sex"] == "F")
    arm = np.where(np.random.default_rng(1).random(3000) < np.where(women, 0.3, 0.05), "targeted", "none")
    alarms = {one.group for one in compare_practice(replace(cases, arm=arm)) if one.alarm != "none"}
    assert "PHL x F" in alarms
    assert "THA x M" not in alarms


def test_every_rate_agrees_with_aequitas() -> None:
    # crosstabs.csv is what `Group().get_crosstabs` of aequitas 1.1.0 makes of cases.csv; aequitas itself pins pandas 2
    # and cannot be installed beside ours
    folder = Path(__file__).parent / "aequitas"
    given = pd.read_csv(folder / "cases.csv")
    exploited = given["label_value"].to_numpy() == 1
    everybody = np.full(len(given), "one", dtype=np.str_)
    groups = {name: given[name].to_numpy(dtype=np.str_) for name in ("nationality", "sex")}
    cases = AuditedCases(
        given["score"].to_numpy() == 1, np.full(len(given), np.nan), np.ones(len(given)),
        {**groups, **dict.fromkeys(("age_band", "status", "post"), everybody)}, exploited,
    )  # fmt: skip
    table = by_name(fairness_table(cases, np.random.default_rng(0), crossed=False))
    theirs = pd.read_csv(folder / "crosstabs.csv")
    assert len(theirs) == 5
    for row in theirs.to_dict("records"):
        key = (str(row["attribute_name"]), str(row["attribute_value"]))
        assert table[(*key, "selection_rate")].people == row["group_size"]
        assert table[(*key, "selection_rate")].value == pytest.approx(row["pprev"], abs=1e-12)
        assert table[(*key, "false_positive_rate_latent")].value == pytest.approx(row["fpr"], abs=1e-12)
        assert table[(*key, "recall_latent")].value == pytest.approx(row["tpr"], abs=1e-12)


def test_the_chance_of_a_difference_is_that_of_fishers_test_within_one_stratum() -> None:
    cases = drawn(9)
    assert cases.exploited is not None
    one = replace(cases, groups={**cases.groups, "status": np.full(3000, "student")})
    told = {(it.attribute, it.group, it.metric): it for it in compare_groups(one)}[
        ("sex", "F", "false_positive_rate_latent")
    ]
    rows = ~cases.exploited
    women, chosen = cases.groups["sex"][rows] == "F", cases.chosen[rows]
    table = [[(women & chosen).sum(), (women & ~chosen).sum()], [(~women & chosen).sum(), (~women & ~chosen).sum()]]
    tails = [fisher_exact(table, alternative=side).pvalue for side in ("less", "greater")]
    assert told.chance == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-9)
