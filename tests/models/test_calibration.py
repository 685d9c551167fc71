from __future__ import annotations

import numpy as np
import pytest

from models.calibration import Calibration


def test_the_score_is_the_logistic_of_slope_times_raw_plus_intercept() -> None:
    # 2 * 0.5 - 1 = 0 -> 1/2; 2 * (0.5 + ln(3)/2) - 1 = ln 3 -> 3/4
    scores = Calibration(2.0, -1.0).scores(np.array([0.5, 0.5 + np.log(3) / 2]))
    assert scores == pytest.approx([0.5, 0.75], abs=1e-15)


def test_without_fitting_a_raw_score_is_a_log_odds() -> None:
    assert Calibration().scores(np.log([1.0, 9.0])) == pytest.approx([0.5, 0.9])


def test_above_a_floor_chances_share_what_is_left() -> None:
    # one in ten whoever is asked, and of the other nine tenths one half
    assert Calibration(1.0, 0.0, 0.1).scores(np.array([0.0])) == pytest.approx([0.55], abs=1e-15)
    assert Calibration(1.0, 0.0, 0.1).scores(np.array([-700.0])) == pytest.approx([0.1])


def test_without_a_floor_no_bit_differs_from_models_that_had_none() -> None:
    raw = np.random.default_rng(4).normal(size=500) * 3
    before = 1.0 / (1.0 + np.exp(-(1.2 * raw - 0.4)))
    assert Calibration(1.2, -0.4).scores(raw).tobytes() == before.tobytes()


@pytest.mark.parametrize("calibration", [Calibration(0.3, 1.0), Calibration(1.0, -2.0, 0.05)])
def test_the_order_of_scores_is_that_of_raw_scores(calibration: Calibration) -> None:
    ordered = np.sort(np.random.default_rng(4).normal(size=500))
    assert (np.diff(calibration.scores(ordered)) > 0).all()


def test_extreme_raw_scores_give_scores_within_0_and_1_and_no_warning() -> None:
    scores = Calibration(1.0, 0.0).scores(np.array([-700.0, 700.0]))
    assert (scores >= 0).all()
    assert (scores <= 1).all()
