"""Do inputs and scores drift? Population stability index (PSI), missing values and changed measures of two times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from features.arrays import Bools, Floats

BINS = 10
SHIFTED = 0.25
"""PSI from which a distribution counts as shifted (Siddiqi 2006)."""
MISSING_JUMP = 0.10
FALSE_ALARM_LEVEL = 0.05
"""Probability of any alarm on inputs and scores of the same distribution (Bonferroni): small samples exceed the limits above by
chance alone."""
MIN_CASES = 100
SLIPS = {"thousand": 1000.0, "hundred": 100.0, "ten": 10.0, "months and years": 12.0, "days and years": 365.25}
"""Ratio of medians by the change of measure that explains it, either way."""
DRAWS, SCORE_CLASSES = 1000, 100
"""Draws for an interval, and classes of similar scores."""
_SLIP_ROOM = 0.1
_SHARED = 0.5
_FLOOR = 1e-4


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """A feature then and now.

    Attributes
    ----------
    stability_index, missing_then, missing_now
        PSI, and shares without a value.
    slip
        Change of measure that explains the shift of the median, if any.
    grows
        Grows because records are kept longer; its PSI raises no alarm.
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
    """Scores then and now: PSI, means, alarm."""

    stability_index: float
    mean_then: float
    mean_now: float
    alarm: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """Performance expected from the scores before any label arrives.

    It assumes calibrated scores and a change of inputs alone: a new way of exploitation does not show. The 95 % intervals
    contain the chance of single, independent people; rings make them wider.

    Attributes
    ----------
    precision, recall
        Expected share of positives among the chosen, and share of all positives chosen, at capacity.
    """

    cases: int
    precision: float
    precision_low: float
    precision_high: float
    recall: float
    recall_low: float
    recall_high: float


def stability_index(then: Floats, now: Floats) -> float:
    """PSI of two samples, missing values as a bin of their own.

    Bins are quantiles of the earlier sample; a value shared by many has its own. Empty bins count as `_FLOOR` of all.
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


def scale_slip(then: Floats, now: Floats) -> str | None:
    """Change of measure that explains the shift of the median of positive values, if any."""
    known = [sample[np.nan_to_num(sample) > 0] for sample in (then, now)]
    if min(len(sample) for sample in known) < MIN_CASES:
        return None
    ratio = float(np.median(known[1]) / np.median(known[0]))
    near = (
        name
        for name, factor in SLIPS.items()
        if min(abs(ratio * factor - 1.0), abs(ratio / factor - 1.0)) <= _SLIP_ROOM
    )
    return next(near, None)


def shift_limit(then: int, now: int, compared: int) -> float:
    """PSI from which a distribution among several counts as shifted.

    `SHIFTED`, or what samples of a single distribution reach by chance: PSI is then chi-squared times the sum of the inverse
    sample sizes (Yurdakul and Naranjo 2020).
    """
    return max(SHIFTED, float(chi2.isf(FALSE_ALARM_LEVEL / compared, BINS)) * (1 / then + 1 / now))


def feature_drift(
    names: tuple[str, ...], then: Floats, now: Floats, growing: frozenset[str] = frozenset()
) -> list[FeatureDrift]:
    """Drift of each feature of two matrices, float64[n, f] and float64[m, f], the most shifted first, ``growing`` last.

    For ``growing`` features missing values and slips alarm, PSI alone does not.
    """
    drifts = []
    limit = shift_limit(len(then), len(now), len(names))
    for at, name in enumerate(names):
        first, second = then[:, at], now[:, at]
        missing = (float(np.isnan(first).mean()), float(np.isnan(second).mean()))
        index = stability_index(first, second)
        # without a shift of the distribution, a shifted median of counts is chance
        slip = scale_slip(first, second) if index >= SHIFTED else None
        jumped = _missing_jump(missing, (len(then), len(now)), len(names))
        grows = name in growing
        alarm = (index >= limit and not grows) or jumped or slip is not None
        drifts.append(FeatureDrift(name, index, *missing, slip, grows, alarm))
    return sorted(drifts, key=lambda drift: (drift.grows, -drift.stability_index))


def score_drift(then: Floats, now: Floats) -> ScoreDrift:
    """Drift of scores, float64[n] and float64[m]."""
    index = stability_index(then, now)
    return ScoreDrift(index, float(then.mean()), float(now.mean()), index >= shift_limit(len(then), len(now), 1))


def _missing_jump(missing: tuple[float, float], sizes: tuple[int, int], compared: int) -> bool:
    share = float(np.average(missing, weights=sizes))
    deviation = (share * (1 - share) * sum(1 / size for size in sizes)) ** 0.5
    chance = float(norm.isf(FALSE_ALARM_LEVEL / compared / 2)) * deviation
    return abs(missing[1] - missing[0]) >= max(MISSING_JUMP, chance)


def expected_performance(score: Floats, chosen: Bools, rng: np.random.Generator) -> Expected:
    """Precision and recall expected from calibrated scores (confidence-based, as in NannyML's CBPE)."""
    total, inside, interviews = float(score.sum()), float(score[chosen].sum()), max(int(chosen.sum()), 1)
    hits, misses = _draws(score[chosen], rng), _draws(score[~chosen], rng)
    everybody = hits + misses
    recalls = np.divide(hits, everybody, out=np.zeros(len(hits)), where=everybody > 0)
    low, high = np.quantile(np.stack([hits / interviews, recalls]), (0.025, 0.975), axis=1).tolist()
    recall = inside / total if total > 0 else 0.0
    return Expected(len(score), inside / interviews, low[0], high[0], recall, low[1], high[1])


def _draws(score: Floats, rng: np.random.Generator) -> Floats:
    """Draws of the number of positives at the chances of the scores, float64[`DRAWS`]; similar scores are drawn together."""
    parts = [part for part in np.array_split(np.sort(score), SCORE_CLASSES) if len(part)]
    number = [rng.binomial(len(part), min(float(part.mean()), 1.0), DRAWS) for part in parts]
    return np.sum(number, axis=0, dtype=np.float64) if number else np.zeros(DRAWS)


def by_quarter(frame: pd.DataFrame, then: Bools, now: Bools) -> list[dict[str, Any]]:
    """Cases, scores and findings by quarter, ``then`` and ``now`` apart: a new way of exploitation shows here first.

    Parameters
    ----------
    frame
        Evaluation frame with scores and without truth.
    then, now
        bool[n]: before and after the model learned.

    Returns
    -------
    list
        Per quarter: cases, mean score, findings, indications, the mean score of these (None without any) and their number by
        typology.
    """
    quarter = pd.to_datetime(frame["as_of"], unit="us").dt.to_period("Q").astype(str).to_numpy()
    label, score = frame["label"].to_numpy(dtype=np.float64), frame["score"].to_numpy(dtype=np.float64)
    rows = []
    for part, is_now in ((then, False), (now, True)):
        for name in np.unique(quarter[part]).tolist():
            here = part & (quarter == name)
            positive = here & (label == 1.0)
            rows.append({
                "quarter": name, "now": is_now, "cases": int(here.sum()), "mean_score": float(score[here].mean()),
                "findings": int((~np.isnan(label[here])).sum()), "indications": int(positive.sum()),
                "their_mean_score": float(score[positive].mean()) if positive.any() else None,
                "typologies": {str(key): int(count) for key, count in frame["typology"][positive].value_counts().items()},
            })  # fmt: skip
    return rows
