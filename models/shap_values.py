"""How much did each feature add to this score? Exact SHAP values of trees, path dependent (Lundberg et al. 2018, alg. 2).

They add up: ``base_value + contributions.sum() = raw score``. Covers are the training rows of each node, as in
``shap.TreeExplainer(feature_perturbation="tree_path_dependent")``, which the tests compare. No SHAP value is rounded here:
leaves are rounded at training (`training.fit.leaf_rounding`), figures on a page where they are shown.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from features.arrays import Floats
from features.parallel import in_slices
from models.forest import Forest, goes_left


def base_value(forest: Forest) -> float:
    """Mean raw score over the training rows, in log-odds."""
    total = 0.0
    for tree in range(len(forest.leaf_start) - 1):
        leaves = slice(forest.leaf_start[tree], forest.leaf_start[tree + 1])
        cover = forest.leaf_cover[leaves]
        total += float((forest.value[leaves] * cover).sum() / cover.sum())
    return total


def contributions(forest: Forest, values: Floats) -> Floats:
    """SHAP values of float64[n, f], float64[n, f] in log-odds; the bits of a row do not depend on the others."""
    out, rows = np.zeros((len(values), forest.n_features)), np.ascontiguousarray(values)

    def some(part: slice) -> None:
        _contributions(
            rows[part], forest.feature, forest.threshold, forest.decision, forest.left, forest.right,
            forest.node_cover, forest.value, forest.leaf_cover, forest.node_start, forest.leaf_start, out[part],
        )  # fmt: skip

    in_slices(some, len(rows))
    return out


@njit(cache=True, nogil=True)
def _contributions(
    values, feature, threshold, decision, left, right, node_cover, value, leaf_cover, node_start, leaf_start, out,
):  # type: ignore[no-untyped-def]  # fmt: skip
    # one path of at most MAX_DEPTH + 2 entries per level of the walk
    d = np.empty((10, 10), dtype=np.int64)
    z = np.empty((10, 10))
    o = np.empty((10, 10))
    w = np.empty((10, 10))
    stack = np.empty((64, 3), dtype=np.int64)
    incoming = np.empty((64, 2))
    for i in range(len(values)):
        for t in range(len(node_start) - 1):
            first, first_leaf = node_start[t], leaf_start[t]
            if node_start[t + 1] == first:
                continue
            top = 0
            stack[0, 0], stack[0, 1], stack[0, 2] = 0, 0, -1  # node, level, feature that led here
            incoming[0, 0], incoming[0, 1] = 1.0, 1.0
            # entries of the path at each level
            size = np.zeros(10, dtype=np.int64)
            while top >= 0:
                node, level, led = stack[top, 0], stack[top, 1], stack[top, 2]
                pz, po = incoming[top, 0], incoming[top, 1]
                top -= 1
                n = 0
                if level > 0:
                    n = size[level - 1]
                    for j in range(n):
                        d[level, j], z[level, j] = d[level - 1, j], z[level - 1, j]
                        o[level, j], w[level, j] = o[level - 1, j], w[level - 1, j]
                    # a feature already on the path is removed and added again with both fractions
                    for j in range(1, n):
                        if d[level, j] == led:
                            pz *= z[level, j]
                            po *= o[level, j]
                            n = _unwind(d[level], z[level], o[level], w[level], n, j)
                            break
                n = _extend(d[level], z[level], o[level], w[level], n, pz, po, led)
                size[level] = n
                if node < 0:
                    leaf = first_leaf - node - 1
                    for j in range(1, n):
                        total = _unwound_sum(z[level], o[level], w[level], n, j)
                        out[i, d[level, j]] += total * (o[level, j] - z[level, j]) * value[leaf]
                    continue
                at = first + node
                f = feature[at]
                is_left = goes_left(values[i, f], threshold[at], decision[at])
                cover = node_cover[at]
                for side in range(2):
                    child = left[at] if side == 0 else right[at]
                    child_cover = leaf_cover[first_leaf - child - 1] if child < 0 else node_cover[first + child]
                    top += 1
                    stack[top, 0], stack[top, 1], stack[top, 2] = child, level + 1, f
                    incoming[top, 0] = child_cover / cover
                    incoming[top, 1] = 1.0 if is_left == (side == 0) else 0.0


@njit(cache=True, nogil=True)
def _extend(d, z, o, w, n, pz, po, led):  # type: ignore[no-untyped-def]
    d[n], z[n], o[n] = led, pz, po
    w[n] = 1.0 if n == 0 else 0.0
    for j in range(n - 1, -1, -1):
        w[j + 1] += po * w[j] * (j + 1) / (n + 1)
        w[j] = pz * w[j] * (n - j) / (n + 1)
    return n + 1


@njit(cache=True, nogil=True)
def _unwind(d, z, o, w, n, at):  # type: ignore[no-untyped-def]
    last = n - 1
    carried = w[last]
    for j in range(last - 1, -1, -1):
        if o[at] != 0:
            kept = w[j]
            w[j] = carried * (last + 1) / ((j + 1) * o[at])
            carried = kept - w[j] * z[at] * (last - j) / (last + 1)
        else:
            w[j] = w[j] * (last + 1) / (z[at] * (last - j))
    for j in range(at, last):
        d[j], z[j], o[j] = d[j + 1], z[j + 1], o[j + 1]
    return last


@njit(cache=True, nogil=True)
def _unwound_sum(z, o, w, n, at):  # type: ignore[no-untyped-def]
    last = n - 1
    total = 0.0
    carried = w[last]
    for j in range(last - 1, -1, -1):
        if o[at] != 0:
            part = carried * (last + 1) / ((j + 1) * o[at])
            total += part
            carried = w[j] - part * z[at] * (last - j) / (last + 1)
        else:
            total += w[j] / (z[at] * (last - j) / (last + 1))
    return total
