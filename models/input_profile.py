"""Does a case look like the training rows? Range and missing share of each feature at training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.arrays import Floats

UNLIKE_LIMIT = 0.25
"""A case with more than this share of features outside their training range gets no score."""


@dataclass(frozen=True, slots=True)
class InputProfile:
    """Lowest and highest value (0 if always missing) and missing share of each of f features."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    missing: tuple[float, ...]

    @staticmethod
    def of(values: Floats) -> InputProfile:
        """Profile of a training matrix, float64[n, f]."""
        missing = np.isnan(values)
        never = missing.all(axis=0)
        low = np.where(never, 0.0, np.where(missing, np.inf, values).min(axis=0))
        high = np.where(never, 0.0, np.where(missing, -np.inf, values).max(axis=0))
        return InputProfile(tuple(low.tolist()), tuple(high.tolist()), tuple(missing.mean(axis=0).tolist()))

    def unlike(self, row: Floats) -> list[tuple[int, str]]:
        """Feature index and ``missing`` or ``range`` of every value unlike the training rows; row is float64[f]."""
        low, high, share = np.array(self.low), np.array(self.high), np.array(self.missing)
        room = np.maximum(high - low, 1.0) / 2  # histories grow: half the training range is allowed on either side
        absent = np.isnan(row)
        outside = ~absent & ((share == 1.0) | (row < low - room) | (row > high + room))
        kinds = np.where(outside, "range", np.where(absent & (share == 0.0), "missing", ""))
        return [(int(index), str(kinds[index])) for index in np.flatnonzero(kinds != "")]
