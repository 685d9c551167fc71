"""Did the answer slip into the question? A feature that tells findings too well was probably recorded after them.

Two signs: a feature that alone ranks those with indications above the others nearly always, and a value of a feature whose
bearers nearly all had indications, be they few. No interview finds indications in everybody who is concerned, so what is
known before it cannot tell its outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from training.intervals import share_bounds

Floats = NDArray[np.float64]
_Z_SQUARE = 1.96**2


@dataclass(frozen=True, slots=True)
class LeakCheck:
    """What tells findings too well.

    Attributes
    ----------
    feature, auc
        The feature that tells findings best on its own, and how well.
    purest, certainty, marked
        The feature with a value whose bearers had indications most surely, the lower bound of their share, and how many they are.
    heaviest, share
        The feature that moves scores most, and its share in all that moves them.
    """

    positives: int
    feature: str
    auc: float
    purest: str
    certainty: float
    marked: int
    heaviest: str
    share: float


def look_for_leaks(values: Floats, finding: Floats, contributions: Floats, *, names: tuple[str, ...]) -> LeakCheck:
    """Try every feature alone, by its value and by whether it is there at all, on cases with a finding.

    Parameters
    ----------
    values, finding
        float64[n, f] and float64[n] (NaN where nothing was found out). They need not be those that the model is judged on:
        the more findings, the surer a leak is seen.
    contributions
        float64[m, f] of any cases.
    """
    known = ~np.isnan(finding)
    positive = finding[known] == 1.0
    weights = np.abs(contributions).sum(axis=0)
    share = weights / weights.sum() if weights.sum() > 0 else weights
    heaviest = int(np.argmax(share))
    alone, pure = np.full(len(names), 0.5), [(0.0, 0)] * len(names)
    if 0 < positive.sum() < len(positive):
        for index in range(len(names)):
            column = values[known, index]
            missing = np.isnan(column)
            filled = np.where(missing, np.nanmin(column, initial=0.0) - 1.0, column)
            told = [_auc(positive, filled)]
            if missing.any() and not missing.all():
                told.append(_auc(positive, missing.astype(np.float64)))
            alone[index] = max(max(auc, 1.0 - auc) for auc in told)
            pure[index] = _certainty(positive, filled)
    best, purest = int(np.argmax(alone)), max(range(len(names)), key=lambda at: pure[at])
    return LeakCheck(
        int(positive.sum()), names[best], float(alone[best]), names[purest], *pure[purest], names[heaviest], float(share[heaviest])
    )  # fmt: skip


def _certainty(positive: NDArray[np.bool_], value: Floats) -> tuple[float, int]:
    """Return how surely some bearers of one value, or of all from or up to one, had indications, and how many they are."""
    _, at = np.unique(value, return_inverse=True)
    found, all_of = np.bincount(at, positive), np.bincount(at).astype(np.float64)
    yes = np.concatenate([found, np.cumsum(found), np.cumsum(found[::-1])])
    people = np.concatenate([all_of, np.cumsum(all_of), np.cumsum(all_of[::-1])])
    share = yes / people
    # Wilson's bound finds the candidate; the bound that is told is the one used elsewhere
    spread = np.sqrt(_Z_SQUARE * (share * (1 - share) / people + _Z_SQUARE / (4 * people**2)))
    likely = int(np.argmax((share + _Z_SQUARE / (2 * people) - spread) / (1 + _Z_SQUARE / people)))
    return share_bounds(float(share[likely]), float(people[likely]))[0], int(people[likely])


def _auc(positive: NDArray[np.bool_], value: Floats) -> float:
    """Return the AUC by ranks (Mann and Whitney)."""
    yes = int(positive.sum())
    return float((rankdata(value)[positive].sum() - yes * (yes + 1) / 2) / (yes * (len(value) - yes)))
