from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from training.labels import ARMS, Labels
from training.selection import InterviewError, describe_population, effective_size, inverse_propensity, korn_graubard


def labels(positive: list[float], arm: list[str], inclusion: list[float]) -> Labels:
    return Labels(np.array(positive), np.array([ARMS.index(one) for one in arm]), np.array(inclusion), {})


NAN = float("nan")
TEN = labels(
    [1, 0, 0, 1, 1, NAN, NAN, NAN, NAN, NAN],
    ["targeted", "targeted", "random", "random", "later_identification", "none", "none", "none", "none", "none"],
    [1.0, 1.0, 0.25, 0.25, NAN, NAN, NAN, NAN, NAN, NAN],
)


def test_targeted_cases_stand_for_themselves_and_random_ones_for_all_others() -> None:
    found = inverse_propensity(TEN)
    # 10 cases, 2 targeted; the 8 others are shared by 2 random interviews; nobody sampled the later identification
    assert found.weight.tolist() == [1, 1, 4, 4, 0, 0, 0, 0, 0, 0]
    assert found.weight.sum() == found.population == 10


def test_weights_follow_the_recorded_probabilities() -> None:
    two = labels([0, 1, NAN, NAN, NAN, NAN], ["random", "random", *["none"] * 4], [0.5, 0.25, *[NAN] * 4])
    # 1/0.5 = 2 and 1/0.25 = 4 cases, six in all
    assert inverse_propensity(two).weight[:2].tolist() == [2.0, 4.0]
    # Kish: (2 + 4)^2 / (4 + 16)
    assert inverse_propensity(two).effective_size == pytest.approx(36 / 20)


def test_clipping_is_counted_and_limits_what_one_case_stands_for() -> None:
    two = labels([0, 1, NAN, NAN], ["random", "random", "none", "none"], [0.5, 0.001, NAN, NAN])
    found = inverse_propensity(two, clip=6.0)
    assert found.clipped == 1
    assert found.weight[:2].tolist() == [1.0, 3.0]  # 2 : 6, scaled to four cases


def test_equal_weights_have_their_number_as_effective_size() -> None:
    assert effective_size(np.full(7, 3.0)) == pytest.approx(7.0)
    assert effective_size(np.zeros(0)) == 0.0


def test_the_interval_of_a_share_is_that_of_clopper_and_pearson_at_a_whole_size() -> None:
    exact = stats.binomtest(3, 40).proportion_ci(0.95, "exact")
    assert korn_graubard(3 / 40, 40.0) == pytest.approx((exact.low, exact.high))
    assert korn_graubard(0.0, 40.0)[0] == 0.0
    assert korn_graubard(0.5, 0.0) == (0.0, 1.0)


def test_prevalence_and_reached_share_by_hand() -> None:
    found = describe_population(TEN)
    # one of two targeted; half of eight others: 1 + 4 of 10, of whom one was reached
    assert found.prevalence.value == pytest.approx(0.5)
    assert found.reached.value == pytest.approx(0.2)
    assert found.prevalence.low < 0.5 < found.prevalence.high


def test_known_interview_error_is_taken_out() -> None:
    # 0.8 sensitivity and 0.1 false indications turn a true share of 0.3 into 0.3*0.8 + 0.7*0.1 = 0.31
    assert InterviewError(0.8, 0.1).corrected(0.31) == pytest.approx(0.3)


@pytest.mark.parametrize("share_targeted", [0.0, 0.1])
def test_intervals_cover_the_truth_at_least_at_their_nominal_rate(share_targeted: float) -> None:
    rng = np.random.default_rng(11)
    prevalence = reached = 0
    worlds = 400
    for _ in range(worlds):
        exploited = rng.random(4000) < 0.02
        # whoever aims knows something: exploited people are five times as likely to be chosen
        targeted = rng.random(4000) < share_targeted * np.where(exploited, 5, 1)
        drawn = ~targeted & (rng.random(4000) < 0.1)
        arm = np.where(targeted, ARMS.index("targeted"), np.where(drawn, ARMS.index("random"), 0))
        found = describe_population(
            Labels(np.where(arm > 0, exploited * 1.0, np.nan), arm, np.where(drawn, 0.1, np.nan), {})
        )
        prevalence += found.prevalence.covers(exploited.mean())
        reached += found.reached.covers((targeted & exploited).sum() / exploited.sum())
    # 95 % nominal; three standard errors below it is 91.7 %
    assert prevalence / worlds > 0.917
    assert reached / worlds > 0.917
