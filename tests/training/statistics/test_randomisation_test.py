from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import hypergeom, nchypergeom_fisher

from training.statistics.randomisation_test import (
    MIN_GROUP_COUNT,
    POWER,
    NullDistribution,
    tarone_level,
    with_design_effect,
)


def by_chance(*strata: tuple[int, int, int]) -> NullDistribution:
    everybody, chosen, mine = (np.array(item) for item in zip(*strata, strict=True))
    return NullDistribution.of(everybody, chosen, mine)


def test_the_number_over_two_strata_has_the_chances_of_all_pairs_that_add_up_to_it() -> None:
    first, second = (20, 6, 9), (12, 3, 5)
    chances = np.zeros(9)
    for item, other in product(range(7), range(4)):
        if item + other < 9:
            chances[item + other] += hypergeom.pmf(item, 20, 6, 9) * hypergeom.pmf(other, 12, 3, 5)
    drawn = by_chance(first, second)
    for number in range(9):
        assert drawn.upper_tail(number) == pytest.approx(
            chances[number:].sum() + (hypergeom.pmf(6, 20, 6, 9) * hypergeom.pmf(3, 12, 3, 5)), rel=1e-9
        )
        assert drawn.lower_tail(number) == pytest.approx(chances[: number + 1].sum(), rel=1e-9)
    assert drawn.smallest_p == pytest.approx(hypergeom.pmf(0, 20, 6, 9) * hypergeom.pmf(0, 12, 3, 5))
    assert drawn.largest_p == pytest.approx(hypergeom.pmf(6, 20, 6, 9) * hypergeom.pmf(3, 12, 3, 5))


def test_in_a_large_stratum_the_chances_are_those_of_scipy() -> None:
    drawn = by_chance((322_000, 6_400, 40_000))
    for number in (650, 795, 900):
        assert drawn.upper_tail(number) == pytest.approx(hypergeom.sf(number - 1, 322_000, 6_400, 40_000), rel=1e-7)
        assert drawn.lower_tail(number) == pytest.approx(hypergeom.cdf(number, 322_000, 6_400, 40_000), rel=1e-7)


@pytest.mark.parametrize("upward", [True, False])
def test_the_ratio_that_is_seen_is_seen_four_times_in_five_by_fishers_noncentral_distribution(upward: bool) -> None:
    everybody, chosen, mine, level = 2000, 200, 150, 0.001
    odds = by_chance((everybody, chosen, mine)).detectable_ratio(level, upward=upward)
    assert odds is not None
    assert (odds > 1) == upward
    numbers = np.arange(mine + 1)
    if upward:
        critical = int(numbers[hypergeom.sf(numbers - 1, everybody, chosen, mine) <= level][0])
        power = nchypergeom_fisher.sf(critical - 1, everybody, chosen, mine, odds)
    else:
        critical = int(numbers[hypergeom.cdf(numbers, everybody, chosen, mine) <= level][-1])
        power = nchypergeom_fisher.cdf(critical, everybody, chosen, mine, odds)
    assert power == pytest.approx(POWER, abs=1e-6)


def test_no_ratio_is_seen_where_the_most_surprising_outcome_is_none() -> None:
    # that none of five is among the chosen tenth has a chance of 59 %
    assert by_chance((1000, 100, 5)).detectable_ratio(0.01, upward=False) is None
    assert by_chance((1000, 100, 5)).detectable_ratio(0.01, upward=True) is not None


def test_tests_that_could_never_raise_an_alarm_take_nothing_from_the_others() -> None:
    # at 5 % two of the three could, at half of it still two: so two share it
    assert tarone_level(0.05, [0.001, 0.02, 0.9]) == 0.025
    assert tarone_level(0.05, [0.001, 0.03, 0.9]) == 0.025
    assert tarone_level(0.05, [0.001, 0.9]) == 0.05
    assert tarone_level(0.05, []) == 0.05


def test_what_rings_need_is_what_selects_the_level_and_of_few_rings_nothing_does() -> None:
    _, needed = with_design_effect(0.5, 0.01, 3.0, 12)
    assert needed < 0.01
    assert with_design_effect(needed, 0.01, 3.0, 12)[0] == pytest.approx(0.01)
    assert with_design_effect(1e-9, 0.01, 3.0, MIN_GROUP_COUNT - 1) == (1.0, 0.0)
    assert with_design_effect(0.004, 0.01, 1.0, 2) == (0.004, 0.01)
