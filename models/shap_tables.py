"""How much did each feature add to this score, from tables? Exact SHAP values, tabulated when a model is loaded.

A leaf's contributions depend only on which conditions of its path hold. Leaves are grouped so that a group has few conditions;
its table holds the sums of its leaves' contributions for every pattern of these conditions. A row needs one line of each table.

The values are those of `models.shap_values` except for the order of sums, which decides the last bits. A model's manifest
therefore names the method. Any change of an order here (`CONDITIONS` too) needs a new name: old decisions are replayed bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.arrays import Floats, Ints
from features.parallel import in_slices
from models.forest import Forest, goes_left

CONDITIONS = 8
"""Conditions of a group at most. It is at least `models.forest.MAX_DEPTH`, so every leaf finds a group."""
LARGEST_BYTES = 64 * 2**20
"""Size of a model's tables at most."""
_BLOCK = 128
"""Rows that share a reading of each table while it is in the processor's cache; no bit depends on it."""

Numbers = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Tables:
    """Contributions of g groups of leaves.

    Attributes
    ----------
    feature, threshold, decision
        Of c distinct conditions of all trees.
    condition
        uint32[g, CONDITIONS]: conditions of each group, bit by bit of its pattern; c where it has fewer.
    column
        Features of each group's table, one group after another.
    entry
        float64, log-odds: the tables, one after another; a line for each pattern.
    column_start, entry_start
        int64[g + 1]: start of each group.
    """

    n_features: int
    feature: Numbers
    threshold: Floats
    decision: Ints
    condition: Numbers
    column: Numbers
    entry: Floats
    column_start: Ints
    entry_start: Ints


class _Split(NamedTuple):
    """A condition on a path: node of the forest, whether the path goes left, share of its training rows that do as the path."""

    node: int
    left: bool
    share: float


class _Factor(NamedTuple):
    """A feature on a leaf's path: it agrees with the path where ``pattern & mask == wanted``; share of training rows that do."""

    mask: int
    wanted: int
    share: float


@dataclass(frozen=True, slots=True)
class _Group:
    """Nodes of the conditions, features, and the leaves: value and factor of each feature on the path."""

    nodes: list[int]
    columns: list[int]
    leaves: list[tuple[float, dict[int, _Factor]]]

    @property
    def size(self) -> int:
        return len(self.columns) << len(self.nodes)


def tables_of(forest: Forest) -> Tables | None:
    """Tables of a forest; None if they would be larger than `LARGEST_BYTES`."""
    # groups of equally many features follow each other: the processor foresees the end of its loops
    groups = sorted(_groups(forest), key=lambda group: len(group.columns))
    starts = np.array([0, *accumulate(group.size for group in groups)])
    if starts[-1] * np.dtype(np.float64).itemsize > LARGEST_BYTES:
        return None
    splits = list(zip(forest.feature.tolist(), forest.threshold.tolist(), forest.decision.tolist(), strict=True))
    distinct = sorted({splits[node] for group in groups for node in group.nodes})
    number = {split: at for at, split in enumerate(distinct)}
    condition = np.full((len(groups), CONDITIONS), len(distinct), dtype=np.uint32)
    for group, numbers in zip(groups, condition, strict=True):
        numbers[: len(group.nodes)] = [number[splits[node]] for node in group.nodes]
    return Tables(
        forest.n_features,
        np.array([split[0] for split in distinct], dtype=np.uint32),
        np.array([split[1] for split in distinct], dtype=np.float64),
        np.array([split[2] for split in distinct], dtype=np.int64),
        condition,
        np.array([column for group in groups for column in group.columns], dtype=np.uint32),
        _entries(groups, starts),
        np.array([0, *accumulate(len(group.columns) for group in groups)]),
        starts,
    )


def contributions(tables: Tables, values: Floats) -> Floats:
    """SHAP values of float64[n, f], float64[n, f] in log-odds; the bits of a row do not depend on the others."""
    out, rows = np.zeros((len(values), tables.n_features)), np.ascontiguousarray(values)

    def some(part: slice) -> None:
        _contributions(
            rows[part], tables.feature, tables.threshold, tables.decision, tables.condition, tables.column, tables.entry,
            tables.column_start, tables.entry_start, out[part],
        )  # fmt: skip

    in_slices(some, len(rows))
    return out


def _groups(forest: Forest) -> Iterator[_Group]:
    """Largest subtrees whose conditions, with those on the path to them, are few enough; constant trees have none."""
    for tree in range(len(forest.node_start) - 1):
        if forest.node_start[tree] == forest.node_start[tree + 1]:
            continue
        subtrees: list[tuple[int, tuple[_Split, ...]]] = [(0, ())]
        while subtrees:
            top, path = subtrees.pop()
            leaves = list(_leaves(forest, tree, top, path))
            nodes = sorted({split.node for _, splits in leaves for split in splits})
            if len(nodes) <= CONDITIONS:
                yield _group(forest, nodes, leaves)
            else:
                subtrees += [(child, (*path, split)) for child, split in _children(forest, tree, top)]


def _children(forest: Forest, tree: int, top: int) -> Iterator[tuple[int, _Split]]:
    first, first_leaf = int(forest.node_start[tree]), int(forest.leaf_start[tree])
    node = first + top
    for left, children in ((True, forest.left), (False, forest.right)):
        child = int(children[node])
        cover = forest.leaf_cover[first_leaf - child - 1] if child < 0 else forest.node_cover[first + child]
        yield child, _Split(node, left, float(cover / forest.node_cover[node]))


def _leaves(
    forest: Forest, tree: int, top: int, path: tuple[_Split, ...]
) -> Iterator[tuple[float, tuple[_Split, ...]]]:
    """Value and path of each leaf below a node, or of the leaf itself."""
    if top < 0:
        yield float(forest.value[forest.leaf_start[tree] - top - 1]), path
        return
    for child, split in _children(forest, tree, top):
        yield from _leaves(forest, tree, child, (*path, split))


def _group(forest: Forest, nodes: list[int], leaves: list[tuple[float, tuple[_Split, ...]]]) -> _Group:
    bit = {node: 1 << at for at, node in enumerate(nodes)}
    feature = {node: int(forest.feature[node]) for node in nodes}
    explained: list[tuple[float, dict[int, _Factor]]] = []
    for value, path in leaves:
        factors: dict[int, _Factor] = {}
        for node, left, share in path:
            mask, wanted, before = factors.get(feature[node], _Factor(0, 0, 1.0))
            factors[feature[node]] = _Factor(mask | bit[node], wanted | bit[node] * left, before * share)
        explained.append((value, factors))
    return _Group(nodes, sorted(set(feature.values())), explained)


def _entries(groups: list[_Group], starts: Ints) -> Floats:
    """Every group's table, one after another."""
    out = np.zeros(int(starts[-1]))
    for group, start in zip(groups, starts.tolist(), strict=False):
        width = len(group.columns)
        table = out[start : start + group.size].reshape(-1, width)
        for value, factors in group.leaves:
            columns = np.array([group.columns.index(feature) for feature in factors])
            mask, wanted, share = (np.array(column) for column in zip(*factors.values(), strict=True))
            _add_leaf(value, columns, mask, wanted, share, table)
    return out


@njit(cache=True, nogil=True)
def _add_leaf(value, columns, mask, wanted, share, table):  # type: ignore[no-untyped-def]
    """Add a leaf's contributions to its group's table, at every pattern."""
    shap = _leaf_contributions(value, share)
    for pattern in range(len(table)):
        agreeing = 0
        for j in range(len(columns)):
            if pattern & mask[j] == wanted[j]:
                agreeing |= 1 << j
        for j in range(len(columns)):
            table[pattern, columns[j]] += shap[agreeing, j]


@njit(cache=True, nogil=True)
def _leaf_contributions(value, share):  # type: ignore[no-untyped-def]
    """SHAP values of a leaf by which of its m features agree with the path (bit j: feature j), float64[2**m, m]."""
    m = len(share)
    weight = np.empty(m)  # Shapley's: s! (m - 1 - s)! / m! of s others that are known
    weight[0] = 1.0 / m
    for s in range(1, m):
        weight[s] = weight[s - 1] * s / (m - s)
    out, known = np.empty((1 << m, m)), np.empty(m)
    for agreeing in range(1 << m):
        for j in range(m):
            # known[s]: product over the other features, summed over the choices of s that are known
            known[:] = 0.0
            known[0] = 1.0
            for k in range(m):
                if k != j:
                    agrees = (agreeing >> k) & 1
                    for s in range(m - 1, 0, -1):
                        known[s] = known[s] * share[k] + known[s - 1] * agrees
                    known[0] *= share[k]
            total = 0.0
            for s in range(m):
                total += weight[s] * known[s]
            out[agreeing, j] = total * (((agreeing >> j) & 1) - share[j]) * value
    return out


@njit(cache=True, nogil=True)
def _contributions(
    values, feature, threshold, decision, condition, column, entry, column_start, entry_start, out
):  # type: ignore[no-untyped-def]  # fmt: skip
    # the last stays 0: it fills up patterns of fewer conditions
    holds = np.zeros((min(_BLOCK, len(values)), len(feature) + 1), dtype=np.uint8)
    for begin in range(0, len(values), _BLOCK):
        rows = min(_BLOCK, len(values) - begin)
        for i in range(rows):
            for c in range(len(feature)):
                holds[i, c] = goes_left(values[begin + i, feature[c]], threshold[c], decision[c])
        for g in range(len(condition)):
            first = column_start[g]
            width = column_start[g + 1] - first
            for i in range(rows):
                pattern = np.int64(0)
                for bit in range(CONDITIONS):
                    pattern |= np.int64(holds[i, condition[g, bit]]) << bit
                line = entry_start[g] + pattern * width
                for j in range(width):
                    out[begin + i, column[first + j]] += entry[line + j]
