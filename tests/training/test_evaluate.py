from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.stats import norm
from sklearn.metrics import average_precision_score, roc_auc_score

from training.evaluate import LABELS, MODEL, TRUTH, Resampled, at_capacity, average_precision, ranking_quality


def frame(label: list[float], weight: list[float], truth: list[float] | None = None) -> pd.DataFrame:
    """Whoever weighs anything was drawn by lot, with the probability that gives this weight."""
    n, drawn = len(label), np.array(weight) > 0
    inclusion = np.where(drawn, 1 / np.maximum(weight, 1e-9), np.nan)
    return pd.DataFrame(
        {"post": "XX-ANY", "week": 1, "as_of": range(n), "label": label, "weight": weight, "answer": label, "inclusion": inclusion,
         "arm": np.where(drawn, "random", "none"), "drawn": drawn, "lot": "all-files",
         "truth": truth or [float("nan")] * n, "ring": pd.Series([None] * n, dtype=object)}
    )  # fmt: skip


NAN = float("nan")
TEN = frame([1, NAN, 1, 0, NAN, NAN, 0, NAN, NAN, NAN], [1, 0, 5, 1, 0, 0, 3, 0, 0, 0], [1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
FIRST_TO_LAST = -np.arange(10.0)


def resampled(of: pd.DataFrame) -> Resampled:
    return Resampled(of, np.random.default_rng(1))


def test_capacity_counts_all_cases_and_unlabelled_ones_take_interviews() -> None:
    table = at_capacity(TEN, {MODEL: FIRST_TO_LAST}, resampled(TEN), capacities=(0.2,)).set_index("basis")
    # two interviews of ten cases reach both of them, of three
    assert table.loc[TRUTH, "interviews"] == table.loc[LABELS, "interviews"] == 2
    assert table.loc[TRUTH, "recall"] == pytest.approx(2 / 3)
    assert table.loc[TRUTH, "per_100"] == pytest.approx(100.0)


def test_times_says_how_many_times_the_people_the_model_reaches() -> None:
    rankings = {MODEL: FIRST_TO_LAST, "other": np.array([0, 0, 9, 8, 0, 0, 0, 0, 0, 0.0])}
    table = at_capacity(TEN, rankings, resampled(TEN), capacities=(0.2,)).set_index(["basis", "ranking"])
    assert table.loc[(TRUTH, "other"), "times"] == pytest.approx(2.0)
    assert np.isnan(table.loc[(TRUTH, MODEL), "times"])


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
    assert average_precision(score, label, weight) == pytest.approx(row["average_precision"])


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
        table = at_capacity(of, {MODEL: truth * 1.5 + rng.normal(size=500)}, Resampled(of, rng, 100), capacities=(0.2,))
        row = table[table["basis"] == TRUTH].iloc[0]
        covered += row["recall_low"] <= expected <= row["recall_high"]
    # 95 % nominal; three standard errors below it is 89 %
    assert covered / worlds > 0.89
