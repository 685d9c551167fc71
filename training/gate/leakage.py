"""Was a feature recorded after the outcome? Features that predict findings, or who was examined, too well.

Two signs are tested for findings and for being examined. A single feature ranks nearly always, by its order or by ranges of a
small tree; or nearly all cases with a certain value are of one class, even if few. No interview finds indications in every
positive, so nothing known before predicts its outcome. Officers choose by many signs and random sampling by none, so a
feature that predicts who was examined is a trace left on files, which a model trained before a background of other files
learns. A third sign needs no limit on officers' habits: a score cannot predict the random sample.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from scipy.stats import norm
from sklearn.model_selection import StratifiedKFold
from sklearn.tree import DecisionTreeClassifier

from features.arrays import Bools, Floats, Ints
from training.evaluation.comparison import placements
from training.statistics.intervals import kish_size, share_bounds

TREE_CASES = 30_000
"""Upper limit of cases for a small tree."""
_FOLDS = 5
_Z_SQUARE = 1.96**2


@dataclass(frozen=True, slots=True)
class Predictors:
    """Features that predict a class best.

    Attributes
    ----------
    feature, auc
        Feature with the largest AUC, by its order or by ranges.
    purest, certainty, marked
        Feature with the purest value, the lower bound of the value's share of positives, and its number of cases.
    """

    feature: str
    auc: float
    purest: str
    certainty: float
    marked: int


@dataclass(frozen=True, slots=True)
class LeakCheck(Predictors):
    """Features that predict findings, the number of positives, and the feature with the largest share of contributions."""

    positives: int
    heaviest: str
    share: float


@dataclass(frozen=True, slots=True)
class TraceCheck(Predictors):
    """Features that predict who was examined.

    ``examined`` and ``others`` count cases with and without an outcome, ``fewer`` is the smaller number; ``certainty`` is 0
    at the share of all cases and 1 where all were examined.
    """

    examined: int
    others: int
    fewer: int


@dataclass(frozen=True, slots=True)
class RandomSampleAuc:
    """AUC of randomly sampled cases against all, with a 95 % interval; one half without a fault."""

    interviews: int
    effective_size: float
    auc: float
    low: float
    high: float


def find_leaks(values: Floats, finding: Floats, contributions: Floats, *, names: tuple[str, ...]) -> LeakCheck:
    """Features that predict findings, by value or by being present.

    Parameters
    ----------
    values, finding
        float64[n, f] and float64[n] (NaN for unlabelled), of any cases: more findings detect more.
    contributions
        float64[m, f] of any cases.
    """
    known = ~np.isnan(finding)
    positive = finding[known] == 1.0
    weights = np.abs(contributions).sum(axis=0)
    share = weights / weights.sum() if weights.sum() > 0 else weights
    heaviest = int(np.argmax(share))
    best = _predictors(values[known], positive, names)
    return LeakCheck(
        **asdict(best), positives=int(positive.sum()), heaviest=names[heaviest], share=float(share[heaviest])
    )


def find_traces(values: Floats, examined: Bools, *, names: tuple[str, ...]) -> TraceCheck:
    """Features, float64[n, f], that predict who was examined, bool[n]."""
    best, count = _predictors(values, examined, names), int(examined.sum())
    base, others = count / max(len(examined), 1), len(examined) - count
    certainty = (best.certainty - base) / (1 - base) if base < 1 else 0.0
    counts = {"examined": count, "others": others, "fewer": min(count, others)}
    return TraceCheck(**(asdict(best) | {"certainty": certainty} | counts))


def random_sample_auc(score: Floats, sampled: Bools, anybody: Bools, weight: Floats) -> RandomSampleAuc:
    """AUC of sampled cases, with the weighted variance of `training.evaluation.comparison.placements`.

    Parameters
    ----------
    sampled, anybody
        bool[n]: random sample and its frame, both without positives, which rank high with good reason.
    weight
        float64[n]: cases represented, because posts sample unequally.
    """
    taken = sampled & (weight > 0)
    mass = weight[taken]
    if len(mass) < 2 or anybody.sum() < 2:
        return RandomSampleAuc(len(mass), kish_size(mass), 0.5, 0.0, 1.0)
    above, _ = placements(score[taken], score[anybody])
    share = mass / mass.sum()
    auc = float((share * above).sum())
    half = float(norm.ppf(0.975) * np.sqrt((share**2 * (above - auc) ** 2).sum()))
    return RandomSampleAuc(len(mass), kish_size(mass), auc, max(auc - half, 0.0), min(auc + half, 1.0))


def _predictors(values: Floats, positive: Bools, names: tuple[str, ...]) -> Predictors:
    aucs, pure = [0.5] * len(names), [(0.0, 0)] * len(names)
    if 0 < positive.sum() < len(positive):
        some = _some(len(positive))
        for index in range(len(names)):
            aucs[index], pure[index] = _alone(values[:, index], positive, some)
    best, purest = int(np.argmax(aucs)), max(range(len(names)), key=lambda at: pure[at])
    return Predictors(names[best], float(aucs[best]), names[purest], *pure[purest])


def _alone(column: Floats, positive: Bools, some: Ints) -> tuple[float, tuple[float, int]]:
    """Largest AUC of a feature by order, presence or ranges, and its `_certainty`."""
    missing = np.isnan(column)
    # missing is a value of its own, below all others
    filled = np.where(missing, np.nanmin(column, initial=0.0) - 1.0, column)
    at = np.unique(filled, return_inverse=True)[1]
    yes, people = (np.asarray(np.bincount(at, part), dtype=np.float64) for part in (positive, None))
    aucs = [_auc(yes, people)]
    if missing.any() and not missing.all():
        aucs.append(_auc(*(np.add.reduceat(counts, [0, 1]) for counts in (yes, people))))
    ranges = _auc_of_ranges(at[some], positive[some])  # a tree finds its direction itself
    return max(*(max(auc, 1.0 - auc) for auc in aucs), ranges), _certainty(yes, people)


def _certainty(yes: Floats, people: Floats) -> tuple[float, int]:
    """Lower bound of the share of positives at the purest value, or from or up to it, and its number of cases.

    Parameters
    ----------
    yes, people
        float64[v]: positives and all cases of each value, in order.
    """
    yes, people = (np.concatenate([part, np.cumsum(part), np.cumsum(part[::-1])]) for part in (yes, people))
    share = yes / people
    # Wilson's bound selects the candidate; its reported bound is mid-P as elsewhere
    spread = np.sqrt(_Z_SQUARE * (share * (1 - share) / people + _Z_SQUARE / (4 * people**2)))
    likely = int(np.argmax((share + _Z_SQUARE / (2 * people) - spread) / (1 + _Z_SQUARE / people)))
    return share_bounds(float(share[likely]), float(people[likely]))[0], int(people[likely])


def _auc_of_ranges(at: Ints, positive: Bools) -> float:
    """Out-of-fold AUC of a small tree over the ranks of a feature, int64[n]; one half with too few of a class.

    Where honest files share the values of a leak, or the values lie between others or beside gaps, no order and no single
    value predicts, but a few ranges do.
    """
    if min(positive.sum(), (~positive).sum()) < _FOLDS or not at.any():
        return 0.5
    column, score = at.astype(np.float32)[:, None], np.zeros(len(at))
    for fit, test in StratifiedKFold(_FOLDS, shuffle=True, random_state=0).split(column, positive):
        tree = DecisionTreeClassifier(max_leaf_nodes=6, min_samples_leaf=10, random_state=0)
        score[test] = tree.fit(column[fit], positive[fit]).predict_proba(column[test])[:, 1]
    levels = np.unique(score, return_inverse=True)[1]
    return _auc(*(np.asarray(np.bincount(levels, part), dtype=np.float64) for part in (positive, None)))


def _some(count: int) -> Ints:
    """Rows sampled at random, in order, int64[up to `TREE_CASES`]."""
    if count <= TREE_CASES:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, TREE_CASES, replace=False))


def _auc(yes: Floats, people: Floats) -> float:
    """AUC of a value by the positives and cases at each, in order; ties count half."""
    no = people - yes
    below = np.cumsum(no) - no / 2
    return float((yes * below).sum() / (yes.sum() * no.sum()))
