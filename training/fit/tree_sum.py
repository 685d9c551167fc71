"""How do two sets of trees become one model? The text of their weighted sum, exact because leaves are only scaled."""

from __future__ import annotations

import re
from collections.abc import Sequence

from training.fit.leaf_rounding import LEAF_STEP

_LEAVES = re.compile(r"^leaf_value=(.*)$", re.MULTILINE)
_END = "end of trees\n"


def tree_sum(parts: Sequence[tuple[str, float]]) -> str:
    """Return the text of one model whose raw score is the sum of the parts' raw scores, each times its weight.

    Parameters
    ----------
    parts
        Texts of LightGBM models over the same features, as `training.fit.leaf_rounding.rounded_trees` gives them, with
        their weights; a part of weight 0 leaves no tree. Leaves stay whole multiples of `LEAF_STEP`.
    """
    head = parts[0][0].partition("\nTree=0\n")[0]
    trees = [_scaled(tree, weight) for text, weight in parts if weight for tree in _trees(text)]
    blocks = [f"Tree={number}\n{tree}\n\n\n" for number, tree in enumerate(trees)]
    sizes = " ".join(str(len(block)) for block in blocks)
    head = re.sub(r"^tree_sizes=.*$", f"tree_sizes={sizes}", head, flags=re.MULTILINE)
    return f"{head}\n{''.join(blocks)}{_END}"


def _trees(text: str) -> list[str]:
    body = "\nTree=0\n" + text.partition("\nTree=0\n")[2].partition(_END)[0]
    return [piece.strip("\n") for piece in re.split(r"\nTree=\d+\n", body) if piece.strip("\n")]


def _scaled(tree: str, weight: float) -> str:
    if weight == 1.0:
        return tree

    def line(match: re.Match[str]) -> str:
        leaves = (round(float(leaf) * weight / LEAF_STEP) * LEAF_STEP for leaf in match[1].split())
        return "leaf_value=" + " ".join(repr(leaf) for leaf in leaves)

    return _LEAVES.sub(line, tree)
