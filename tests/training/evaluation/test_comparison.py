from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.comparison import MIN_GROUPS, grouped_auc, recall_gain
from training.fairness.proxies import auc_with_interval


def test_recall_and_its_gain_by_hand() -> None:
    rng = np.random.default_rng(0)
    case_group = np.array([0, 1, 2, -1, -1, 3, 4, 4])
    first = np.array([True, True, False, False, True, True, True, False])
    second = np.array([True, False, False, True, True, False, False, False])
    gain = recall_gain((first, second), case_group, rng)
    assert (gain.first, gain.second, gain.gain, gain.positives, gain.groups) == (4 / 6, 1 / 6, 3 / 6, 6, 5)
    assert -1 < gain.low <= gain.gain <= gain.high
    same = recall_gain((first, first), case_group, rng)
    assert (same.low, same.high) == (0.0, 0.0)
    nobody = recall_gain((first, second), np.full(8, -1), rng)
    assert (nobody.positives, nobody.groups, nobody.low, nobody.high) == (0, 0, -1.0, 1.0)


def test_the_interval_over_rings_by_hand() -> None:
    # five people alone among ten others: 10, 8, 6, 4 and 2 tenths of these lie below them, so the AUC is 0.6
    score = np.concatenate([np.array([9.5, 7.5, 5.5, 3.5, 1.5]), np.arange(10.0)])
    case_group = np.append(np.arange(5), np.full(10, -1))
    figures = grouped_auc(score, case_group, case_group < 0)
    # (5 / 4) * 0.4 / 25 between rings; of the others 0, 0.2, 0.2, ... 1 fifths lie above: each value twice
    below = np.array([1.0, 1.0, 0.8, 0.8, 0.6, 0.6, 0.4, 0.4, 0.2, 0.2])
    variance = 5 / 4 * 0.4 / 25 + below.var(ddof=1) / 10
    assert figures.auc == pytest.approx(0.6)
    assert figures.low == pytest.approx(0.6 - 2.7764451 * variance**0.5)


def test_people_of_few_rings_say_nothing_however_many_they_are() -> None:
    case_group = np.arange(400) // 100
    assert case_group.max() + 1 < MIN_GROUPS
    gain = recall_gain((np.ones(400, bool), np.zeros(400, bool)), case_group, np.random.default_rng(0))
    assert (gain.gain, gain.low, gain.high) == (1.0, -1.0, 1.0)
    figures = grouped_auc(np.arange(800)[::-1] / 800, np.append(case_group, np.full(400, -1)), np.arange(800) >= 400)
    assert (figures.auc, figures.low, figures.high) == (1.0, 0.0, 1.0)


def test_of_people_alone_the_auc_is_that_of_delong_and_its_interval_a_little_wider() -> None:
    rng = np.random.default_rng(2)
    score = rng.random(2_000)
    score[:60] += 0.2
    case_group = np.where(np.arange(2_000) < 60, np.arange(2_000), -1)
    figures, known = grouped_auc(score, case_group, case_group < 0), auc_with_interval(case_group >= 0, score)
    assert figures.auc == pytest.approx(known[0])
    assert figures.low == pytest.approx(known[1], abs=0.003)
    assert figures.low < known[1]


@pytest.mark.parametrize(("rings", "size"), [(5, 1), (6, 8), (12, 4), (30, 1)])
def test_a_random_sample_seldom_passes_for_a_ranking(rings: int, size: int) -> None:
    rng = np.random.default_rng(3)
    case_group = np.append(np.repeat(np.arange(rings), size), np.full(1_000, -1))
    passed, gained = 0, 0
    for _ in range(400):
        # whoever is of one ring gets nearly one score
        score = np.append(np.repeat(rng.random(rings), size) + rng.random(rings * size) * 0.01, rng.random(1_000))
        passed += grouped_auc(score, case_group, case_group < 0).low > 0.5
        item, other = (np.repeat(rng.random(rings) < 0.3, size) for _ in range(2))
        chosen = tuple(np.append(part, np.zeros(1_000, dtype=bool)) for part in (item, other))
        gained += recall_gain((chosen[0], chosen[1]), case_group, rng).low > 0
    assert passed <= 0.05 * 400
    if rings >= 10:  # what the policy asks for
        assert gained <= 0.05 * 400
