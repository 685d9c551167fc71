"""Do score and reasons reveal excluded attributes? The AUC at which they predict nationality and sex among non-victims.

Out of fold, by an auxiliary model: 0.5 reveals nothing, 1 everything. In a single sample of 10,000 the largest of eight such
figures varies by 0.02 to 0.04, so the figure is a mean over several samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import StratifiedKFold

from features.arrays import Bools, Floats, Ints
from training.evaluation.comparison import placements

MIN_MEMBERS = 100
MAX_CASES = 10_000
SAMPLES = 3
"""Disjoint samples of at most `MAX_CASES` each."""
MAX_GROUPS = 8
FOLDS = 3
TREES = 60
REASONS = 5
"""Number of reasons that an officer sees."""

Words = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class ProxyFigure:
    """AUC of a group against the rest.

    Attributes
    ----------
    source
        ``score``, or ``reasons``: the score with its five largest contributions.
    people
        Members of the group in all samples.
    auc, low, high
        Out of fold, with a 95 % interval (DeLong, DeLong and Clarke-Pearson 1988), mean over the samples.
    auc_within_status
        The same between people of the same stratum: officers know the status and the visa anyway.
    """

    attribute: str
    group: str
    source: str
    people: int
    auc: float
    low: float
    high: float
    auc_within_status: float


def audit_proxies(
    raw_score: Floats, contributions: Floats, groups: Mapping[str, Words], status: Words, rng: np.random.Generator
) -> list[ProxyFigure]:
    """Figures of the larger groups of each attribute.

    Parameters
    ----------
    raw_score, contributions
        float64[n] and float64[n, f] of non-victims (by truth, or by interview where truth is unknown).
    groups, status
        Attribute to str[n], and str[n] (``stratum`` of the evaluation frame).
    """
    number = min(max(round(len(raw_score) / MAX_CASES), 1), SAMPLES)
    size = min(len(raw_score) // number, MAX_CASES)
    samples = np.sort(rng.permutation(len(raw_score))[: number * size].reshape(number, size), axis=1)
    seed = int(rng.integers(2**31))
    inputs = {"score": raw_score[:, None], "reasons": reasons_as_shown(raw_score, contributions)}
    return [
        _mean([_figure(attribute, group, source, sample, status) for sample in predictions])
        for attribute, labels in groups.items()
        for source, columns in inputs.items()
        for group, predictions in _predictions(columns, labels, samples, seed).items()
    ]


def reasons_as_shown(raw_score: Floats, contributions: Floats) -> Floats:
    """Raw score and the five largest contributions of each case, others 0, float64[n, 1 + f]."""
    kept = contributions.copy()
    if kept.shape[1] > REASONS:
        limit = -np.partition(-np.abs(kept), REASONS - 1, axis=1)[:, REASONS - 1 : REASONS]
        kept[np.abs(kept) < limit] = 0.0
    return np.column_stack([raw_score, kept[:, np.abs(kept).max(axis=0, initial=0.0) > 0]])


def auc_with_interval(own: Bools, predicted: Floats) -> tuple[float, float, float]:
    """AUC with its 95 % interval after DeLong, DeLong and Clarke-Pearson (1988); (0.5, 0, 1) without both classes."""
    yes, no = predicted[own], predicted[~own]
    if len(yes) < 2 or len(no) < 2:
        return 0.5, 0.0, 1.0
    above, below = placements(yes, no)
    auc = float(above.mean())
    half = float(norm.ppf(0.975) * np.sqrt(above.var(ddof=1) / len(yes) + below.var(ddof=1) / len(no)))
    return auc, max(auc - half, 0.0), min(auc + half, 1.0)


def within_strata(own: Bools, predicted: Floats, strata: Words) -> float:
    """AUC over pairs of the same stratum, weighted by their number; 0.5 without pairs."""
    total, pairs = 0.0, 0
    for stratum in np.unique(strata):
        here = strata == stratum
        count = int((own & here).sum()) * int((~own & here).sum())
        if count:
            total += float(placements(predicted[own & here], predicted[~own & here])[0].mean()) * count
            pairs += count
    return total / pairs if pairs else 0.5


@dataclass(frozen=True, slots=True)
class _Prediction:
    """Of a sample: its rows, members of the group, and their predicted probability."""

    rows: Ints
    own: Bools
    predicted: Floats


def _predictions(columns: Floats, labels: Words, samples: Ints, seed: int) -> dict[str, list[_Prediction]]:
    """Predictions of each large group in each sample."""
    large = _large_groups(labels[samples], len(samples))
    predictions: dict[str, list[_Prediction]] = {group: [] for group in large}
    for number, rows in enumerate(samples if large else ()):
        codes = np.full(len(rows), -1)
        for at, group in enumerate(large):
            codes[labels[rows] == group] = at
        predicted = _out_of_fold(columns[rows], codes, seed + number)
        for at, group in enumerate(large):
            predictions[group].append(_Prediction(rows, codes == at, predicted[at]))
    return predictions


def _large_groups(labels: Words, samples: int) -> list[str]:
    """Largest groups with enough members, and enough others, in every sample."""
    names, counts = np.unique(labels, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MAX_GROUPS]
    fewest = {name: min(int((sample == name).sum()) for sample in labels) for name in names[order].tolist()}
    size = labels.size // samples
    large = [name for name, members in fewest.items() if MIN_MEMBERS <= members <= size - MIN_MEMBERS]
    return large[:1] if len(names) == 2 else large  # of two groups, the first has the figure of both


def _figure(attribute: str, group: str, source: str, sample: _Prediction, status: Words) -> ProxyFigure:
    within = within_strata(sample.own, sample.predicted, status[sample.rows])
    auc = auc_with_interval(sample.own, sample.predicted)
    return ProxyFigure(attribute, group, source, int(sample.own.sum()), *auc, within)


def _mean(figures: list[ProxyFigure]) -> ProxyFigure:
    """Mean figure of disjoint samples, whose errors are independent."""
    auc = float(np.mean([figure.auc for figure in figures]))
    half = float(np.sqrt(np.sum([((figure.high - figure.low) / 2) ** 2 for figure in figures]))) / len(figures)
    return replace(
        figures[0], people=sum(figure.people for figure in figures), auc=auc, low=max(auc - half, 0.0),
        high=min(auc + half, 1.0), auc_within_status=float(np.mean([figure.auc_within_status for figure in figures])),
    )  # fmt: skip


def _out_of_fold(columns: Floats, codes: Ints, seed: int) -> dict[int, Floats]:
    """Predicted probability of each group for every row, by trees fitted on the other folds."""
    predicted = {int(code): np.zeros(len(codes)) for code in np.unique(codes)}
    for fit, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(columns, codes):
        trees = ExtraTreesClassifier(TREES, min_samples_leaf=10, random_state=seed).fit(columns[fit], codes[fit])
        for at, code in enumerate(trees.classes_.tolist()):
            predicted[code][test] = trees.predict_proba(columns[test])[:, at]
    return predicted
