from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.stats import norm
from sklearn.metrics import average_precision_score, roc_auc_score

from training.evaluation.rankings import LABELS, MODEL, TRUTH, at_capacity, ranking_quality
from training.statistics.resampling import GroupBootstrap


def frame(label: list[float], weight: list[float], truth: list[float] | None = None) -> pd.DataFrame:
    """Whoever weighs anything was drawn by lot, with the probability that gives this weight."""
    n, drawn = len(label), np.array(weight) > 0
    inclusion = np.where(drawn, 1 / np.maximum(weight, 1e-9), np.nan)
    return pd.DataFrame(
        {"post": "XX-ANY", "week": 1, "as_of": range(n), "label": label, "weight": weight, "interview_finding": label, "inclusion_probability": inclusion,
         "arm": np.where(drawn, "random", "none"), "randomly_sampled": drawn, "sample_frame": "all-files",
         "truth": truth or [float("nan")] * n, "ring": pd.Series([None] * n, dtype=object)}
    )  # fmt: skip


NAN = float("nan")
TEN = frame([1, NAN, 1, 0, NAN, NAN, 0, NAN, NAN, NAN], [1, 0, 5, 1, 0, 0, 3, 0, 0, 0], [1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
FIRST_TO_LAST = -np.arange(10.0)


def resampled(of: pd.DataFrame) -> GroupBootstrap:
    return GroupBootstrap.of(of, np.random.default_rng(1))


def test_capacity_counts_all_cases_and_unlabelled_ones_take_interviews() -> None:
    table = at_capacity(TEN, {MODEL: FIRST_TO_LAST}, resampled(TEN), capacities=(0.2,)).set_index("basis")
    # two interviews of ten cases reach both of them, of three
    assert table.loc[TRUTH, "interviews"] == table.loc[LABELS, "interviews"] == 2
    assert table.loc[TRUTH, "recall"] == pytest.approx(2 / 3)
    assert table.loc[TRUTH, "per_100"] == pytest.approx(100.0)


def of_truth(truth: list[float], ring: list[str | None] | None = None) -> pd.DataFrame:
    return frame([NAN] * len(truth), [0] * len(truth), truth).assign(
        ring=pd.Series(ring or [None] * len(truth), dtype=object)
    )


def test_lift_is_the_ratio_of_recalls() -> None:
    of = of_truth([1.0] * 9 + [0.0] * 31)
    other = np.where(np.arange(40) < 3, 9.0, np.where(np.arange(40) >= 34, 8.0, 0.0))
    table = at_capacity(of, {MODEL: -np.arange(40.0), "other": other}, resampled(of), capacities=(0.2,)).set_index(
        ["basis", "ranking"]
    )
    assert table.loc[(TRUTH, "other"), "lift"] == pytest.approx(8 / 3)
    assert np.isnan(table.loc[(TRUTH, MODEL), "lift"])


def test_a_ratio_is_not_known_where_both_reach_few_rings_and_never_certain_where_a_ranking_selects_nobody() -> None:
    rankings = {MODEL: -np.arange(40.0), "other": np.arange(40.0)}

    def times(of: pd.DataFrame, ranking: dict[str, np.ndarray]) -> pd.Series:  # type: ignore[type-arg]
        return (
            at_capacity(of, ranking, resampled(of), capacities=(0.2,))
            .set_index(["basis", "ranking"])
            .loc[(TRUTH, "other")]
        )

    single_ring = of_truth([1.0] * 8 + [0.0] * 32, [*["R"] * 8, *[None] * 32])
    assert np.isnan(times(single_ring, rankings)[["lift", "lift_low", "lift_high"]].astype(float)).all()
    eight = of_truth([1.0] * 8 + [0.0] * 32)
    figures = times(eight, rankings)
    assert figures["lift"] == np.inf
    # eight people against nobody: the sign test allows a ratio down to this, and no lower
    assert 1.0 < figures["lift_low"] < 5.0
    figures = times(eight, {MODEL: rankings["other"], "other": rankings[MODEL]})
    assert figures["lift"] == 0.0
    assert 0.2 < figures["lift_high"] < 1.0


def test_nobody_or_everybody_selected_has_an_interval_by_the_number_of_rings() -> None:
    alone, case_group = (
        of_truth([0.0] * 30 + [1.0] * 10, ring) for ring in (None, [*[None] * 30, *["R"] * 5, *["S"] * 5])
    )
    rows = [
        at_capacity(of, {MODEL: -np.arange(40.0)}, resampled(of), capacities=(0.2,)).iloc[-1]
        for of in (alone, case_group)
    ]
    assert [row["recall"] for row in rows] == [row["recall_low"] for row in rows] == [0.0, 0.0]
    assert 0.2 < rows[0]["recall_high"] < 0.3  # of ten people alone
    assert 0.7 < rows[1]["recall_high"] < 0.9  # of two rings
    assert rows[0]["per_100_high"] == pytest.approx(100 * rows[0]["recall_high"] * 10 / 8)
    of = of_truth([1.0] * 8 + [0.0] * 32)
    row = at_capacity(of, {MODEL: -np.arange(40.0)}, resampled(of), capacities=(0.2,)).iloc[-1]
    assert row["recall"] == row["recall_high"] == 1.0
    assert 0.6 < row["recall_low"] < 0.75


def test_few_rings_selected_have_an_interval_by_their_number_and_not_by_resamples_that_are_alike() -> None:
    # one ring of eight, of whom three are reached: every resample says 3/8
    of = of_truth([1.0] * 8 + [0.0] * 32, ["R"] * 8 + [None] * 32)
    first = np.where(np.isin(np.arange(40), [0, 1, 2, 20, 21]), 1.0, 0.0)
    row = at_capacity(of, {MODEL: first}, resampled(of), capacities=(0.125,)).iloc[-1]
    assert row["recall"] == 3 / 8
    assert row["recall_low"] < 0.05
    assert row["recall_high"] > 0.9


def test_people_counted_apart_do_not_change_who_is_interviewed() -> None:
    only = np.array([False, False, True, *[False] * 7])
    table = at_capacity(TEN, {MODEL: FIRST_TO_LAST}, resampled(TEN), capacities=(0.2,), only=only).set_index("basis")
    assert table.loc[TRUTH, "recall"] == 0.0
    assert table.loc[TRUTH, "positives"] == 1.0


def test_weighted_ranking_figures_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    label, weight = (rng.random(300) < 0.2).astype(float), rng.integers(1, 9, 300).astype(float)
    score = np.round(rng.random(300) + 0.3 * label, 1)  # with ties
    of = frame(label.tolist(), weight.tolist())
    row = ranking_quality(of, {MODEL: score}, resampled(of)).iloc[0]
    assert row["average_precision"] == pytest.approx(average_precision_score(label, score, sample_weight=weight))
    assert row["auc"] == pytest.approx(roc_auc_score(label, score, sample_weight=weight))
    assert row["auc_low"] < row["auc"] < row["auc_high"]


def test_a_ring_is_drawn_as_a_whole() -> None:
    of = frame([1] * 10, [1.0] * 10)
    of["ring"] = ["R1"] * 10
    drawn = np.stack(list(resampled(of).weights(np.arange(10))))
    assert (drawn == drawn[:, :1]).all()


def test_intervals_of_recall_cover_the_truth_near_their_nominal_rate() -> None:
    rng = np.random.default_rng(4)
    # exploited people score 1.5 higher; the threshold of the first fifth solves this, and recall follows from it
    cut = brentq(lambda at: 0.9 * norm.sf(at) + 0.1 * norm.sf(at - 1.5) - 0.2, -3, 3)
    expected, worlds, covered = norm.sf(cut - 1.5), 120, 0
    for _ in range(worlds):
        truth = (rng.random(500) < 0.1).astype(float)
        of = frame([NAN] * 500, [0.0] * 500, truth.tolist())
        table = at_capacity(
            of, {MODEL: truth * 1.5 + rng.normal(size=500)}, GroupBootstrap.of(of, rng, 100), capacities=(0.2,)
        )
        row = table[table["basis"] == TRUTH].iloc[0]
        covered += row["recall_low"] <= expected <= row["recall_high"]
    # 95 % nominal; three standard errors below it is 89 %
    assert covered / worlds > 0.89
