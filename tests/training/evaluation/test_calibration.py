from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.calibration import CalibrationCheck, check_calibration
from training.evaluation.reliability import calibration_error
from training.gate.policy import read_policy
from training.gate.verdict import Outcome, evaluate_policy
from training.statistics.calibration_slope import slope_and_intercept

LINES = {"calibration_error", "calibration_in_the_large_low", "calibration_in_the_large_high",
         "calibration_slope_low", "calibration_slope_high"}  # fmt: skip


def checked(score: np.ndarray, finding: np.ndarray, seed: int = 0, **more: np.ndarray) -> CalibrationCheck:  # type: ignore[type-arg]
    weight = np.full(len(score), 75.0)
    results = check_calibration(score, finding, weight, np.random.default_rng(seed), resamples=200, **more)  # type: ignore[arg-type]
    assert results is not None
    return results


def failing(result: CalibrationCheck) -> set[str]:
    figures = {name: getattr(result, name) for name in CalibrationCheck.__slots__}
    lines = [line for line in evaluate_policy({"calibration": figures}, read_policy()) if line.code in LINES]
    assert len(lines) == len(LINES)
    return {line.code for line in lines if line.outcome is not Outcome.HOLDS}


def chances(rng: np.random.Generator, count: int, middle: float = -4.0) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Return log-odds of the true chance, and findings drawn by it."""
    odds = rng.normal(middle, 1.5, count)
    return odds, (rng.random(count) < 1 / (1 + np.exp(-odds))).astype(float)


def test_calibration_of_true_chances_has_slope_1_and_of_doubled_odds_a_half() -> None:
    rng = np.random.default_rng(0)
    odds, finding = chances(rng, 40_000, 0.0)
    chance, ones = 1 / (1 + np.exp(-odds)), np.ones(40_000)
    assert slope_and_intercept(chance, finding, ones)[0] == pytest.approx(1.0, abs=0.05)
    assert slope_and_intercept(1 / (1 + np.exp(-2 * odds)), finding, ones)[0] == pytest.approx(0.5, abs=0.03)
    assert calibration_error(chance, finding, ones) < 0.015
    assert calibration_error(np.full(40_000, 0.9), finding, ones) == pytest.approx(0.9 - finding.mean())
    results = checked(chance[:2000], finding[:2000])
    assert results.slope_low < 1.0 < results.slope_high
    assert results.ratio == pytest.approx(chance[:2000].sum() / finding[:2000].sum())
    assert check_calibration(chance[:50], np.zeros(50), ones[:50], rng) is None


def test_scores_that_mean_what_they_say_pass_every_line() -> None:
    for seed in range(5):
        odds, finding = chances(np.random.default_rng(seed), 4000)
        assert failing(checked(1 / (1 + np.exp(-odds)), finding, seed)) == set()


def test_scores_that_are_noise_pass_hardly_ever() -> None:
    passed = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        finding = (rng.random(1000) < 0.08).astype(float)
        passed += not failing(checked(rng.random(1000) * 0.16, finding, seed))
    assert passed <= 1


@pytest.mark.parametrize(
    ("divisor", "code"), [(10.0, "calibration_in_the_large_low"), (0.1, "calibration_in_the_large_high")]
)
def test_odds_ten_times_too_low_or_too_high_fail_however_few_are_concerned(divisor: float, code: str) -> None:
    odds, finding = chances(np.random.default_rng(0), 12_000, -6.0)
    score = 1 / (1 + np.exp(-odds) * divisor)
    assert finding.mean() < 0.01
    # the error itself is small: it is a share of everybody
    if divisor > 1:
        assert checked(score, finding).error < 0.01
    assert failing(checked(score, finding)) == {"calibration_error", code}


def test_nought_for_everybody_is_wrong_by_all_there_is_and_has_no_slope() -> None:
    _, finding = chances(np.random.default_rng(0), 4000)
    result = checked(np.full(4000, 1e-9), finding)
    assert result.error_beyond_chance == pytest.approx(1.0, abs=1e-6)
    assert np.isnan(result.slope_low)
    assert failing(result) == LINES - {"calibration_in_the_large_high"}


def test_people_of_a_ring_are_drawn_together() -> None:
    odds, finding = chances(np.random.default_rng(0), 4000)
    score = 1 / (1 + np.exp(-odds))
    ring = np.full(4000, -1)
    ring[finding == 1.0] = np.arange(int(finding.sum())) // 20
    alone, rings = checked(score, finding), checked(score, finding, case_group=ring)
    # twenty found together are one piece of evidence: the interval is wider by up to the root of twenty
    assert (rings.ratio, rings.slope) == (alone.ratio, alone.slope)
    assert rings.ratio_high - rings.ratio_low > 2 * (alone.ratio_high - alone.ratio_low)


def test_scores_without_fault_have_no_error_beyond_chance_in_nearly_all_draws() -> None:
    beyond = 0
    for seed in range(30):
        odds, finding = chances(np.random.default_rng(seed), 1000, -2.0)
        beyond += checked(1 / (1 + np.exp(-odds)), finding, seed).error_beyond_chance > 0
    # 1.5 expected; compared with the middle of the draws it would be 15
    assert beyond <= 6
