"""How much could a figure have been otherwise? Poisson bootstrap in which the cases of a ring come and go together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

RESAMPLES = 300

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Resampled:
    """Poisson bootstrap over clusters: the cases of one ring come and go together, every other case alone.

    ``unit``, int64[n], is from `training.data.kinship.ring_units`; ``draws``, float32[resamples, units], says how often each is there.
    Every ranking is judged on the same draws, so that differences between rankings have their own, narrower intervals.
    """

    def __init__(self, unit: NDArray[np.int64], rng: np.random.Generator, resamples: int = RESAMPLES) -> None:
        self._cluster = unit
        count = int(unit.max(initial=-1)) + 1
        # float32 holds small whole numbers exactly and halves the memory
        self.draws = np.stack([rng.poisson(1.0, count).astype(np.float32) for _ in range(resamples)])

    @staticmethod
    def of(frame: pd.DataFrame, rng: np.random.Generator, resamples: int = RESAMPLES) -> Resampled:
        """Draw the cases of an evaluation frame by its rings."""
        return Resampled(ring_units(np.asarray(pd.factorize(frame["ring"])[0], dtype=np.int64)), rng, resamples)

    def clusters(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return int64[len(rows)]: rows of one number come and go together."""
        return self._cluster[rows]

    def sums(self, rows: NDArray[np.int64], parts: Floats) -> Floats:
        """Return float64[resamples, k]: the sums of parts, float64[len(rows), k], in every resample."""
        used, at = np.unique(self.clusters(rows), return_inverse=True)
        gathered = np.zeros((len(used), parts.shape[1]))
        np.add.at(gathered, at, parts)
        return self.draws[:, used] @ gathered

    def weights(self, rows: NDArray[np.int64]) -> Iterator[NDArray[np.float32]]:
        """Give float32[len(rows)] for one resample after another; all at once would take a gigabyte for a million rows."""
        at = self._cluster[rows]
        return (draw[at] for draw in self.draws)


def ring_units(ring: Ints) -> Ints:
    """Return int64[n]: one number from 0 on for each ring, and one for everybody whose ring, int64[n], is negative."""
    alone = np.arange(len(ring)) + ring.max(initial=-1) + 1
    return np.unique(np.where(ring < 0, alone, ring), return_inverse=True)[1].astype(np.int64)
