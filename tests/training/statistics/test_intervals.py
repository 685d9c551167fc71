from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from training.statistics.intervals import (
    Estimate,
    InterviewError,
    positives_bounds,
    ratio_with_common,
    share_bounds,
    share_of,
    sum_of_estimates,
    weighted_share_bounds,
)


def test_a_bound_leaves_half_a_tail_with_half_of_what_was_seen() -> None:
    low, high = share_bounds(3 / 40, 40.0)
    # P(X > 3) + P(X = 3) / 2 is 2.5 % at the lower bound and 97.5 % at the upper one
    assert stats.binom.sf(3, 40, low) + stats.binom.pmf(3, 40, low) / 2 == pytest.approx(0.025)
    assert stats.binom.sf(3, 40, high) + stats.binom.pmf(3, 40, high) / 2 == pytest.approx(0.975)


def test_nothing_identified_among_n_has_an_upper_bound_of_about_three_in_n() -> None:
    # (1 - p)^100 / 2 = 0.025
    assert share_bounds(0.0, 100.0) == pytest.approx((0.0, 1 - 0.05**0.01))
    assert share_bounds(1.0, 100.0) == pytest.approx((0.05**0.01, 1.0))
    assert share_bounds(0.5, 0.0) == (0.0, 1.0)


def test_known_interview_error_is_taken_out() -> None:
    # 0.8 sensitivity and 0.1 false indications turn a true share of 0.3 into 0.3*0.8 + 0.7*0.1 = 0.31
    assert InterviewError(0.8, 0.1).corrected(0.31) == pytest.approx(0.3)


def test_interviews_without_error_leave_no_doubt_about_the_people_asked() -> None:
    assert positives_bounds(7, 100, InterviewError()) == (7, 7)


def test_the_number_of_concerned_people_requested_is_held_at_the_nominal_rate() -> None:
    rng, error, held = np.random.default_rng(3), InterviewError(0.45, 0.02), 0
    for _ in range(400):
        figures = rng.binomial(12, error.sensitivity) + rng.binomial(188, error.false_indication)
        low, high = positives_bounds(int(figures), 200, error)
        held += low <= 12 <= high
    # 95 % nominal; three standard errors are 3.3 points
    assert 0.917 <= held / 400 <= 0.983


def test_distances_to_the_bounds_are_added_like_standard_errors() -> None:
    result = sum_of_estimates(Estimate(10, 7, 14), Estimate(20, 16, 23))
    # sqrt(3² + 4²) = 5 down, sqrt(4² + 3²) = 5 up
    assert (result.value, result.low, result.high) == pytest.approx((30, 25, 35))


def test_a_share_of_two_certain_numbers_is_certain() -> None:
    result = share_of(Estimate(3, 3, 3), Estimate(9, 9, 9))
    assert (result.value, result.low, result.high) == pytest.approx((0.25, 0.25, 0.25))


def test_a_share_is_as_unsure_as_what_is_not_known_of_the_rest() -> None:
    result = share_of(Estimate(5, 5, 5), Estimate(0, 0, 20))
    # 5 of 5 at best; 5 of 25 at worst, as nothing else is unsure
    assert (result.value, result.low, result.high) == pytest.approx((1.0, 0.2, 1.0))
    assert share_of(Estimate(0, 0, 2), Estimate(8, 8, 8)).high == pytest.approx(0.2)


def test_a_ratio_without_a_common_part_is_that_of_donner_and_zou() -> None:
    first, second = Estimate(12, 7, 19), Estimate(5, 2, 9)
    result, share = ratio_with_common(Estimate(0, 0, 0), first, second), share_of(first, second)
    # a share s of two numbers is r / (1 + r) of their ratio r
    assert (result.value, result.low, result.high) == pytest.approx(
        [s / (1 - s) for s in (share.value, share.low, share.high)]
    )
    assert ratio_with_common(Estimate(0, 0, 0), first, Estimate(1, 0, 3)).high == np.inf
    assert np.isnan(ratio_with_common(Estimate(0, 0, 1), first, Estimate(0, 0, 3)).value)


def test_a_ratio_of_rankings_that_share_people_holds_the_truth_near_its_nominal_rate() -> None:
    rng, held, worlds = np.random.default_rng(7), 0, 400
    # of 2,000 each in three parts a tenth is drawn: 3 % concerned among those in both, 2 % in one, 1 % in the other
    people, shares = 2000, (0.03, 0.02, 0.01)
    for _ in range(worlds):
        parts = []
        for share in shares:
            concerned = int(share * people)
            figures = rng.hypergeometric(concerned, people - concerned, 200)
            low, high = share_bounds(figures / 200, 200.0)
            parts.append(Estimate(figures / 200, low, high).scaled(people))
        held += ratio_with_common(*parts).covers((0.03 + 0.02) / (0.03 + 0.01))
    # three standard errors of 400 tries below 95 %
    assert held / worlds > 0.917


def test_a_weighted_share_of_equal_weights_is_a_plain_share() -> None:
    for figures in (0, 1, 7, 39, 40):
        result = (np.arange(40) < figures).astype(float)
        assert weighted_share_bounds(result, np.full(40, 12.5)) == pytest.approx(share_bounds(figures / 40, 40.0))
    assert weighted_share_bounds(np.empty(0), np.empty(0)) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("drawn", "figures"),
    [((0.02, 0.08), (0.06, 0.003)), ((0.06, 0.12), (0.06, 0.01)), ((0.05, 0.05), (0.02, 0.02))],
)
def test_posts_that_draw_unequally_and_differ_in_what_is_identified_do_not_spoil_the_bounds(
    drawn: tuple[float, float], figures: tuple[float, float]
) -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(300):
        there = [rng.random(size) < share for size, share in zip((3_000, 9_000), figures, strict=True)]
        sample_frame = [item[rng.random(len(item)) < chance] for item, chance in zip(there, drawn, strict=True)]
        weight = np.repeat(1 / np.array(drawn), [len(item) for item in sample_frame])
        low, high = weighted_share_bounds(np.concatenate(sample_frame).astype(float), weight)
        held += low <= np.concatenate(there).mean() <= high
    # Kish's size holds it in 255 of 300 by the first
    assert 277 <= held <= 299
