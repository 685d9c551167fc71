"""Is this text a well-formed model? A strict reader of LightGBM's text format.

LightGBM's own reader trusts its input: a changed byte can crash it or pass a NaN. Served models therefore never reach it;
this reader checks counts, indices, shape and finiteness and returns plain arrays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from features.arrays import Floats, Ints
from models.forest import MAX_DEPTH, Forest

SIZE_LIMIT = 20_000_000
TREES_LIMIT = 5_000
_HEAD = {
    "version", "num_class", "num_tree_per_iteration", "label_index", "max_feature_idx", "objective", "feature_names",
    "feature_infos", "tree_sizes", "monotone_constraints", "average_output",
}  # fmt: skip
_TREE = {
    "num_leaves", "num_cat", "split_feature", "split_gain", "threshold", "decision_type", "left_child", "right_child",
    "leaf_value", "leaf_weight", "leaf_count", "internal_value", "internal_weight", "internal_count", "is_linear",
    "shrinkage",
}  # fmt: skip


class BundleRejected(Exception):
    """Raised when a model may not be used: the fault, its location and the expectation."""

    def __init__(self, what: str, where: str, expected: str) -> None:
        super().__init__(f"{where}: {what}; expected {expected}")


def parse_forest(text: str, names: Sequence[str]) -> Forest:
    """Read a model.

    Raises
    ------
    BundleRejected
        If anything is not exactly as LightGBM writes a small binary model over these features.
    """
    if len(text) > SIZE_LIMIT or "\x00" in text or not text.isascii():
        raise BundleRejected("too long, or not plain text", "model.txt", f"ASCII of at most {SIZE_LIMIT} bytes")
    head_text, _, rest = text.partition("\nTree=0\n")
    head = _fields(head_text.removeprefix("tree\n"), "head", _HEAD)
    _expect(
        head.get("num_class") == "1" and head.get("num_tree_per_iteration") == "1", "num_class", "head", "one class"
    )
    _expect(head.get("version") == "v4", "format version", "head", "v4")
    _expect(head.get("objective") == "binary sigmoid:1", "objective", "head", "binary sigmoid:1")
    _expect(head.get("label_index") == "0", "label_index", "head", "0")
    _expect(head.get("max_feature_idx") == str(len(names) - 1), "max_feature_idx", "head", "one less than the features")
    _expect(len(head.get("feature_infos", "").split()) == len(names), "feature_infos", "head", "one for each feature")
    _expect(
        "monotone_constraints" not in head
        or (set(signs := head["monotone_constraints"].split()) <= {"-1", "0", "1"} and len(signs) == len(names)),
        "monotone_constraints",
        "head",
        "-1, 0 or 1 for each feature",
    )
    _expect(
        tuple(head.get("feature_names", "").split(" ")) == tuple(names),
        "feature names",
        "head",
        "the catalogue's names in order",
    )
    body, end, _ = rest.partition("\nend of trees\n")
    _expect(bool(end), "no end of trees", "model.txt", "a line 'end of trees'")
    pieces = body.split("\n\n\nTree=")
    _expect(len(pieces) <= TREES_LIMIT, "too many trees", "model.txt", f"at most {TREES_LIMIT}")
    trees = []
    for number, piece in enumerate(pieces):
        if number:
            label, _, piece = piece.partition("\n")  # noqa: PLW2901
            _expect(label == str(number), "tree number", f"tree {number}", str(number))
        trees.append(_tree(_fields(piece.strip("\n"), f"tree {number}", _TREE), f"tree {number}", len(names)))
    _expect(head.get("tree_sizes") == " ".join(map(str, _sizes(pieces))), "tree_sizes", "head", "each tree's own size")
    return Forest.of(trees, len(names))


def _sizes(pieces: Sequence[str]) -> list[int]:
    """Length of each tree in the text, from "Tree=" to its last line break."""
    started = [len(piece) + (len("Tree=0\n") if number == 0 else len("Tree=")) for number, piece in enumerate(pieces)]
    # two of the last tree's three line breaks are still with it
    return [size + len("\n\n\n") for size in started[:-1]] + [started[-1] + len("\n")]


def _expect(good: bool, what: str, where: str, expected: str) -> None:
    if not good:
        raise BundleRejected(what, where, expected)


def _fields(text: str, where: str, known: set[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in text.split("\n"):
        name, equals, value = line.partition("=")
        if not line:
            continue
        if line == "average_output" or not equals or name not in known or name in fields:
            raise BundleRejected("a line that is unknown or there twice", where, "the fields LightGBM writes")
        fields[name] = value
    return fields


def _tokens(text: str) -> list[str]:
    # Python also reads 1_000 and tabs between numbers; LightGBM writes neither
    if "_" in text or text != " ".join(text.split()):
        raise ValueError("other separators than one space")
    return text.split()


def _ints(fields: dict[str, str], name: str, count: int, where: str) -> Ints:
    try:
        values = np.array([int(part) for part in _tokens(fields[name])], dtype=np.int64)
    except (KeyError, ValueError, OverflowError):
        raise BundleRejected(f"{name} cannot be read", where, f"{count} whole numbers") from None
    _expect(len(values) == count, f"{name} has another length", where, f"{count} whole numbers")
    return values


def _floats(fields: dict[str, str], name: str, count: int, where: str, *, endless: bool = False) -> Floats:
    try:
        values = np.array([float(part) for part in _tokens(fields[name])])
    except (KeyError, ValueError):
        raise BundleRejected(f"{name} cannot be read", where, f"{count} numbers") from None
    if endless:
        # a split between missing and present values has no upper bound
        _expect(not bool(np.isnan(values).any()), f"{name} is not a number", where, f"{count} numbers")
    finite = endless or bool(np.isfinite(values).all())
    _expect(
        len(values) == count and finite, f"{name} has another length or is not finite", where, f"{count} finite numbers"
    )
    return values


def _tree(fields: dict[str, str], where: str, n_features: int) -> dict[str, Ints | Floats]:
    leaves = int(_ints(fields, "num_leaves", 1, where)[0])
    _expect(1 <= leaves <= 2**MAX_DEPTH, "num_leaves", where, f"1 to {2**MAX_DEPTH}")
    _expect(
        fields.get("num_cat") == "0" and fields.get("is_linear") == "0", "kind of tree", where, "numeric, not linear"
    )
    _floats(fields, "shrinkage", 1, where)
    if leaves == 1:
        value = _floats(fields, "leaf_value", 1, where)
        none = np.zeros(0, dtype=np.int64)
        return {"feature": none, "threshold": np.zeros(0), "decision": none, "left": none, "right": none,
                "value": value, "leaf_cover": np.ones(1), "node_cover": np.zeros(0)}  # fmt: skip
    nodes = leaves - 1
    tree: dict[str, Ints | Floats] = {
        "feature": _ints(fields, "split_feature", nodes, where),
        "threshold": _floats(fields, "threshold", nodes, where, endless=True),
        "decision": _ints(fields, "decision_type", nodes, where),
        "left": _ints(fields, "left_child", nodes, where),
        "right": _ints(fields, "right_child", nodes, where),
        "value": _floats(fields, "leaf_value", leaves, where),
        "leaf_cover": _ints(fields, "leaf_count", leaves, where).astype(np.float64),
        "node_cover": _ints(fields, "internal_count", nodes, where).astype(np.float64),
    }
    feature, decision = tree["feature"], tree["decision"]
    _expect(bool(((feature >= 0) & (feature < n_features)).all()), "split_feature", where, "an index of the catalogue")
    _expect(bool(np.isin(decision, (0, 2, 4, 6, 8, 10)).all()), "decision_type", where, "numeric splits")
    for name, count in (
        ("split_gain", nodes),
        ("leaf_weight", leaves),
        ("internal_value", nodes),
        ("internal_weight", nodes),
    ):
        _floats(fields, name, count, where)
    _shape(tree, where)
    return tree


def _shape(tree: dict[str, Ints | Floats], where: str) -> None:
    """Check that the children form one tree, not too deep, whose covers add up."""
    left, right = tree["left"].tolist(), tree["right"].tolist()
    nodes, leaves = len(left), len(left) + 1
    visited_nodes, visited_leaves = {0}, set()
    stack = [(0, 1)]
    while stack:
        node, depth = stack.pop()
        _expect(depth <= MAX_DEPTH, "depth", where, f"at most {MAX_DEPTH}")
        cover = 0.0
        for child in (left[node], right[node]):
            if child >= 0:
                _expect(child < nodes and child not in visited_nodes, "children", where, "one tree")
                visited_nodes.add(child)
                stack.append((child, depth + 1))
                cover += float(tree["node_cover"][child])
            else:
                leaf = -child - 1
                _expect(leaf < leaves and leaf not in visited_leaves, "children", where, "one tree")
                visited_leaves.add(leaf)
                cover += float(tree["leaf_cover"][leaf])
        _expect(cover == float(tree["node_cover"][node]) and cover > 0, "counts", where, "counts that add up")
    _expect(len(visited_nodes) == nodes and len(visited_leaves) == leaves, "children", where, "one tree")
    _expect(
        all(math.isfinite(cover) and cover > 0 for cover in tree["leaf_cover"].tolist()),
        "leaf_count",
        where,
        "positive counts",
    )
