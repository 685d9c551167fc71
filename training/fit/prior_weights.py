"""How much do prior and labels count? Weights of their trees, chosen on later labelled cases."""

from __future__ import annotations

import numpy as np

from features.arrays import Bools, Floats

CANDIDATES = ((1.0, 0.0), (1.0, 0.5), (1.0, 1.0), (1.0, 2.0), (0.5, 1.0), (0.0, 1.0))
"""Weights of prior and labels that replace the shrunken ones where better by more than `ERRORS` standard errors."""
ERRORS = 2.0
"""Of a comparison; later positives are few, and those of a ring are not independent."""
PRIOR_POSITIVES = 10.0
"""Positive labels that the prior counts as. From 26 positives on, equal weights of prior and labels ranked as well as any; with 22
they ranked far below the prior (docs/decisions/0029-prior-alone.md)."""


def shrunken_weights(positives: float) -> tuple[float, float]:
    """Weights of prior and labels before any comparison: the trees of n positive labels count n / (n + `PRIOR_POSITIVES`).

    >>> shrunken_weights(0.0), shrunken_weights(10.0)
    ((1.0, 0.0), (1.0, 0.5))
    """
    return 1.0, float(positives / (positives + PRIOR_POSITIVES))


def choose_weights(prior: Floats, labels: Floats, positive: Floats, learned: float) -> tuple[float, float]:
    """Return the weights of prior and labels: shrunken, or one of `CANDIDATES`.

    Compares how near to the top each positive ranks among the negatives: the mean of ``-log`` of the share ranked above it.

    Parameters
    ----------
    prior, labels, positive
        float64[n]: raw scores of either, and labels (1 or 0), of cases that the trees of the labels were not fitted on.
    learned
        Positive labels of the model's training rows.
    """
    hit, best, least = positive == 1.0, shrunken_weights(learned), 0.0
    if not hit.any() or hit.all():
        return best
    default = _nearness(best[0] * prior + best[1] * labels, hit)
    for weights in CANDIDATES:
        difference = _nearness(weights[0] * prior + weights[1] * labels, hit) - default
        error = difference.std(ddof=1) / np.sqrt(len(difference)) if len(difference) > 1 else np.inf
        if difference.mean() - ERRORS * error > least:
            best, least = weights, float(difference.mean() - ERRORS * error)
    return best


def _nearness(score: Floats, hit: Bools) -> Floats:
    negatives = np.sort(score[~hit])
    above = len(negatives) - np.searchsorted(negatives, score[hit], side="right")
    return -np.log((above + 1) / (len(negatives) + 1))
