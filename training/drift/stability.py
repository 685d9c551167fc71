"""Is today still like the time the model learned from? Inputs, scores and outcomes of two times, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2, norm

BINS = 10
SHIFTED = 0.25
"""Population stability index from which a distribution counts as shifted (Siddiqi 2006)."""
MISSING_JUMP = 0.10
FALSE_ALARM_LEVEL = 0.05
"""Chance that inputs and scores of the same distribution raise any alarm by lot of the sample, shared by Bonferroni's rule: small
samples pass the limits above by chance alone."""
LEAST_CASES = 100
SLIPS = {"thousand": 1000.0, "hundred": 100.0, "ten": 10.0, "months and years": 12.0, "days and years": 365.25}
"""Ratios of medians that a change of unit leaves behind, either way."""
DRAWS, LIKE_SCORES = 1000, 100
"""How often outcomes are drawn for an interval, and in how many classes of like scores."""
_SLIP_ROOM = 0.1
_SHARED = 0.5
_FLOOR = 1e-4

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """One feature then and now.

    Attributes
    ----------
    stability_index, missing_then, missing_now
        Population stability index, and shares without a value.
    slip
        The change of unit that would explain how its median moved, if any.
    grows
        Whether it grows only because records are kept longer; its stability index then raises no alarm.
    alarm
        Whether somebody should look.
    """

    feature: str
    stability_index: float
    missing_then: float
    missing_now: float
    slip: str | None
    grows: bool
    alarm: bool


@dataclass(frozen=True, slots=True)
class ScoreDrift:
    """The scores then and now: stability index, means, and whether somebody should look."""

    stability_index: float
    mean_then: float
    mean_now: float
    alarm: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """What the scores themselves promise before any label arrives.

    It assumes that scores are calibrated now as they were then, and that nothing but the inputs has moved: where the
    way of exploitation itself changes, it sees nothing. Officers' findings later are the only test. The 95 % intervals
    are those of what would be found if each score were right and each person on their own: they hold the chance of who is
    among so few people, not that scores are wrong or that rings come together, which make them wider.

    Attributes
    ----------
    precision, recall
        Expected share of findings among the chosen, and share of all findings that the chosen hold, at capacity.
    """

    cases: int
    precision: float
    precision_low: float
    precision_high: float
    recall: float
    recall_low: float
    recall_high: float


def stability_index(then: Floats, now: Floats) -> float:
    """Return the population stability index of two samples, missing values as a bin of their own.

    Bins are quantiles of the earlier sample, and a value that many share has one of its own: where nine in ten stand at the
    largest value, whoever falls below it would share a bin with them. Empty bins count as `_FLOOR` of all.
    """
    known = then[~np.isnan(then)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else np.zeros(0)
    shared = np.array([(known == edge).mean() * BINS >= _SHARED for edge in edges], dtype=bool)
    edges = np.unique(np.concatenate([edges, np.nextafter(edges[shared], -np.inf)]))

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


def shift_limit(then: int, now: int, compared: int) -> float:
    """Return the stability index from which one of several distributions counts as shifted.

    `SHIFTED`, or what two samples of one distribution would reach by chance if that is more: the index is then a chi-squared number times
    the sum of what is one by each sample's size (Yurdakul and Naranjo 2020).
    """
    return max(SHIFTED, float(chi2.isf(FALSE_ALARM_LEVEL / compared, BINS)) * (1 / then + 1 / now))


def feature_drift(
    names: tuple[str, ...], then: Floats, now: Floats, growing: frozenset[str] = frozenset()
) -> list[FeatureDrift]:
    """Compare every feature of two matrices, float64[n, f] and float64[m, f]; the most shifted first.

    Those of ``growing`` come last; missing values and slips of unit alarm for them, too, a stability index alone does not.
    """
    found = []
    limit = shift_limit(len(then), len(now), len(names))
    for at, name in enumerate(names):
        first, second = then[:, at], now[:, at]
        missing = (float(np.isnan(first).mean()), float(np.isnan(second).mean()))
        index = stability_index(first, second)
        # a median that moved by a whole unit while the distribution did not is chance of counts
        slip = unit_slip(first, second) if index >= SHIFTED else None
        jumped = _jumped(missing, (len(then), len(now)), len(names))
        grows = name in growing
        alarm = (index >= limit and not grows) or jumped or slip is not None
        found.append(FeatureDrift(name, index, *missing, slip, grows, alarm))
    return sorted(found, key=lambda one: (one.grows, -one.stability_index))


def score_drift(then: Floats, now: Floats) -> ScoreDrift:
    """Compare scores, float64[n] and float64[m]."""
    index = stability_index(then, now)
    return ScoreDrift(index, float(then.mean()), float(now.mean()), index >= shift_limit(len(then), len(now), 1))


def _jumped(missing: tuple[float, float], sizes: tuple[int, int], compared: int) -> bool:
    share = float(np.average(missing, weights=sizes))
    chance = (
        float(norm.isf(FALSE_ALARM_LEVEL / compared / 2)) * (share * (1 - share) * sum(1 / n for n in sizes)) ** 0.5
    )
    return abs(missing[1] - missing[0]) >= max(MISSING_JUMP, chance)


def expected_performance(score: Floats, chosen: NDArray[np.bool_], rng: np.random.Generator) -> Expected:
    """Estimate precision and recall from calibrated scores alone (confidence-based, as in NannyML's CBPE)."""
    total, held, taken = float(score.sum()), float(score[chosen].sum()), max(int(chosen.sum()), 1)
    found, missed = _drawn(score[chosen], rng), _drawn(score[~chosen], rng)
    everybody = found + missed
    recalls = np.divide(found, everybody, out=np.zeros(len(found)), where=everybody > 0)
    low, high = np.quantile(np.stack([found / taken, recalls]), (0.025, 0.975), axis=1).tolist()
    return Expected(len(score), held / taken, low[0], high[0], held / total if total > 0 else 0.0, low[1], high[1])


def _drawn(score: Floats, rng: np.random.Generator) -> Floats:
    """Draw float64[`DRAWS`]: how many people would be found if each were with the chance of their score; like scores are drawn at once."""
    parts = [part for part in np.array_split(np.sort(score), LIKE_SCORES) if len(part)]
    number = [rng.binomial(len(part), min(float(part.mean()), 1.0), DRAWS) for part in parts]
    return np.sum(number, axis=0, dtype=np.float64) if number else np.zeros(DRAWS)


def by_quarter(frame: pd.DataFrame, then: NDArray[np.bool_], now: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Tell cases, scores and what interviews found apart by quarter: a new way of exploitation shows here first.

    Inputs and scores may stand still while it spreads; then people with indications have lower scores than before, or a typology
    stands there that the model never learned from.

    Parameters
    ----------
    frame
        From `training.data.judgement.evaluation_frame`, with scores and without any truth.
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
