from __future__ import annotations

import numpy as np
import pytest

from training.fit.prior_weights import choose_weights, shrunken_weights


def scores(seed: int, signal: float, positives: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    positive = np.r_[np.ones(positives), np.zeros(2000)]
    return rng.normal(size=len(positive)) + signal * positive, positive


@pytest.mark.parametrize(("positives", "expected"), [(0, 0.0), (2.5, 0.2), (10, 0.5), (90, 0.9)])
def test_trees_of_labels_count_by_the_positives_they_learned(positives: float, expected: float) -> None:
    assert shrunken_weights(positives) == (1.0, expected)


def test_without_clear_evidence_the_shrunken_weights_are_kept() -> None:
    # six later positives do not tell a ranking from another in most worlds
    chosen = []
    for seed in range(40):
        prior, positive = scores(seed, 2.5, positives=6)
        labels, _ = scores(1000 + seed, 0.5, positives=6)
        chosen.append(choose_weights(prior, labels, positive, 25.0))
    assert np.mean([weights == shrunken_weights(25.0) for weights in chosen]) > 0.5


def test_a_prior_that_knows_nothing_of_these_records_goes_to_nought() -> None:
    noise, positive = scores(1, 0.0)
    labels, _ = scores(2, 3.0)
    assert choose_weights(2.0 * noise, labels, positive, 60.0)[0] == 0.0


def test_labels_that_only_disturb_are_left_out() -> None:
    prior, positive = scores(1, 3.0)
    noise, _ = scores(2, 0.0)
    assert choose_weights(prior, 2.0 * noise, positive, 60.0) == (1.0, 0.0)


def test_without_later_positives_the_shrunken_weights_are_kept() -> None:
    noise, _ = scores(1, 0.0)
    assert choose_weights(noise, noise, np.zeros(len(noise)), 10.0) == (1.0, 0.5)
