"""Which cases teach and which judge? Rolling cut-offs: what was known before teaches, all cases afterwards judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from training.data.labels import DAY_US, Findings, Labels

LEAST_POSITIVE, LEAST_NEGATIVE = 5, 10
FOLDS = 3
_CUTS = (0.8, 0.7, 0.6, 0.5)
_CALIBRATE_SHARES = (0.25, 0.35, 0.5)

Ints = NDArray[np.int64]


class TooFewLabels(Exception):
    """Raised when there is not enough to learn from; says how much there is and how much is needed."""


@dataclass(frozen=True, slots=True)
class Split:
    """One cut-off.

    Attributes
    ----------
    cutoff_us, until_us
        Training uses what was recorded before the cut-off; all cases in ``[cutoff, until)`` judge.
    fit, calibrate
        int64 rows of labelled cases; between the two, and between them and the cut-off, lies the label window.
    judge
        int64 rows of every case judged afterwards, labelled or not, whose label window is over.
    labels
        As known at the cut-off: what training may read.
    gap_days
        The label window.
    apart
        ``time``, ``person`` or ``ring``: what no training row shares with a judging row.
    dropped
        Training rows left out because they do.
    shared
        int64 rows of all cases of such a person or ring, with a label or without: no part of the teaching may hold one.
    """

    cutoff_us: int
    until_us: int
    fit: Ints
    calibrate: Ints
    judge: Ints
    labels: Labels
    gap_days: float
    apart: str = "time"
    dropped: int = 0
    shared: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def of(self, cases: Ints) -> Split:
        """Return the same split with cases numbered by their place among ``cases``, ascending, which hold all its parts."""
        fit, calibrate, judge = (np.searchsorted(cases, rows) for rows in (self.fit, self.calibrate, self.judge))
        shared = np.flatnonzero(np.isin(cases, self.shared))
        return replace(self, fit=fit, calibrate=calibrate, judge=judge, labels=self.labels.of(cases), shared=shared)


def last_split(found: Findings) -> Split:
    """Return the split of the model that is shipped: the latest cut-off with enough findings on each side.

    Raises
    ------
    TooFewLabels
        If no cut-off has them.
    """
    final = final_labels(found)
    times = _labelled_times(found, final)
    for share in _CUTS:
        split = None if not len(times) else _split(found, *_between(found, times, share, 1.0))
        if split is not None and _enough(final.positive[split.judge]):
            return split
    yes, no = final.counts["positive"], final.counts["negative"]
    raise TooFewLabels(
        f"{yes} positive and {no} negative findings are known so far; three parts in order of time, {found.window_us() / DAY_US:.0f} "
        f"days apart, to teach, to calibrate and to judge, each need {LEAST_POSITIVE} positive and {LEAST_NEGATIVE} negative ones"
        f"{_nearest(found, final, times)}. Records of a longer time or with more interviews have them; of a synthetic world, "
        "one of more --applications"
    )


def rolling(found: Findings, folds: int = FOLDS) -> list[Split]:
    """Return splits at rolling cut-offs, earliest first; the last is `last_split`. Cut-offs with too few findings are left out."""
    last = last_split(found)
    final = final_labels(found)
    times = _labelled_times(found, final)
    at = float(np.searchsorted(times, last.cutoff_us) / len(times))
    edges = [at - (1 - at) * number for number in range(folds - 1, 0, -1)] + [at]
    earlier = [_split(found, *_between(found, times, start, end)) for start, end in pairwise(edges) if start > 0]
    return [split for split in earlier if split is not None] + [last]


def final_labels(found: Findings) -> Labels:
    """Return the labels by which every split is judged: all that is known, where the label window is over."""
    return found.known_before(found.last_known_at(), window_us=found.window_us())


def kept_apart(split: Split, groups: Ints, apart: str) -> Split:
    """Leave out training rows that share a person or ring with a judging row, and name all cases that do.

    Parameters
    ----------
    groups
        int64[n]: the person or ring of each case; -1 for none.
    """
    judged = np.unique(groups[split.judge])
    judged = judged[judged >= 0]
    fit = split.fit[~np.isin(groups[split.fit], judged)]
    calibrate = split.calibrate[~np.isin(groups[split.calibrate], judged)]
    dropped = len(split.fit) + len(split.calibrate) - len(fit) - len(calibrate)
    shared = np.flatnonzero(np.isin(groups, judged))
    return replace(split, fit=fit, calibrate=calibrate, apart=apart, dropped=dropped, shared=shared)


def teaches(split: Split) -> bool:
    """Whether both training parts have enough findings of either kind."""
    positive = split.labels.positive
    return _enough(positive[split.fit]) and _enough(positive[split.calibrate])


def _labelled_times(found: Findings, final: Labels) -> Ints:
    return np.sort(found.as_of[~np.isnan(final.positive)])


def _between(found: Findings, times: Ints, start: float, end: float) -> tuple[int, int]:
    until = found.last_known_at() - found.window_us() if end >= 1.0 else int(times[int(end * len(times))])
    return int(times[min(int(start * len(times)), len(times) - 1)]), until


def _split(found: Findings, cutoff_us: int, until_us: int) -> Split | None:
    return next((split for split in _splits(found, cutoff_us, until_us) if teaches(split)), None)


def _splits(found: Findings, cutoff_us: int, until_us: int) -> Iterator[Split]:
    """Yield the ways to part what is known at a cut-off, whether or not each part has enough."""
    gap = found.window_us()
    labels = found.known_before(cutoff_us, window_us=gap)
    rows = np.flatnonzero(~np.isnan(labels.positive))
    rows = rows[np.argsort(found.as_of[rows], kind="stable")]
    judge = np.flatnonzero((found.as_of >= cutoff_us) & (found.as_of < until_us))
    for share in _CALIBRATE_SHARES:
        start = int(len(rows) * (1 - share))
        if not 0 < start < len(rows):
            return
        calibrate = rows[start:]
        fit = rows[:start]
        fit = fit[found.as_of[fit] < found.as_of[calibrate[0]] - gap]
        yield Split(cutoff_us, until_us, fit, calibrate, judge, labels, gap / DAY_US)


def _nearest(found: Findings, final: Labels, times: Ints) -> str:
    """Say which parts lack findings at the cut-off that lacks least; nothing where nothing can be parted."""
    tried = []
    for share in _CUTS if len(times) else ():
        for split in _splits(found, *_between(found, times, share, 1.0)):
            own = split.labels.positive
            held = {"teach": own[split.fit], "calibrate": own[split.calibrate], "judge": final.positive[split.judge]}
            tried.append({name: (int((one == 1).sum()), int((one == 0).sum())) for name, one in held.items()})
    if not tried:
        return ""

    def reached(parts: dict[str, tuple[int, int]]) -> float:
        return sum(min(yes / LEAST_POSITIVE, 1) + min(no / LEAST_NEGATIVE, 1) for yes, no in parts.values())

    nearest = max(tried, key=reached).items()
    lacking = [
        f"{yes} positive and {no} negative to {name}"
        for name, (yes, no) in nearest
        if yes < LEAST_POSITIVE or no < LEAST_NEGATIVE
    ]
    return f", and at the nearest cut-off there are {', '.join(lacking)}"


def _enough(positive: NDArray[np.float64]) -> bool:
    known = positive[~np.isnan(positive)]
    yes = int(known.sum())
    return yes >= LEAST_POSITIVE and len(known) - yes >= LEAST_NEGATIVE
