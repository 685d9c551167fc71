"""What does a model say of a row? Raw score, calibrated score, contributions and base value, in one computation."""

from __future__ import annotations

from dataclasses import dataclass, field

from features.arrays import Floats
from models import shap_tables, shap_values
from models.calibration import Calibration
from models.forest import Forest, raw_scores
from models.shap_tables import Tables, tables_of


@dataclass(frozen=True, slots=True)
class Explanation:
    """Scores of n rows with their reasons: ``base_value + contributions.sum(axis=1) = raw_score`` (log-odds)."""

    raw_score: Floats
    base_value: float
    contributions: Floats
    score: Floats


@dataclass(frozen=True, slots=True)
class Scorer:
    """Trees and their calibration.

    Attributes
    ----------
    tabulated
        Whether contributions are computed from tables, where these are not too large, or by a walk through the trees.
    base_value
        Mean raw score of the training rows.
    tables
        None where contributions are computed by the walk.
    """

    forest: Forest
    calibration: Calibration
    tabulated: bool = True
    base_value: float = field(init=False)
    tables: Tables | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_value", shap_values.base_value(self.forest))
        object.__setattr__(self, "tables", tables_of(self.forest) if self.tabulated else None)

    def __reduce__(self) -> tuple[type[Scorer], tuple[Forest, Calibration, bool]]:
        # tables are sooner computed again than sent to a worker
        return Scorer, (self.forest, self.calibration, self.tabulated)

    def raw_scores(self, values: Floats) -> Floats:
        """Log-odds of float64[n, f], float64[n]."""
        return raw_scores(self.forest, values)

    def scores(self, values: Floats) -> Floats:
        """Calibrated scores in (0, 1), float64[n]."""
        return self.calibration.scores(self.raw_scores(values))

    def contributions(self, values: Floats) -> Floats:
        """Exact SHAP values, float64[n, f], in log-odds."""
        if self.tables is None:
            return shap_values.contributions(self.forest, values)
        return shap_tables.contributions(self.tables, values)

    def explain(self, values: Floats) -> Explanation:
        """Scores and contributions of float64[n, f]."""
        return self.explanation(self.raw_scores(values), self.contributions(values))

    def explanation(self, raw: Floats, shap: Floats) -> Explanation:
        """Explanation from raw scores float64[n] and contributions float64[n, f] computed elsewhere."""
        return Explanation(raw, self.base_value, shap, self.calibration.scores(raw))
