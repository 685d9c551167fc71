"""Which rows train a model, with which weights? Sampling schemes: interviewed cases, alone or before a background of others."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from features.arrays import Bools, Floats, Ints
from training.labels.labels import ARMS, FOREVER
from training.labels.splits import Split
from training.sampling.weights import inverse_propensity

BACKGROUND, REWEIGHTED, INTERVIEWED_ONLY, INVERSE_PROPENSITY, ALL_CASES = (
    "background", "reweighted-by-route", "interviewed-only", "inverse-propensity", "all-cases",
)  # fmt: skip
SAMPLING_SCHEMES = (BACKGROUND, REWEIGHTED, INTERVIEWED_ONLY, INVERSE_PROPENSITY, ALL_CASES)
"""`mimamori train --report` evaluates all of them."""
DEFAULT_SCHEMES = {"visa": BACKGROUND, "entry": REWEIGHTED}
"""Only among landings do routes, with a visa or without, reveal a nationality; among visa applications reweighting gains
nothing and loses positives where routes truly differ."""
BACKGROUND_CASES = 60_000
"""Upper limit of unlabelled background cases; more made no difference."""
INDICATION_WEIGHT = 0.3
"""Weight of indications of a single interview beside a confirmed positive."""
REWEIGHTING_EXPONENT = 0.5
"""0 leaves positives unweighted, 1 equalises routes. Where routes truly differ 1 loses half of the recall, 0.5 none."""
MAX_REWEIGHTING = 4.0
"""Upper limit of a route's factor before the exponent; more would fit single people."""
WEIGHT_CLIP = 20.0
"""Upper limit of a weight relative to the lightest; a heavier case would make the trees fit single people."""
UNINTERVIEWED = ARMS.index("none")
_WITH_OTHERS = {BACKGROUND, REWEIGHTED, ALL_CASES}


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """Rows of a matrix with their label (1 or 0) and weight."""

    rows: Ints
    positive: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class TrainingSample:
    """Training rows of a model and of its calibration.

    Attributes
    ----------
    fit
        For the trees that are calibrated on later cases.
    full
        For the trees that are shipped: ``fit`` and the later cases.
    calibrate
        The later labelled cases, weighted to all cases.
    represents_all
        Whether calibration weights represent all cases; False without a random interview among them.
    """

    fit: TrainingRows
    full: TrainingRows
    calibrate: TrainingRows
    represents_all: bool

    def of(self, cases: Ints) -> TrainingSample:
        """The sample with rows renumbered by their position in ``cases``, int64 ascending, which contain all of them."""
        parts = (self.fit, self.full, self.calibrate)
        fit, full, calibrate = (replace(part, rows=np.searchsorted(cases, part.rows)) for part in parts)
        return TrainingSample(fit, full, calibrate, self.represents_all)


def training_sample(split: Split, as_of: Ints, scheme: str = BACKGROUND) -> TrainingSample:
    """Training rows and weights of a split.

    Parameters
    ----------
    scheme
        ``background``: labelled cases, indications alone with less weight than confirmed positives, and up to 60,000
        cases without an interview as negatives. ``reweighted-by-route``: the same, with positives `reweighted_by_route`.
        ``interviewed-only``: labelled cases with equal weight. ``inverse-propensity``: labelled cases weighted by the cases
        they represent, at most 20 times the lightest. ``all-cases``: unlabelled cases as negatives too; later outcomes may
        contradict that.
    """
    labels = split.labels
    rows = split.calibrate[~np.isnan(labels.positive[split.calibrate])]
    weight = inverse_propensity(labels, _span(as_of, rows)).weight[rows]
    represents_all = bool((labels.in_random_sample[rows] & (weight > 0)).any())
    parts = (split.fit, np.concatenate([split.fit, split.calibrate]))
    fit, full = (
        _background_alone(split, as_of) if split.prior_alone else _training_rows(part, split, as_of, scheme)
        for part in parts
    )
    calibrate = TrainingRows(rows, labels.positive[rows], weight if represents_all else np.ones(len(rows)))
    return TrainingSample(fit, full, calibrate, represents_all)


def _background_alone(split: Split, as_of: Ints) -> TrainingRows:
    """Cases before the cut-off, whatever their label: nothing is trained on them, they show what is usual."""
    rows = _spread(np.flatnonzero(as_of < split.cutoff_us))
    return TrainingRows(rows, np.zeros(len(rows)), np.ones(len(rows)))


def _training_rows(rows: Ints, split: Split, as_of: Ints, scheme: str) -> TrainingRows:
    labels = split.labels
    weight = np.ones(len(rows))
    if scheme == INVERSE_PROPENSITY:
        represented = inverse_propensity(labels, _span(as_of, rows)).weight[rows]
        weight = np.clip(represented / represented[represented > 0].min(initial=1.0), 1.0, WEIGHT_CLIP)
    if scheme in _WITH_OTHERS:
        rows = np.sort(np.concatenate([rows, _unlabelled(rows, split, as_of, scheme)]))
        weight = np.ones(len(rows))
        if scheme != ALL_CASES and labels.confirmed is not None:
            weight[(labels.positive[rows] == 1.0) & ~labels.confirmed[rows]] = INDICATION_WEIGHT
    positive = np.nan_to_num(labels.positive[rows], nan=0.0)
    if scheme == REWEIGHTED and labels.route is not None:
        weight = reweighted_by_route(positive, weight, labels.route[rows])
    return TrainingRows(rows, positive, weight / weight.mean())


def _unlabelled(rows: Ints, split: Split, as_of: Ints, scheme: str) -> Ints:
    """Unlabelled cases of the time of ``rows`` that serve as negatives."""
    labels = split.labels
    unlabelled = np.isnan(labels.positive) & _span(as_of, rows)
    if scheme != ALL_CASES:
        unlabelled &= labels.arm == UNINTERVIEWED  # an inconclusive interview is no background
    unlabelled[split.shared] = (
        False  # nothing about a person or ring of the evaluation, not even that it was unlabelled
    )
    others = np.flatnonzero(unlabelled)
    return others if scheme == ALL_CASES else _spread(others)


def _spread(rows: Ints) -> Ints:
    """Up to `BACKGROUND_CASES` of the rows, evenly spread."""
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), BACKGROUND_CASES)).astype(np.int64)]


def reweighted_by_route(positive: Floats, weight: Floats, route: Ints) -> Floats:
    """Weights, float64[n], with positives nearer to the same odds on every route (reweighing, Kamiran and Calders 2012).

    Routes correlate with nationalities. Where a route has more positives, perhaps because officers choose it more, the
    trees would learn the route, and the score would reveal a nationality.

    Parameters
    ----------
    positive, weight, route
        float64[n] of 1 or 0, float64[n], and int64[n]. A route without positives keeps its weights.
    """
    out = weight.copy()
    odds = float((weight * positive).sum() / max((weight * (1 - positive)).sum(), 1e-9))
    for number in np.unique(route[positive == 1.0]).tolist():
        here = route == number
        hits = here & (positive == 1.0)
        factor = odds * weight[here & ~hits].sum() / weight[hits].sum()
        out[hits] *= np.clip(factor, 1 / MAX_REWEIGHTING, MAX_REWEIGHTING) ** REWEIGHTING_EXPONENT
    return out


def _span(as_of: Ints, rows: Ints) -> Bools:
    return (as_of >= as_of[rows].min(initial=FOREVER)) & (as_of <= as_of[rows].max(initial=0))
