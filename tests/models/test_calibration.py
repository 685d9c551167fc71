from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import log_loss

from models.calibration import Calibration


def test_the_score_is_the_logistic_of_slope_times_raw_plus_intercept() -> None:
    # 2 * 0.5 - 1 = 0 -> 1/2; 2 * (0.5 + ln(3)/2) - 1 = ln 3 -> 3/4
    scores = Calibration(2.0, -1.0).scores(np.array([0.5, 0.5 + np.log(3) / 2]))
    assert scores == pytest.approx([0.5, 0.75], abs=1e-15)


def test_without_fitting_a_raw_score_is_a_log_odds() -> None:
    assert Calibration().scores(np.log([1.0, 9.0])) == pytest.approx([0.5, 0.9])


def test_the_fit_recovers_how_the_outcomes_were_drawn() -> None:
    rng = np.random.default_rng(3)
    raw = rng.normal(size=60_000) * 2
    positive = rng.random(len(raw)) < 1 / (1 + np.exp(-(0.6 * raw - 1.5)))
    fitted = Calibration.fit(raw, positive)
    assert fitted.slope == pytest.approx(0.6, abs=0.03)
    assert fitted.intercept == pytest.approx(-1.5, abs=0.03)
    # and so the mean score is the share of positives, and no other pair of numbers does visibly better
    assert fitted.scores(raw).mean() == pytest.approx(positive.mean(), abs=1e-3)
    assert log_loss(positive, fitted.scores(raw)) < log_loss(positive, Calibration().scores(raw))


def test_the_order_of_scores_is_that_of_raw_scores_whatever_was_fitted() -> None:
    rng = np.random.default_rng(4)
    raw = rng.normal(size=500)
    against = Calibration.fit(raw, raw < 0)  # the worse the raw score, the more often positive
    assert against.slope > 0
    ordered = np.sort(raw)
    assert (np.diff(against.scores(ordered)) > 0).all()


@pytest.mark.parametrize("answer", [True, False])
def test_with_one_kind_of_outcome_nothing_is_fitted(answer: bool) -> None:
    assert Calibration.fit(np.arange(5.0), np.full(5, answer)) == Calibration()


def test_extreme_raw_scores_give_scores_within_0_and_1_and_no_warning() -> None:
    scores = Calibration(1.0, 0.0).scores(np.array([-700.0, 700.0]))
    assert (scores >= 0).all()
    assert (scores <= 1).all()
