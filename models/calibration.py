"""Which chance does a raw score mean? Platt scaling above a floor: three numbers, increasing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.arrays import Floats


@dataclass(frozen=True, slots=True)
class Calibration:
    """score = floor + (1 - floor) / (1 + exp(-(slope * raw + intercept))), with slope > 0 and 0 <= floor < 1.

    The floor is the share of interviews with indications at any score: false indications set it.
    """

    slope: float = 1.0
    intercept: float = 0.0
    floor: float = 0.0

    def scores(self, raw: Floats) -> Floats:
        """Calibrated scores in (0, 1) of raw scores, float64[n] each."""
        chance = 1.0 / (1.0 + np.exp(-(self.slope * raw + self.intercept)))
        # keeps the bits of bundles from before the floor existed
        return chance if self.floor == 0.0 else self.floor + (1.0 - self.floor) * chance
