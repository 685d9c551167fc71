"""How much do prior and labels count? Weights of their trees, chosen on later labelled cases."""

from __future__ import annotations

import numpy as np

from features.arrays import Bools, Floats

CANDIDATES = ((1.0, 0.0), (1.0, 0.25), (1.0, 0.5), (1.0, 1.0), (1.0, 2.0), (0.5, 1.0), (0.0, 1.0))
"""Weights of prior and labels. The first, the prior alone, is kept unless another is better by more than one standard error:
with 20 to 80 positive labels equal weights ranked below the prior alone in most worlds (docs/decisions/0029-prior-alone.md)."""


def choose_weights(prior: Floats, labels: Floats, positive: Floats) -> tuple[float, float]:
    """Return the weights of prior and labels, one of `CANDIDATES`.

    Compares how near to the top each positive ranks among the negatives: the mean of ``-log`` of the share ranked above it.

    Parameters
    ----------
    prior, labels, positive
        float64[n]: raw scores of either, and labels (1 or 0), of cases that the trees of the labels were not fitted on.
    """
    hit = positive == 1.0
    if not hit.any() or hit.all():
        return CANDIDATES[0]
    gains = {weights: _nearness(weights[0] * prior + weights[1] * labels, hit) for weights in CANDIDATES}
    best, least = CANDIDATES[0], 0.0
    for weights, nearness in gains.items():
        difference = nearness - gains[CANDIDATES[0]]
        error = difference.std(ddof=1) / np.sqrt(len(difference)) if len(difference) > 1 else np.inf
        if difference.mean() - error > least:
            best, least = weights, float(difference.mean() - error)
    return best


def _nearness(score: Floats, hit: Bools) -> Floats:
    negatives = np.sort(score[~hit])
    above = len(negatives) - np.searchsorted(negatives, score[hit], side="right")
    return -np.log((above + 1) / (len(negatives) + 1))
