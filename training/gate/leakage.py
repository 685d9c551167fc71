"""Did the answer slip into the question? What tells too well what was found, or who was looked at, was recorded afterwards.

Two signs, each looked for twice: a feature that alone ranks nearly always, by its order or by ranges of it that a small tree
finds, and a value of a feature whose bearers nearly all are of one kind, be they few. Of findings: no interview finds
indications in everybody who is concerned, so what is known before it cannot tell its outcome. Of having been looked at:
officers choose by many signs of a file, and the lot by none; a trace that interviews or inquiries leave on files tells
those from all others, whatever was found, and a model that is taught before a background of files nobody looked at learns
it. A third sign needs no limit on officers' habits: a score cannot know whom the lot will draw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.model_selection import StratifiedKFold
from sklearn.tree import DecisionTreeClassifier

from training.data.selection import effective_size
from training.evaluation.comparison import placements
from training.statistics.intervals import share_bounds

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
TREE_CASES = 30_000
"""As many cases as a small tree is tried on; more would only make its figure finer."""
_FOLDS = 5
_Z_SQUARE = 1.96**2


@dataclass(frozen=True, slots=True)
class LeakCheck:
    """What tells findings too well.

    Attributes
    ----------
    feature, auc
        The feature that tells findings best on its own, by its order or by ranges of it, and how well.
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


@dataclass(frozen=True, slots=True)
class TraceCheck:
    """What tells too well who was looked at.

    Attributes
    ----------
    looked_at, others, fewer
        Cases with any outcome on record, cases without, and the smaller of the two numbers.
    feature, auc
        The feature that tells them apart best on its own, by its order or by ranges of it, and how well.
    purest, certainty, marked
        The feature with a value whose bearers were looked at most surely, how surely, and how many they are. Nought where their
        share is that of all cases, 1 where all of them were: the lower bound of the share, of what is above that of all.
    """

    looked_at: int
    others: int
    fewer: int
    feature: str
    auc: float
    purest: str
    certainty: float
    marked: int


@dataclass(frozen=True, slots=True)
class RankOfTheLot:
    """How often somebody drawn by lot is ranked above anybody: the AUC with its 95 % interval, one half if nothing is amiss."""

    interviews: int
    effective_size: float
    auc: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class _Told:
    feature: str
    auc: float
    purest: str
    certainty: float
    marked: int


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
    told = _told(values[known], positive, names)
    return LeakCheck(
        int(positive.sum()), told.feature, told.auc, told.purest, told.certainty, told.marked, names[heaviest], float(share[heaviest])
    )  # fmt: skip


def look_for_traces(values: Floats, looked_at: Bools, *, names: tuple[str, ...]) -> TraceCheck:
    """Try every feature alone on who was looked at: float64[n, f], and bool[n] for any outcome on record, whatever it says."""
    told = _told(values, looked_at, names)
    count = int(looked_at.sum())
    base = count / max(len(looked_at), 1)
    certainty = (told.certainty - base) / (1 - base) if base < 1 else 0.0
    others = len(looked_at) - count
    return TraceCheck(
        count, others, min(count, others), told.feature, told.auc, told.purest, certainty, told.marked
    )  # fmt: skip


def rank_of_the_lot(score: Floats, drawn: Bools, anybody: Bools, weight: Floats) -> RankOfTheLot:
    """Tell how those drawn by lot are ranked among anybody.

    The variance is that of `training.evaluation.comparison.placements`, with weights.

    Parameters
    ----------
    score
        float64[n].
    drawn, anybody
        bool[n]: those of the lot, and all from whom they were drawn, both without those in whom something was found:
        these are ranked high with good reason.
    weight
        float64[n]: for how many of the latter each of the former stands, for posts give the lot unequal hours.
    """
    taken = drawn & (weight > 0)
    mass = weight[taken]
    if len(mass) < 2 or anybody.sum() < 2:
        return RankOfTheLot(len(mass), effective_size(mass), 0.5, 0.0, 1.0)
    above, _ = placements(score[taken], score[anybody])
    share = mass / mass.sum()
    auc = float((share * above).sum())
    half = float(norm.ppf(0.975) * np.sqrt((share**2 * (above - auc) ** 2).sum()))
    return RankOfTheLot(len(mass), effective_size(mass), auc, max(auc - half, 0.0), min(auc + half, 1.0))


def _told(values: Floats, positive: Bools, names: tuple[str, ...]) -> _Told:
    alone, pure = np.full(len(names), 0.5), [(0.0, 0)] * len(names)
    if 0 < positive.sum() < len(positive):
        some = _some(len(positive))
        for index in range(len(names)):
            column = values[:, index]
            missing = np.isnan(column)
            # those without a value are one value more, below all others
            filled = np.where(missing, np.nanmin(column, initial=0.0) - 1.0, column)
            at = np.unique(filled, return_inverse=True)[1]
            yes, people = (np.asarray(np.bincount(at, one), dtype=np.float64) for one in (positive, None))
            told = [_auc(yes, people)]
            if missing.any() and not missing.all():
                told.append(_auc(*(np.add.reduceat(one, [0, 1]) for one in (yes, people))))
            # a tree knows which way it points
            alone[index] = max(*(max(auc, 1.0 - auc) for auc in told), _auc_of_ranges(at[some], positive[some]))
            pure[index] = _certainty(yes, people)
    best, purest = int(np.argmax(alone)), max(range(len(names)), key=lambda at: pure[at])
    return _Told(names[best], float(alone[best]), names[purest], *pure[purest])


def _certainty(yes: Floats, people: Floats) -> tuple[float, int]:
    """Return how surely some bearers of one value, or of all from or up to one, are positive, and how many they are.

    Parameters
    ----------
    yes, people
        float64[v]: positives and all bearers of each value, in order of the values.
    """
    yes, people = (np.concatenate([one, np.cumsum(one), np.cumsum(one[::-1])]) for one in (yes, people))
    share = yes / people
    # Wilson's bound finds the candidate; the bound that is told is the one used elsewhere
    spread = np.sqrt(_Z_SQUARE * (share * (1 - share) / people + _Z_SQUARE / (4 * people**2)))
    likely = int(np.argmax((share + _Z_SQUARE / (2 * people) - spread) / (1 + _Z_SQUARE / people)))
    return share_bounds(float(share[likely]), float(people[likely]))[0], int(people[likely])


def _auc_of_ranges(at: Ints, positive: Bools) -> float:
    """Return the AUC of a small tree over the ranks of one feature, int64[n], each case scored by a tree that did not see it.

    Honest files may bear the values of a leak, too, and these lie between others, or beside gaps: then no order tells
    them, nor any one value, but a few ranges do. One half where there are too few of a kind for folds.
    """
    if min(positive.sum(), (~positive).sum()) < _FOLDS or not at.any():
        return 0.5
    column, score = at.astype(np.float32)[:, None], np.zeros(len(at))
    for taught, told in StratifiedKFold(_FOLDS, shuffle=True, random_state=0).split(column, positive):
        tree = DecisionTreeClassifier(max_leaf_nodes=6, min_samples_leaf=10, random_state=0)
        score[told] = tree.fit(column[taught], positive[taught]).predict_proba(column[told])[:, 1]
    levels = np.unique(score, return_inverse=True)[1]
    return _auc(*(np.asarray(np.bincount(levels, one), dtype=np.float64) for one in (positive, None)))


def _some(count: int) -> Ints:
    """Return int64[up to `TREE_CASES`]: rows drawn without regard to anything, in order."""
    if count <= TREE_CASES:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, TREE_CASES, replace=False))


def _auc(yes: Floats, people: Floats) -> float:
    """Return the AUC of a value by how many positives and people bear each, in order of the values; ties count half."""
    no = people - yes
    below = np.cumsum(no) - no / 2
    return float((yes * below).sum() / (yes.sum() * no.sum()))
