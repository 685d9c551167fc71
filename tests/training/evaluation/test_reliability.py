from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from training.evaluation.reliability import calibration_error, reliability
from training.statistics.calibration_slope import slope_and_intercept


def test_slope_and_intercept_are_those_of_a_weighted_logistic_regression() -> None:
    rng = np.random.default_rng(0)
    score = rng.uniform(0.01, 0.6, 2000)
    value = (rng.random(2000) < score).astype(float)
    weight = rng.integers(1, 5, 2000).astype(float)
    odds = np.log(score / (1 - score)).reshape(-1, 1)
    other = LogisticRegression(C=1e9, tol=1e-10).fit(odds, value, sample_weight=weight)
    assert slope_and_intercept(score, value, weight) == pytest.approx(
        (other.coef_[0, 0], other.intercept_[0]), abs=1e-4
    )


def test_the_error_is_the_gap_between_score_and_share_of_positives() -> None:
    # one bin says 0.2 and finds 0.5, the other says 0.8 and finds 0.8 (weights 1 and 3)
    score, value = np.array([0.2, 0.2, 0.8, 0.8]), np.array([1.0, 0.0, 1.0, 0.4])
    assert calibration_error(score, value, bins=2) == pytest.approx((0.3 + 0.1) / 2)


def test_bins_hold_equal_weight_and_lose_nobody() -> None:
    rng = np.random.default_rng(0)
    result = reliability(rng.random(1000), np.zeros(1000), np.ones(1000))
    assert result["interviews"].sum() == 1000
    assert result["weight"].tolist() == pytest.approx([100.0] * 10)


def test_scores_that_separate_perfectly_have_no_slope() -> None:
    assert np.isnan(slope_and_intercept(np.array([0.1, 0.2, 0.8, 0.9]), np.array([0.0, 0, 1, 1]), np.ones(4))[0])


def test_a_slope_far_from_1_is_identified() -> None:
    # Newton's steps from a slope of one, merely cut short, jump to and fro here and end where they began
    for seed in range(10):
        rng = np.random.default_rng(seed)
        value, score = (rng.random(3000) < 0.03).astype(float), rng.random(3000) * 0.06
        odds = np.log(score / (1 - score)).reshape(-1, 1)
        other = LogisticRegression(C=1e9, tol=1e-10).fit(odds, value)
        assert slope_and_intercept(score, value, np.ones(3000))[0] == pytest.approx(other.coef_[0, 0], abs=1e-3)


def test_equal_scores_have_no_slope() -> None:
    assert np.isnan(slope_and_intercept(np.full(4, 0.2), np.array([0.0, 1, 0, 1]), np.ones(4))[0])


def test_steps_that_would_go_too_far_are_halved_until_they_climb() -> None:
    # a lone score far off, and weights from 1 to 1,000: full steps from a slope of nought never end (found by trying seeds)
    rng = np.random.default_rng(1312)
    count = int(rng.integers(20, 400))
    odds = rng.normal(size=count) * rng.choice([0.1, 1, 16], count, p=[0.9, 0.08, 0.02])
    value = (rng.random(count) < 1 / (1 + np.exp(-3 * odds))).astype(float)
    weight = 10.0 ** rng.integers(0, 4, count)
    other = LogisticRegression(C=1e9, tol=1e-12, max_iter=10_000).fit(odds.reshape(-1, 1), value, sample_weight=weight)
    slope, _ = slope_and_intercept(1 / (1 + np.exp(-odds)), value, weight)
    assert slope == pytest.approx(other.coef_[0, 0], rel=1e-3)
