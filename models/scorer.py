"""What does a model say of a row? Raw score, calibrated score, contributions and base value, in one computation."""

from __future__ import annotations

from dataclasses import dataclass, field

from features.arrays import Floats
from models.calibration import Calibration
from models.forest import Forest, raw_scores
from models.shap_values import base_value, contributions


@dataclass(frozen=True, slots=True)
class Explanation:
    """Scores of n rows with their reasons: ``base_value + contributions.sum(axis=1) = raw_score`` (log-odds)."""

    raw_score: Floats
    base_value: float
    contributions: Floats
    score: Floats


@dataclass(frozen=True, slots=True)
class Scorer:
    """Trees and their calibration; ``base_value`` is the mean raw score of the training rows."""

    forest: Forest
    calibration: Calibration
    base_value: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_value", base_value(self.forest))

    def raw_scores(self, values: Floats) -> Floats:
        """Log-odds of float64[n, f], float64[n]."""
        return raw_scores(self.forest, values)

    def scores(self, values: Floats) -> Floats:
        """Calibrated scores in (0, 1), float64[n]."""
        return self.calibration.scores(self.raw_scores(values))

    def contributions(self, values: Floats) -> Floats:
        """Exact SHAP values, float64[n, f], in log-odds."""
        return contributions(self.forest, values)

    def explain(self, values: Floats) -> Explanation:
        """Scores and contributions of float64[n, f]."""
        return self.explanation(self.raw_scores(values), self.contributions(values))

    def explanation(self, raw: Floats, shap: Floats) -> Explanation:
        """Explanation from raw scores float64[n] and contributions float64[n, f] computed elsewhere."""
        return Explanation(raw, self.base_value, shap, self.calibration.scores(raw))
