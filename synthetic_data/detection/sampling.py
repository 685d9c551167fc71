"""Systematic sampling with exact inclusion probabilities (Madow 1949)."""

from __future__ import annotations

import numpy as np

from features.arrays import Bools, Floats, Ints

PROBABILITY_LIMIT = 0.95


def within_capacity(weights: Floats, groups: Ints, share: float) -> Floats:
    """Return float64[n]: inclusion probabilities in proportion to weights that fill the same share of every group.

    Parameters
    ----------
    weights
        Positive numbers.
    groups
        int64[n], 0 … g-1: a post's files of one month, for which it has hours.
    share
        Of each group, to be interviewed.
    """
    total = np.bincount(groups, weights)
    count = np.bincount(groups)
    probability = weights * (share * count / np.maximum(total, 1e-12))[groups]
    return np.clip(probability, 1e-6, PROBABILITY_LIMIT)


def draw(rng: np.random.Generator, probability: Floats, groups: Ints) -> Bools:
    """Return bool[n]: who is drawn; each with exactly its probability, and each group close to its expected number."""
    order = np.lexsort((rng.random(len(probability)), groups))
    cumulative = np.floor(np.cumsum(probability[order]) + rng.random())
    chosen = np.zeros(len(probability), dtype=np.bool_)
    chosen[order] = np.diff(cumulative, prepend=0.0) > 0
    return chosen


def numbered(values: Ints) -> Ints:
    """Return int64[n]: values renumbered from 0."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64)
