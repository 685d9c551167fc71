from __future__ import annotations

import numpy as np

from training.fit.prior_weights import CANDIDATES, choose_weights


def scores(seed: int, signal: float, positives: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    positive = np.r_[np.ones(positives), np.zeros(2000)]
    return rng.normal(size=len(positive)) + signal * positive, positive


def test_labels_that_know_as_much_as_the_prior_are_added() -> None:
    prior, positive = scores(1, 1.0)
    labels, _ = scores(2, 1.0)
    assert min(choose_weights(prior, labels, positive)) > 0.0


def test_without_clear_evidence_the_prior_scores_alone() -> None:
    # labels that rank at random are left out in nearly all worlds, even by a handful of positives
    chosen = []
    for seed in range(40):
        prior, positive = scores(seed, 2.0, positives=6)
        noise, _ = scores(1000 + seed, 0.0, positives=6)
        chosen.append(choose_weights(prior, noise, positive))
    assert CANDIDATES[0] == (1.0, 0.0)
    assert np.mean([weights == CANDIDATES[0] for weights in chosen]) >= 0.75
    assert max(weights[1] for weights in chosen) <= 0.5


def test_a_prior_that_knows_nothing_of_these_records_goes_to_nought() -> None:
    noise, positive = scores(1, 0.0)
    labels, _ = scores(2, 3.0)
    assert choose_weights(2.0 * noise, labels, positive)[0] == 0.0


def test_labels_that_only_disturb_are_left_out() -> None:
    prior, positive = scores(1, 3.0)
    noise, _ = scores(2, 0.0)
    assert choose_weights(prior, 2.0 * noise, positive)[1] == 0.0


def test_without_positives_the_first_candidate_is_kept() -> None:
    noise, _ = scores(1, 0.0)
    assert choose_weights(noise, noise, np.zeros(len(noise))) == CANDIDATES[0]
