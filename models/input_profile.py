"""Does a case look like those the model was fitted on? Ranges and missing shares of each feature at training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNLIKE_LIMIT = 0.25
"""Above this share of features outside their training range a case gets no score rather than a wrong one."""


@dataclass(frozen=True, slots=True)
class InputProfile:
    """Lowest and highest value (0 if never there) and missing share of each of f features."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    missing: tuple[float, ...]

    @staticmethod
    def of(values: NDArray[np.float64]) -> InputProfile:
        """Describe a training matrix, float64[n, f]."""
        missing = np.isnan(values)
        low = np.where(missing, np.inf, values).min(axis=0)
        high = np.where(missing, -np.inf, values).max(axis=0)
        never = missing.all(axis=0)
        return InputProfile(
            tuple(np.where(never, 0.0, low).tolist()),
            tuple(np.where(never, 0.0, high).tolist()),
            tuple(missing.mean(axis=0).tolist()),
        )

    def unlike(self, row: NDArray[np.float64]) -> list[tuple[int, str]]:
        """Return (feature index, ``missing`` or ``range``) for every value unlike those seen at training."""
        found = []
        for index, value in enumerate(row.tolist()):
            if value != value:  # noqa: PLR0124 (NaN)
                if self.missing[index] == 0.0:
                    found.append((index, "missing"))
            elif self.missing[index] == 1.0 or _beyond(value, self.low[index], self.high[index]):
                found.append((index, "range"))
        return found


def _beyond(value: float, low: float, high: float) -> bool:
    """Half the training range is allowed on either side: histories grow."""
    room = max(high - low, 1.0) / 2
    return value < low - room or value > high + room
