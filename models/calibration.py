"""What chance does a raw score stand for? Platt scaling: two numbers, increasing, easy to keep for years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

_FLATTEST = 0.05


@dataclass(frozen=True, slots=True)
class Calibration:
    """score = 1 / (1 + exp(-(slope * raw + intercept))), with slope > 0."""

    slope: float = 1.0
    intercept: float = 0.0

    def scores(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the scores, float64[n] in (0, 1)."""
        return 1.0 / (1.0 + np.exp(-(self.slope * raw + self.intercept)))

    @staticmethod
    def fit(raw: NDArray[np.float64], positive: NDArray[np.bool_]) -> Calibration:
        """Fit on rows that the model was not fitted on; a slope that is not positive is held at a flat one."""
        if positive.all() or not positive.any():
            return Calibration()
        model = LogisticRegression(C=10.0).fit(raw.reshape(-1, 1), positive)
        return Calibration(max(float(model.coef_[0, 0]), _FLATTEST), float(model.intercept_[0]))
