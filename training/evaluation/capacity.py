"""Which cases are interviewed at a capacity? The highest scores of each post-week."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.arrays import Bools, Floats, Ints


def capacity_blocks(frame: pd.DataFrame, capacity: float) -> Ints:
    """Block in which each case competes for interviews, int64[n]: the post-week, at a capacity (share of all cases).

    Weeks of a small post are combined, in order, until the capacity is an interview; a remainder at the end belongs to the
    post's last block.
    """
    smallest = 1.0 / capacity - 1e-9
    sizes = frame.groupby(["post", "week"], sort=True).size()
    numbers = np.empty(len(sizes), dtype=np.int64)
    block, at = -1, 0
    for _, weeks in sizes.groupby(level=0, sort=False):
        remaining, filled = int(weeks.sum()), np.inf
        for size in weeks.to_numpy():
            if filled >= smallest and (remaining >= smallest or filled == np.inf):
                block, filled = block + 1, 0
            numbers[at] = block
            filled, remaining, at = filled + size, remaining - size, at + 1
    keys = pd.MultiIndex.from_frame(frame[["post", "week"]])
    return numbers[sizes.index.get_indexer(keys)]


def within_capacity(frame: pd.DataFrame, score: Floats, capacity: float) -> Bools:
    """Mask of the cases interviewed if each post-week took its highest scores, bool[n]; ties go by arrival."""
    block = capacity_blocks(frame, capacity)
    order = np.lexsort((frame["as_of"].to_numpy(), -score, block))
    sizes = np.bincount(block)
    start = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    rank = np.empty(len(frame), dtype=np.int64)
    rank[order] = np.arange(len(frame)) - np.repeat(start, sizes)
    return rank < np.maximum(np.rint(capacity * sizes), 1)[block]
