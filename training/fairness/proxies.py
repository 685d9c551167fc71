"""Do score and reasons give away what they may not use? How well they predict nationality and sex among non-victims.

The area under the ROC curve of an auxiliary model, out of fold: 0.5 says that nothing can be told, 1 that everything can.
In one sample of 10,000 the largest of eight such figures is 0.02 to 0.04 above or below what it is in others, so it is the
mean over several.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import StratifiedKFold

from training.evaluation.comparison import placements

LEAST_MEMBERS = 100
MOST_CASES = 10_000
SAMPLES = 3
"""Apart from one another, of at most `MOST_CASES` each."""
MOST_GROUPS = 8
FOLDS = 3
TREES = 60
REASONS = 5
"""As many as an officer is shown."""

Floats = NDArray[np.float64]
Words = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class ProxyFigure:
    """How well one group is told from the rest.

    Attributes
    ----------
    told_by
        ``score``, or ``reasons``: the score with its five largest contributions, as an officer sees them.
    people
        Members of the group, of all samples.
    auc, low, high
        Out of fold, with a 95 % interval (DeLong, DeLong and Clarke-Pearson 1988), mean over the samples.
    auc_within_status
        The same predictions compared only between people of the same status of residence, and of landings with or without
        a visa alike: the officer holds both in hand, and both go with nationality.
    """

    attribute: str
    group: str
    told_by: str
    people: int
    auc: float
    low: float
    high: float
    auc_within_status: float


def audit_proxies(
    raw_score: Floats, contributions: Floats, groups: Mapping[str, Words], status: Words, rng: np.random.Generator
) -> list[ProxyFigure]:
    """Return a figure for each larger group of each attribute.

    Parameters
    ----------
    raw_score, contributions
        float64[n] and float64[n, f] of people who are no victims (in truth, or by interview where truth is unknown).
    groups, status
        Attribute to str[n], and str[n] (``like`` of the evaluation frame); the `MOST_GROUPS` largest groups with enough members are asked about.
    """
    number = min(max(round(len(raw_score) / MOST_CASES), 1), SAMPLES)
    size = min(len(raw_score) // number, MOST_CASES)
    samples = np.sort(rng.permutation(len(raw_score))[: number * size].reshape(number, size), axis=1)
    seed = int(rng.integers(2**31))
    shown = {"score": raw_score[:, None], "reasons": reasons_as_shown(raw_score, contributions)}
    return [
        _mean([_figure(attribute, group, told_by, one, status) for one in told])
        for attribute, labels in groups.items()
        for told_by, seen in shown.items()
        for group, told in _predicted(seen, labels, samples, seed).items()
    ]


def reasons_as_shown(raw_score: Floats, contributions: Floats) -> Floats:
    """Return float64[n, 1 + f]: the raw score, and of the contributions only the five largest of each case."""
    kept = contributions.copy()
    if kept.shape[1] > REASONS:
        limit = -np.partition(-np.abs(kept), REASONS - 1, axis=1)[:, REASONS - 1 : REASONS]
        kept[np.abs(kept) < limit] = 0.0
    return np.column_stack([raw_score, kept[:, np.abs(kept).max(axis=0) > 0]])


def auc_with_interval(own: NDArray[np.bool_], predicted: Floats) -> tuple[float, float, float]:
    """Return the AUC with its 95 % interval after DeLong, DeLong and Clarke-Pearson (1988); (0.5, 0, 1) if one-sided."""
    yes, no = predicted[own], predicted[~own]
    if len(yes) < 2 or len(no) < 2:
        return 0.5, 0.0, 1.0
    above, below = placements(yes, no)
    auc = float(above.mean())
    half = float(norm.ppf(0.975) * np.sqrt(above.var(ddof=1) / len(yes) + below.var(ddof=1) / len(no)))
    return auc, max(auc - half, 0.0), min(auc + half, 1.0)


def within_strata(own: NDArray[np.bool_], predicted: Floats, strata: Words) -> float:
    """Return the AUC over pairs of the same stratum only: each stratum's, weighted by its number of pairs."""
    total, pairs = 0.0, 0
    for stratum in np.unique(strata):
        here = strata == stratum
        count = int(own[here].sum()) * int((~own[here]).sum())
        if count:
            ranks = rankdata(predicted[here])
            members = int(own[here].sum())
            above = float(ranks[own[here]].sum() - members * (members + 1) / 2)
            total, pairs = total + above, pairs + count
    return total / pairs if pairs else 0.5


@dataclass(frozen=True, slots=True)
class _Told:
    """Of one sample: its rows, who is of the group, and how likely each seemed to be."""

    rows: NDArray[np.int64]
    own: NDArray[np.bool_]
    predicted: Floats


def _predicted(seen: Floats, labels: Words, samples: NDArray[np.int64], seed: int) -> dict[str, list[_Told]]:
    """Return what is told of each group in each sample."""
    large = _large(labels[samples], len(samples))
    found: dict[str, list[_Told]] = {group: [] for group in large}
    for number, rows in enumerate(samples):
        codes = np.full(len(rows), -1)
        for at, group in enumerate(large):
            codes[labels[rows] == group] = at
        predicted = _out_of_fold(seen[rows], codes, seed + number) if large else {}
        for at, group in enumerate(large):
            found[group].append(_Told(rows, codes == at, predicted[at]))
    return found


def _large(labels: Words, samples: int) -> list[str]:
    """Return the largest groups with enough members in every sample, and enough who are none."""
    names, counts = np.unique(labels, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MOST_GROUPS]
    fewest = {name: min(int((one == name).sum()) for one in labels) for name in names[order].tolist()}
    size = labels.size // samples
    large = [name for name, least in fewest.items() if LEAST_MEMBERS <= least <= size - LEAST_MEMBERS]
    return large[:1] if len(names) == 2 else large  # of two groups that make up everybody, one answers for both


def _figure(attribute: str, group: str, told_by: str, one: _Told, status: Words) -> ProxyFigure:
    return ProxyFigure(
        attribute, group, told_by, int(one.own.sum()), *auc_with_interval(one.own, one.predicted),
        within_strata(one.own, one.predicted, status[one.rows]),
    )  # fmt: skip


def _mean(figures: list[ProxyFigure]) -> ProxyFigure:
    """Return the mean figure of one group; samples apart from one another err apart from one another."""
    auc = float(np.mean([one.auc for one in figures]))
    half = float(np.sqrt(np.sum([((one.high - one.low) / 2) ** 2 for one in figures]))) / len(figures)
    return replace(
        figures[0],
        people=sum(one.people for one in figures),
        auc=auc,
        low=max(auc - half, 0.0),
        high=min(auc + half, 1.0),
        auc_within_status=float(np.mean([one.auc_within_status for one in figures])),
    )


def _out_of_fold(seen: Floats, codes: NDArray[np.int64], seed: int) -> dict[int, Floats]:
    """Return, for each group, how likely everybody seems to belong to it, judged by trees that have not seen them."""
    predicted = {int(code): np.zeros(len(codes)) for code in np.unique(codes)}
    for taught, asked in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(seen, codes):
        trees = ExtraTreesClassifier(TREES, min_samples_leaf=10, random_state=seed).fit(seen[taught], codes[taught])
        for at, code in enumerate(trees.classes_.tolist()):
            predicted[code][asked] = trees.predict_proba(seen[asked])[:, at]
    return predicted
