"""Which cases train and which evaluate a model? Rolling cut-offs: what was known before trains, all later cases evaluate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from features.arrays import Floats, Ints
from features.tables.times import DAY_US
from training.labels.labels import Labels, Outcomes

MIN_POSITIVE, MIN_NEGATIVE = 5, 10
FOLDS = 3
_CUTS = (0.8, 0.7, 0.6, 0.5)
_CALIBRATE_SHARES = (0.25, 0.35, 0.5)


class TooFewLabels(Exception):
    """Raised when labels are too few for training; states their number and the number needed."""


class NothingToEvaluate(Exception):
    """Raised when a folder has no case for an evaluation; names the folder and its need."""


@dataclass(frozen=True, slots=True)
class Split:
    """A cut-off and its parts.

    Attributes
    ----------
    cutoff_us, until_us
        Training uses what was recorded before the cut-off; all cases in ``[cutoff, until)`` evaluate.
    fit, calibrate
        int64 rows of labelled cases; the label window lies between the two, and between them and the cut-off.
    evaluation
        int64 rows of every later case whose label window is over, labelled or not.
    labels
        As known at the cut-off: all that training may read.
    gap_days
        The label window.
    separation
        ``time``, ``person`` or ``ring``: what no training row shares with an evaluation row.
    dropped
        Number of training rows removed for that.
    shared
        int64 rows of all cases of such a person or ring: none of them may be a training row.
    """

    cutoff_us: int
    until_us: int
    fit: Ints
    calibrate: Ints
    evaluation: Ints
    labels: Labels
    gap_days: float
    separation: str = "time"
    dropped: int = 0
    shared: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def prior_alone(self) -> bool:
        """Whether labels are too few to train: the prior scores alone."""
        return not len(self.fit)

    def of(self, cases: Ints) -> Split:
        """The split with cases renumbered by their position in ``cases``, int64 ascending, which contain all its parts."""
        parts = (np.searchsorted(cases, rows) for rows in (self.fit, self.calibrate, self.evaluation))
        fit, calibrate, evaluation = parts
        shared, labels = np.flatnonzero(np.isin(cases, self.shared)), self.labels.of(cases)
        return replace(self, fit=fit, calibrate=calibrate, evaluation=evaluation, labels=labels, shared=shared)


def last_split(outcomes: Outcomes) -> Split:
    """Split of the model that is shipped: the latest cut-off with enough labels on each side.

    Raises
    ------
    TooFewLabels
        If no cut-off has them.
    """
    final = final_labels(outcomes)
    times = _labelled_times(outcomes, final)
    for share in _CUTS if len(times) else ():
        split = _split(outcomes, *_between(outcomes, times, share, 1.0))
        if split is not None and _enough(final.positive[split.evaluation]):
            return split
    raise TooFewLabels(
        f"{final.counts['positive']} positive and {final.counts['negative']} negative labels are known; fit, calibration and "
        f"evaluation, {outcomes.window_us() / DAY_US:.0f} days apart, each need {MIN_POSITIVE} positive and {MIN_NEGATIVE} "
        f"negative{_nearest(outcomes, final, times)}. Take records of a longer time or with more interviews; of a synthetic "
        "world, more --applications"
    )


def training_split(outcomes: Outcomes, *, prior: bool, labels: bool = True) -> Split:
    """Split of the model that is shipped; with a prior and too few labels, or no use for them, one that trains nothing.

    Raises
    ------
    TooFewLabels
        If labels are too few, or unwanted, and there is no prior.
    NothingToEvaluate
        If all cases have the same time.
    """
    if not labels and not prior:
        raise TooFewLabels("without labels and without a prior nothing can score; `mimamori prior` makes a prior")
    if labels:
        try:
            return last_split(outcomes)
        except TooFewLabels:
            if not prior:
                raise
    return _split_without_training(outcomes)


def rolling_splits(outcomes: Outcomes, folds: int = FOLDS) -> list[Split]:
    """Splits at rolling cut-offs with enough labels, earliest first; the last is `last_split`."""
    last = last_split(outcomes)
    times = _labelled_times(outcomes, final_labels(outcomes))
    at = float(np.searchsorted(times, last.cutoff_us) / len(times))
    edges = [at - (1 - at) * number for number in range(folds - 1, 0, -1)] + [at]
    earlier = [_split(outcomes, *_between(outcomes, times, start, end)) for start, end in pairwise(edges) if start > 0]
    return [split for split in earlier if split is not None] + [last]


def final_labels(outcomes: Outcomes) -> Labels:
    """Labels that evaluate every split: all that is known, where the label window is over."""
    return outcomes.known_before(outcomes.last_known_at(), window_us=outcomes.window_us())


def without_shared_groups(split: Split, groups: Ints, separation: str) -> Split:
    """The split without training rows that share a person or ring, int64[n] (-1 for none), with an evaluation row."""
    evaluated = np.unique(groups[split.evaluation])
    shared = np.isin(groups, evaluated[evaluated >= 0])
    fit, calibrate = (rows[~shared[rows]] for rows in (split.fit, split.calibrate))
    dropped = len(split.fit) + len(split.calibrate) - len(fit) - len(calibrate)
    return replace(
        split, fit=fit, calibrate=calibrate, separation=separation, dropped=dropped, shared=np.flatnonzero(shared)
    )


def is_trainable(split: Split) -> bool:
    """Whether both training parts have enough labels of either kind."""
    positive = split.labels.positive
    return _enough(positive[split.fit]) and _enough(positive[split.calibrate])


def _labelled_times(outcomes: Outcomes, final: Labels) -> Ints:
    return np.sort(outcomes.as_of[~np.isnan(final.positive)])


def _between(outcomes: Outcomes, times: Ints, start: float, end: float) -> tuple[int, int]:
    until = outcomes.last_known_at() - outcomes.window_us() if end >= 1.0 else int(times[int(end * len(times))])
    return int(times[min(int(start * len(times)), len(times) - 1)]), until


def _split(outcomes: Outcomes, cutoff_us: int, until_us: int) -> Split | None:
    return next((split for split in _splits(outcomes, cutoff_us, until_us) if is_trainable(split)), None)


def _splits(outcomes: Outcomes, cutoff_us: int, until_us: int) -> Iterator[Split]:
    """Splits of what is known at a cut-off, whether or not each part has enough labels."""
    gap = outcomes.window_us()
    labels = outcomes.known_before(cutoff_us, window_us=gap)
    rows = np.flatnonzero(~np.isnan(labels.positive))
    rows = rows[np.argsort(outcomes.as_of[rows], kind="stable")]
    evaluation = np.flatnonzero((outcomes.as_of >= cutoff_us) & (outcomes.as_of < until_us))
    for share in _CALIBRATE_SHARES:
        start = int(len(rows) * (1 - share))
        if not 0 < start < len(rows):
            return
        fit, calibrate = rows[:start], rows[start:]
        fit = fit[outcomes.as_of[fit] < outcomes.as_of[calibrate[0]] - gap]
        yield Split(cutoff_us, until_us, fit, calibrate, evaluation, labels, gap / DAY_US)


def _split_without_training(outcomes: Outcomes) -> Split:
    """Labels of the first half of the cases may calibrate the prior, later cases evaluate it."""
    as_of, gap = outcomes.as_of, outcomes.window_us()
    cutoff_us = int(np.median(as_of)) if len(as_of) else 0
    if not (as_of < cutoff_us).any():
        raise NothingToEvaluate(f"{len(as_of):,} cases; the prior alone needs cases before and after a cut-off")
    until_us = outcomes.last_known_at() - gap
    if not ((as_of >= cutoff_us) & (as_of < until_us)).any():
        until_us = int(as_of.max()) + 1  # interviews ended early: later cases still show how the score spreads
    labels = outcomes.known_before(cutoff_us, window_us=gap)
    calibrate = np.flatnonzero(~np.isnan(labels.positive))
    evaluation = np.flatnonzero((as_of >= cutoff_us) & (as_of < until_us))
    return Split(cutoff_us, until_us, np.empty(0, dtype=np.int64), calibrate, evaluation, labels, gap / DAY_US)


def _nearest(outcomes: Outcomes, final: Labels, times: Ints) -> str:
    """Parts without enough labels at the cut-off that lacks the fewest, as words; empty without any split."""
    candidates = []
    for share in _CUTS if len(times) else ():
        for split in _splits(outcomes, *_between(outcomes, times, share, 1.0)):
            known = split.labels.positive
            parts = {
                "fit": known[split.fit],
                "calibrate": known[split.calibrate],
                "evaluate": final.positive[split.evaluation],
            }
            candidates.append({name: _classes(part) for name, part in parts.items()})
    if not candidates:
        return ""

    def completeness(parts: dict[str, tuple[int, int]]) -> float:
        return sum(min(yes / MIN_POSITIVE, 1) + min(no / MIN_NEGATIVE, 1) for yes, no in parts.values())

    lacking = [
        f"{yes} positive and {no} negative to {name}"
        for name, (yes, no) in max(candidates, key=completeness).items()
        if yes < MIN_POSITIVE or no < MIN_NEGATIVE
    ]
    return f", and the nearest cut-off has {', '.join(lacking)}"


def _classes(positive: Floats) -> tuple[int, int]:
    return int((positive == 1).sum()), int((positive == 0).sum())


def _enough(positive: Floats) -> bool:
    yes, no = _classes(positive)
    return yes >= MIN_POSITIVE and no >= MIN_NEGATIVE
