"""Did the answer slip into the question? A feature that alone tells findings too well was probably recorded after them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LeakCheck:
    """The feature that tells findings best on its own, how well (AUC), and the largest share of a feature in all scores."""

    positives: int
    feature: str
    auc: float
    heaviest: str
    share: float


def look_for_leaks(values: Floats, contributions: Floats, finding: Floats, names: tuple[str, ...]) -> LeakCheck:
    """Try every feature alone, by its value and by whether it is there at all, on cases with a finding."""
    known = ~np.isnan(finding)
    positive = finding[known] == 1.0
    weights = np.abs(contributions).sum(axis=0)
    share = weights / weights.sum() if weights.sum() > 0 else weights
    heaviest = int(np.argmax(share))
    alone = np.full(len(names), 0.5)
    if 0 < positive.sum() < len(positive):
        for index in range(len(names)):
            column = values[known, index]
            missing = np.isnan(column)
            told = [_auc(positive, np.where(missing, np.nanmin(column, initial=0.0) - 1.0, column))]
            if missing.any() and not missing.all():
                told.append(_auc(positive, missing.astype(np.float64)))
            alone[index] = max(max(auc, 1.0 - auc) for auc in told)
    best = int(np.argmax(alone))
    return LeakCheck(int(positive.sum()), names[best], float(alone[best]), names[heaviest], float(share[heaviest]))


def _auc(positive: NDArray[np.bool_], value: Floats) -> float:
    """Return the AUC by ranks (Mann and Whitney)."""
    yes = int(positive.sum())
    return float((rankdata(value)[positive].sum() - yes * (yes + 1) / 2) / (yes * (len(value) - yes)))
