"""How much of a score is prior and how much was learned from labels? Shares of its variance over cases, and their correlation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.arrays import Floats


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """Shares of the raw score's variance by covariance with the whole, which add up to 1, and the correlation of the parts.

    A negative share works against the whole. NaN where the score, or for the correlation a part, is the same for all cases.
    """

    prior_share: float
    label_share: float
    correlation: float

    @staticmethod
    def of(prior: Floats, labels: Floats) -> ScoreParts:
        """Parts of the sum of two raw scores, float64[n] each.

        >>> ScoreParts.of(np.array([0.0, 2.0]), np.array([0.0, 1.0])).label_share
        0.3333333333333333
        """
        covariance = np.atleast_2d(np.cov(np.stack([prior, labels]))) if len(prior) > 1 else np.zeros((2, 2))
        whole, spread = float(covariance.sum()), float(covariance[0, 0] * covariance[1, 1]) ** 0.5
        shares = covariance.sum(axis=1) / whole if whole > 0 else np.full(2, math.nan)
        correlation = float(covariance[0, 1]) / spread if spread > 0 else math.nan
        return ScoreParts(float(shares[0]), float(shares[1]), correlation)

    @staticmethod
    def read(figures: Mapping[str, Any]) -> ScoreParts | None:
        """Parts from JSON, where unknown figures are null; None for evidence without them."""
        names = ("prior_share", "label_share", "correlation")
        if not set(names) <= set(figures):
            return None
        return ScoreParts(*(math.nan if figures[name] is None else float(figures[name]) for name in names))

    @property
    def line(self) -> str:
        """Shares and correlation in a sentence."""
        if math.isnan(self.prior_share):
            return "the score is the same for all evaluation cases"
        correlation = "no correlation" if math.isnan(self.correlation) else f"correlation {self.correlation:.2f}"
        return (
            f"{self.prior_share:.0%} of the score's variance from trees of the prior, {self.label_share:.0%} from trees of the "
            f"labels ({correlation}), on the evaluation cases"
        )
