from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate

from tests.training.audited import drawn, single_group
from training.fairness.groups import AuditedCases, Cell, by_name, fairness_table


@pytest.mark.parametrize("key", [("nationality",), ("nationality", "sex"), ("age_band", "status")])
def test_every_rate_agrees_with_fairlearn(key: tuple[str, ...]) -> None:
    cases = drawn(1)
    assert cases.exploited is not None
    table = by_name(fairness_table(cases))
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
            sensitive_features=np.array([" x ".join(row) for row in zip(*(cases.groups[item] for item in key), strict=True)])[rows],
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
    cell = by_name(fairness_table(cases, crossed=False))[("all", "everybody", "selection_rate")]
    assert cell.value is not None
    half = 1.96 * np.sqrt(cell.value * (1 - cell.value) / 20_000)
    assert cell.low == pytest.approx(cell.value - half, rel=0.01)
    assert cell.high == pytest.approx(cell.value + half, rel=0.01)


def test_a_rate_of_none_or_all_has_the_interval_of_its_people_or_its_rings() -> None:
    key = ("all", "everybody", "recall_latent")

    def cell(chosen: np.ndarray, ring: np.ndarray) -> Cell:  # type: ignore[type-arg]
        cases = single_group(chosen, exploited=np.ones(len(chosen), dtype=bool), ring=ring)
        return by_name(fairness_table(cases, crossed=False))[key]

    nobody, alone = np.zeros(60, dtype=bool), np.full(60, -1)
    none, all_of_them = cell(nobody[:6], alone[:6]), cell(~nobody[:6], alone[:6])
    # half the chance of none of six is 2.5 % at a share of 1 - 0.05 ** (1 / 6)
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(1 - 0.05 ** (1 / 6))
    assert (all_of_them.value, all_of_them.high) == (1.0, 1.0)
    assert all_of_them.low == pytest.approx(0.05 ** (1 / 6))
    # sixty people of six rings say no more of a share than six people do
    assert cell(nobody, np.repeat(np.arange(6), 10)).high == pytest.approx(1 - 0.05 ** (1 / 6))


def test_intervals_hold_the_truth_where_rings_are_identified_or_missed_whole() -> None:
    held = 0
    for seed in range(200):
        ring = np.repeat(np.arange(10), 20)
        chosen = np.repeat(np.random.default_rng(seed).random(10) < 0.5, 20)
        cases = single_group(chosen, exploited=np.ones(200, dtype=bool), ring=ring)
        cell = by_name(fairness_table(cases, crossed=False))[("all", "everybody", "recall_latent")]
        assert cell.low is not None
        assert cell.high is not None
        held += cell.low <= 0.5 <= cell.high
    # of 200 intervals that hold the truth 95 times in 100, fewer than 181 do so one time in two hundred
    assert held >= 181


def test_groups_of_a_few_people_are_not_shown_apart() -> None:
    cases = drawn(3, 200)
    lonely = cases.groups["nationality"].copy()
    lonely[:4] = "XXX"
    table = by_name(fairness_table(replace(cases, groups={**cases.groups, "nationality": lonely}), crossed=False))
    shown = table[("nationality", "XXX", "selection_rate")].as_json()
    assert shown["value"] is None
    assert shown["people"] == "fewer than 5"


def test_no_hidden_group_is_what_shown_ones_leave_of_a_shown_total() -> None:
    cases = drawn(3, 400)
    lonely = cases.groups["nationality"].copy()
    lonely[:3] = "XXX"
    table = by_name(fairness_table(replace(cases, groups={**cases.groups, "nationality": lonely})))
    assert table[("nationality", "XXX", "selection_rate")].value is None
    # the smallest beside it goes, and says so
    counts = {group: int((lonely == group).sum()) for group in ("PHL", "THA", "VNM")}
    minimum = table[("nationality", min(counts, key=lambda group: counts[group]), "selection_rate")].as_json()
    assert (minimum["value"], minimum["people"]) == (None, "not shown")
    tried = 0
    for (attribute, group, metric), total in table.items():
        if " x " in attribute or total.value is None:
            continue
        parts: dict[str, list[Cell]] = {}
        for (other, name, of), cell in table.items():
            inside = other.split(" x ")
            part = (" x " not in other and other != "all") if attribute == "all" else (
                len(inside) == 2 and attribute in inside and name.split(" x ")[inside.index(attribute)] == group
            )  # fmt: skip
            if part and of == metric:
                parts.setdefault(other, []).append(cell)
        for cells in parts.values():
            assert sum(cell.people for cell in cells) == total.people
            assert sum(cell.value is None for cell in cells) != 1
            tried += 1
    assert tried > 50


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
    table = by_name(fairness_table(cases, crossed=False))
    theirs = pd.read_csv(folder / "crosstabs.csv")
    assert len(theirs) == 5
    for row in theirs.to_dict("records"):
        key = (str(row["attribute_name"]), str(row["attribute_value"]))
        assert table[(*key, "selection_rate")].people == row["group_size"]
        assert table[(*key, "selection_rate")].value == pytest.approx(row["pprev"], abs=1e-12)
        assert table[(*key, "false_positive_rate_latent")].value == pytest.approx(row["fpr"], abs=1e-12)
        assert table[(*key, "recall_latent")].value == pytest.approx(row["tpr"], abs=1e-12)
