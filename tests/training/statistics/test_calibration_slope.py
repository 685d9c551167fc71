from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import chi2
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from training.statistics.calibration_slope import STEEPEST, slope_and_intercept, slope_bounds


def likelihood(score: np.ndarray, finding: np.ndarray, slope: float) -> float:  # type: ignore[type-arg]
    """The largest log-likelihood with a slope that is given, by another's optimiser."""
    rest = slope * logit(score)
    best = max(
        (-log_loss(finding, expit(rest + at), normalize=False) for at in np.linspace(-6, 6, 1201)), default=-np.inf
    )
    return float(best)


def test_the_bounds_are_where_the_likelihood_has_fallen_by_half_of_chi_square() -> None:
    rng = np.random.default_rng(0)
    score = expit(rng.normal(-1, 1, 400))
    finding = (rng.random(400) < score).astype(float)
    low, high = slope_bounds(score, finding, np.ones(400), np.arange(400))
    slope = slope_and_intercept(score, finding, np.ones(400))[0]
    assert low < slope < high
    top = likelihood(score, finding, slope)
    falls = [top - likelihood(score, finding, end) for end in (low, high)]
    assert falls == pytest.approx([chi2.ppf(0.95, 1) / 2] * 2, abs=0.02)


def test_with_a_dozen_findings_the_bounds_hold_the_truth_near_their_nominal_rate() -> None:
    # most people have a low score and few a high one, as in a population of whom few are concerned
    rng = np.random.default_rng(1)
    beyond = np.zeros(2)
    for _ in range(200):
        score = 0.004 + 0.996 * expit(rng.normal(-7.5, 2.0, 2000))
        finding = (rng.random(2000) < score).astype(float)
        if finding.sum() >= 3:
            low, high = slope_bounds(score, finding, np.full(2000, 125.0), np.arange(2000))
            beyond += (low > 1.0, high < 1.0)
    assert (beyond <= 13).all()  # 5 expected; of the bootstrap 30 lay below


def test_cases_that_represent_many_widen_the_bounds_and_so_do_rings() -> None:
    rng = np.random.default_rng(2)
    score = expit(rng.normal(-2, 1, 1000))
    finding = (rng.random(1000) < score).astype(float)
    item, alone = np.ones(1000), np.arange(1000)

    def width(weight: np.ndarray, group: np.ndarray) -> float:  # type: ignore[type-arg]
        low, high = slope_bounds(score, finding, weight, group)
        return high - low

    assert width(75 * item, alone) == pytest.approx(width(item, alone))  # each for 75 is a matter of unit
    assert width(np.where(alone % 2, 1.0, 200.0), alone) > 1.2 * width(item, alone)
    # everybody there four times, together: as wide as once, not half as wide
    four = [np.tile(part, 4) for part in (score, finding, item, alone)]
    low, high = slope_bounds(*four)  # type: ignore[arg-type]
    assert high - low == pytest.approx(width(item, alone), rel=1e-4)


def test_a_slope_that_may_be_endless_has_an_end_that_says_so_and_none_has_none() -> None:
    score = np.linspace(0.499, 0.501, 40)
    finding = (np.arange(40) >= 20).astype(float)
    finding[[19, 20]] = 1.0, 0.0
    assert slope_bounds(score, finding, np.ones(40), np.arange(40))[1] == STEEPEST
    apart = (np.arange(40) >= 20).astype(float)
    assert np.isnan(slope_bounds(score, apart, np.ones(40), np.arange(40))).all()


def test_slope_and_intercept_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    score = expit(rng.normal(-1, 1, 2000))
    finding = (rng.random(2000) < expit(0.7 * logit(score) + 0.3)).astype(float)
    other = LogisticRegression(C=1e9).fit(logit(score).reshape(-1, 1), finding)
    assert slope_and_intercept(score, finding, np.ones(2000)) == pytest.approx(
        (other.coef_[0, 0], other.intercept_[0]), abs=1e-3
    )
