from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.calibration import Calibration
from training.fit.calibration_choice import choose_calibration, fit_calibrations, prevalence_after

Floats = NDArray[np.float64]


def drawn(chance: Floats, seed: int = 0) -> Floats:
    return (np.random.default_rng(seed).random(len(chance)) < chance).astype(np.float64)


RAW = np.random.default_rng(1).normal(size=8_000) * 2 - 3
ONES = np.ones(len(RAW))


@pytest.mark.parametrize(("kind", "truth"), [("platt", Calibration(2.5, 3.0)), ("floor", Calibration(1.0, -1.0, 0.03))])
def test_the_kind_that_findings_were_drawn_from_is_chosen(kind: str, truth: Calibration) -> None:
    figures, calibration = choose_calibration(RAW, drawn(truth.scores(RAW)), ONES)
    assert figures == kind
    assert np.abs(calibration.scores(RAW) - truth.scores(RAW)).mean() < 0.005


@pytest.mark.parametrize("truth", [Calibration(), Calibration(1.0, 1.5)])
def test_a_kind_with_more_numbers_than_it_takes_says_the_same(truth: Calibration) -> None:
    calibration = choose_calibration(RAW, drawn(truth.scores(RAW)), ONES)[1]
    assert np.abs(calibration.scores(RAW) - truth.scores(RAW)).mean() < 0.01


def test_a_stretch_is_that_of_a_logistic_regression() -> None:
    positive = drawn(Calibration(0.6, -1.5).scores(RAW))
    other = LogisticRegression(C=1e9).fit(RAW.reshape(-1, 1), positive)
    platt = fit_calibrations(RAW, positive, ONES)["platt"]
    assert (platt.slope, platt.intercept) == pytest.approx((other.coef_[0, 0], other.intercept_[0]), abs=1e-3)


def test_a_floor_is_identified_where_honest_people_have_indications_too() -> None:
    positive = drawn(Calibration(1.0, 0.0, 0.02).scores(RAW), seed=3)
    figures = fit_calibrations(RAW, positive, ONES)["floor"]
    assert figures.floor == pytest.approx(0.02, abs=0.008)
    # and what is promised in all is what was found
    assert figures.scores(RAW).mean() == pytest.approx(positive.mean(), rel=1e-9)


def test_findings_of_the_earlier_half_alone_suffice_to_choose() -> None:
    # whoever came later stands for nobody, so that a later half could judge nothing
    weight = np.where(np.arange(len(RAW)) < 3_200, 1.0, 0.0)
    kind, figures = choose_calibration(RAW, drawn(Calibration(2.5, 3.0).scores(RAW)), weight)
    assert kind == "platt"
    assert figures.slope == pytest.approx(2.5, abs=0.4)


def test_of_kinds_that_say_the_same_the_simpler_is_kept() -> None:
    # half of all at one score: shifted, stretched or above a floor, it is one half
    raw, positive = np.zeros(40), np.tile([0.0, 1.0], 20)
    assert choose_calibration(raw, positive, np.ones(40))[0] == "none"


def test_findings_of_a_kind_alone_calibrate_nothing() -> None:
    assert choose_calibration(np.zeros(10), np.zeros(10), np.ones(10)) == ("none", Calibration())
    assert choose_calibration(np.zeros(10), np.ones(10), np.ones(10)) == ("none", Calibration())


def test_findings_that_represent_nobody_move_no_chance() -> None:
    # the only finding came by referral: its weight is 0, and a shift to "never" would be no chance at all
    raw, positive, weight = np.linspace(-3, 1, 40), np.zeros(40), np.ones(40)
    positive[30], weight[30] = 1.0, 0.0
    assert set(fit_calibrations(raw, positive, weight)) == {"none"}
    assert choose_calibration(raw, positive, weight)[0] == "none"


def test_with_a_single_finding_scores_are_shifted() -> None:
    # left out it leaves nothing to fit on; on all, a shift is the most that one finding can say
    raw, positive = np.linspace(-3, 1, 40), np.zeros(40)
    positive[30] = 1.0
    kind, figures = choose_calibration(raw, positive, np.ones(40))
    assert kind == "shift"
    assert figures.scores(raw).mean() == pytest.approx(1 / 40)


@pytest.mark.parametrize(
    ("positive", "weight", "expected"),
    [
        ([], [], 0.01),
        ([0.0] * 100, [7.0] * 100, 0.005),  # 0 of 100 beside 1 of 100
        ([1.0] + [0.0] * 99, [1.0] * 100, 0.01),
        ([1.0, 0.0, 0.0], [1.0] * 3, 2 / 103),  # 1 of 3 beside 1 of 100
    ],
)
def test_the_prevalence_of_the_prior_counts_as_a_hundred_interviews(
    positive: list[float], weight: list[float], expected: float
) -> None:
    assert prevalence_after(np.array(positive), np.array(weight), 0.01) == pytest.approx(expected)
