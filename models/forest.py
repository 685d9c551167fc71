"""Which raw score do these trees give? The trees as arrays, summed bit for bit as LightGBM does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from features.arrays import Floats, Ints
from features.parallel import in_slices

MAX_DEPTH = 6
"""Trees stay small on purpose: fast to explain, possible to defend in words."""
_ZERO = 1e-35
"""LightGBM's kZeroThreshold."""


@dataclass(frozen=True, slots=True)
class Forest:
    """All trees, one after another.

    Attributes
    ----------
    feature, threshold, decision, left, right, node_cover
        Of m internal nodes. Children below zero are leaves: -1 is the first leaf of the same tree.
    value, leaf_cover
        Of k leaves.
    node_start, leaf_start
        int64[trees + 1]: start of each tree.
    """

    n_features: int
    feature: Ints
    threshold: Floats
    decision: Ints
    left: Ints
    right: Ints
    node_cover: Floats
    value: Floats
    leaf_cover: Floats
    node_start: Ints
    leaf_start: Ints

    @staticmethod
    def of(trees: Sequence[Mapping[str, Ints | Floats]], n_features: int) -> Forest:
        """Forest of single trees, each a mapping of the arrays below."""
        names = ("feature", "threshold", "decision", "left", "right", "node_cover", "value", "leaf_cover")
        columns = {name: np.concatenate([tree[name] for tree in trees]) for name in names}
        nodes = np.cumsum([0, *(len(tree["feature"]) for tree in trees)])
        leaves = np.cumsum([0, *(len(tree["value"]) for tree in trees)])
        return Forest(n_features, **columns, node_start=nodes, leaf_start=leaves)  # type: ignore[arg-type]


def raw_scores(forest: Forest, values: Floats) -> Floats:
    """Log-odds of each row of float64[n, f], float64[n]."""
    out, rows = np.zeros(len(values)), np.ascontiguousarray(values)

    def some(part: slice) -> None:
        _raw_scores(
            rows[part], forest.feature, forest.threshold, forest.decision, forest.left, forest.right,
            forest.value, forest.node_start, forest.leaf_start, out[part],
        )  # fmt: skip

    in_slices(some, len(rows))
    return out


@njit(cache=True, nogil=True)
def goes_left(value, threshold, decision):  # type: ignore[no-untyped-def]
    """Whether a value goes left: decision bit 1 is "default left", bits 2-3 the kind of missing (0 none, 1 zero, 2 NaN)."""
    missing = (decision >> 2) & 3
    if np.isnan(value) and missing != 2:
        value = 0.0
    if (missing == 1 and -_ZERO <= value <= _ZERO) or (missing == 2 and np.isnan(value)):
        return (decision & 2) != 0
    return value <= threshold


@njit(cache=True, nogil=True)
def _raw_scores(values, feature, threshold, decision, left, right, value, node_start, leaf_start, out):  # type: ignore[no-untyped-def]
    for i in range(len(values)):
        total = 0.0
        for t in range(len(node_start) - 1):
            first = node_start[t]
            if node_start[t + 1] == first:
                total += value[leaf_start[t]]
                continue
            node = 0
            while node >= 0:
                at = first + node
                node = left[at] if goes_left(values[i, feature[at]], threshold[at], decision[at]) else right[at]
            total += value[leaf_start[t] - node - 1]
        out[i] = total
