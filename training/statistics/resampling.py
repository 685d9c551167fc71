"""How much could a figure vary? Poisson bootstrap over case groups: cases of a group are drawn as one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.arrays import Floats, Ints

RESAMPLES = 300


class GroupBootstrap:
    """Poisson bootstrap over groups, int64[n] from `group_numbers`.

    All rankings are evaluated on the same draws, float32[resamples, groups], so that differences between them have their
    own, narrower intervals.
    """

    def __init__(self, group: Ints, rng: np.random.Generator, resamples: int = RESAMPLES) -> None:
        self._group = group
        count = int(group.max(initial=-1)) + 1
        # float32 holds small whole numbers exactly in half the memory
        self.draws = np.stack([rng.poisson(1.0, count).astype(np.float32) for _ in range(resamples)])

    @staticmethod
    def of(frame: pd.DataFrame, rng: np.random.Generator, resamples: int = RESAMPLES) -> GroupBootstrap:
        """Bootstrap of an evaluation frame by its rings."""
        return GroupBootstrap(group_numbers(np.asarray(pd.factorize(frame["ring"])[0], dtype=np.int64)), rng, resamples)

    def groups(self, rows: Ints) -> Ints:
        """Group number of each row."""
        return self._group[rows]

    def sums(self, rows: Ints, parts: Floats) -> Floats:
        """Sums of parts, float64[len(rows), k], in every resample, float64[resamples, k]."""
        used, at = np.unique(self.groups(rows), return_inverse=True)
        totals = np.zeros((len(used), parts.shape[1]))
        np.add.at(totals, at, parts)
        return self.draws[:, used] @ totals

    def weights(self, rows: Ints) -> Iterator[NDArray[np.float32]]:
        """Draws of the rows, float32[len(rows)], a resample at a time to save memory."""
        at = self._group[rows]
        return (draw[at] for draw in self.draws)


def group_numbers(ring: Ints) -> Ints:
    """Numbers from 0, int64[n]: shared within a ring, own where the ring, int64[n], is negative."""
    alone = np.arange(len(ring)) + ring.max(initial=-1) + 1
    return np.unique(np.where(ring < 0, alone, ring), return_inverse=True)[1].astype(np.int64)
