"""What chance does a raw score stand for? Platt scaling above a floor: three numbers, increasing, easy to keep for years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Calibration:
    """score = floor + (1 - floor) / (1 + exp(-(slope * raw + intercept))), with slope > 0 and 0 <= floor < 1.

    The floor is the share of interviews that write down indications whoever is asked: where few are concerned, no score
    can be lower than that and be what interviews find.
    """

    slope: float = 1.0
    intercept: float = 0.0
    floor: float = 0.0

    def scores(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the scores, float64[n] in (0, 1)."""
        chance = 1.0 / (1.0 + np.exp(-(self.slope * raw + self.intercept)))
        # without a floor the bits of models made before there was one
        return chance if self.floor == 0.0 else self.floor + (1.0 - self.floor) * chance
