"""Is today still like the time the model learned from? Inputs, scores and outcomes of two times, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

BINS = 10
SHIFTED = 0.25
"""Population stability index from which a distribution counts as shifted (Siddiqi 2006)."""
MISSING_JUMP = 0.10
LEAST_CASES = 100
SLIPS = {"thousand": 1000.0, "hundred": 100.0, "ten": 10.0, "months and years": 12.0, "days and years": 365.25}
"""Ratios of medians that a change of unit leaves behind, either way."""
_SLIP_ROOM = 0.1
_FLOOR = 1e-4

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """One feature then and now: stability index, missing shares, and the unit slip that its median looks like, if any."""

    feature: str
    stability_index: float
    missing_then: float
    missing_now: float
    slip: str | None

    @property
    def alarm(self) -> bool:
        """Whether somebody should look."""
        jumped = abs(self.missing_now - self.missing_then) >= MISSING_JUMP
        return self.stability_index >= SHIFTED or jumped or self.slip is not None


@dataclass(frozen=True, slots=True)
class Expected:
    """What the scores themselves promise before any label arrives.

    It assumes that scores are calibrated now as they were then, and that nothing but the inputs has moved: where the
    way of exploitation itself changes, it sees nothing. Officers' findings later are the only test.

    Attributes
    ----------
    precision, recall
        Expected share of findings among the chosen, and share of all findings that the chosen hold, at capacity.
    """

    cases: int
    precision: float
    recall: float


def stability_index(then: Floats, now: Floats) -> float:
    """Return the population stability index of two samples, missing values as a bin of their own.

    Bins are quantiles of the earlier sample; empty ones count as `_FLOOR` of all.
    """
    known = then[~np.isnan(then)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else np.zeros(0)

    def shares(sample: Floats) -> Floats:
        missing = np.isnan(sample)
        counts = np.bincount(np.searchsorted(edges, sample[~missing], side="left"), minlength=len(edges) + 1)
        return np.maximum(np.append(counts, missing.sum()) / max(len(sample), 1), _FLOOR)

    first, second = shares(then), shares(now)
    return float(((second - first) * np.log(second / first)).sum())


def unit_slip(then: Floats, now: Floats) -> str | None:
    """Return the name of the change of unit that would explain how the median of what is above zero moved."""
    known = [sample[np.nan_to_num(sample) > 0] for sample in (then, now)]
    if min(len(sample) for sample in known) < LEAST_CASES:
        return None
    ratio = float(np.median(known[1]) / np.median(known[0]))
    for name, factor in SLIPS.items():
        if any(abs(ratio * turn - 1.0) <= _SLIP_ROOM for turn in (factor, 1.0 / factor)):
            return name
    return None


def feature_drift(names: tuple[str, ...], then: Floats, now: Floats) -> list[FeatureDrift]:
    """Compare every feature of two matrices, float64[n, f] and float64[m, f]; the most shifted first."""
    found = []
    for at, name in enumerate(names):
        first, second = then[:, at], now[:, at]
        missing = (float(np.isnan(first).mean()), float(np.isnan(second).mean()))
        index = stability_index(first, second)
        # a median that moved by a whole unit while the distribution did not is chance of counts
        slip = unit_slip(first, second) if index >= SHIFTED else None
        found.append(FeatureDrift(name, index, *missing, slip))
    return sorted(found, key=lambda one: -one.stability_index)


def expected_performance(score: Floats, chosen: NDArray[np.bool_]) -> Expected:
    """Estimate precision and recall from calibrated scores alone (confidence-based, as in NannyML's CBPE)."""
    total = float(score.sum())
    held = float(score[chosen].sum())
    return Expected(len(score), held / max(int(chosen.sum()), 1), held / total if total > 0 else 0.0)


def by_quarter(frame: pd.DataFrame, then: NDArray[np.bool_], now: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Tell cases, scores and what interviews found apart by quarter: a new way of exploitation shows here first.

    Inputs and scores may stand still while it spreads; then people with indications have lower scores than before, or a typology
    stands there that the model never learned from.

    Parameters
    ----------
    frame
        From `training.judgement.evaluation_frame`, with scores and without any truth.
    then, now
        bool[n]: what the model learned from the time of, and what came later.

    Returns
    -------
    list
        Of each quarter with cases, and apart for then and now: the quarter, cases, mean score, findings, those with indications, the
        mean score of these (None without any) and their number by typology, most first.
    """
    quarter = pd.to_datetime(frame["as_of"], unit="us").dt.to_period("Q").astype(str).to_numpy()
    label, score = frame["label"].to_numpy(dtype=np.float64), frame["score"].to_numpy(dtype=np.float64)
    found = []
    for part, is_now in ((then, False), (now, True)):
        for name in np.unique(quarter[part]).tolist():
            here = part & (quarter == name)
            told = here & (label == 1.0)
            found.append({
                "quarter": name, "now": is_now, "cases": int(here.sum()), "mean_score": float(score[here].mean()),
                "findings": int((~np.isnan(label[here])).sum()), "indications": int(told.sum()),
                "their_mean_score": float(score[told].mean()) if told.any() else None,
                "typologies": {str(key): int(count) for key, count in frame["typology"][told].value_counts().items()},
            })  # fmt: skip
    return found
