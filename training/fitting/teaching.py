"""With which cases and weights is a model taught? Interviewed ones, alone or before a background of the others."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.data.labels import ARMS
from training.data.selection import has_probability, inverse_propensity
from training.data.splits import Split

BACKGROUND, LEVELLED, INTERVIEWED, WEIGHTED, EVERYBODY = (
    "background", "routes-levelled", "interviewed", "inverse-propensity", "everybody",
)  # fmt: skip
SCHEMES = (BACKGROUND, LEVELLED, INTERVIEWED, WEIGHTED, EVERYBODY)
"""What a model is taught with; `mimamori train --report` measures all of them side by side."""
USUAL = {"visa": BACKGROUND, "entry": LEVELLED}
"""What each subject is taught with unless asked otherwise. Only among landings do routes, with a visa or without, tell a
nationality; among visa applications levelling gains nothing and costs people where routes differ in truth."""
BACKGROUND_CASES = 60_000
"""Cases without a label that stand for the ordinary; more made no difference and take time."""
SUSPECTED = 0.3
"""How much indications of one interview count beside a person identified, referred or found later: few are borne out."""
LEVELLING = 0.5
"""How far findings are levelled between routes: 0 leaves them as found, at 1 all routes weigh alike. Where routes differ in
truth, all of it costs more than half of the people reached; half of it costs none, and a score tells hardly more of nationality."""
MOST_LEVELLED = 4.0
"""Levelled whole, the findings of a route would count at most so many times more, or less; more would follow single people."""
TEACHING_CLIP = 20.0
"""A heavier case would make the trees follow single people."""
NOBODY = ARMS.index("none")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a matrix with what was found in them (1 or 0) and how much each counts."""

    rows: Ints
    positive: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Taught:
    """What the trees are grown on, and what turns their raw scores into chances.

    Attributes
    ----------
    fit
        Grows the trees that are calibrated on later cases, which they have not seen.
    whole
        Grows the trees that are kept: those cases and the later ones, which tell of the rings of today.
    calibrate
        The later cases, with weights that stand for all.
    for_all
        Whether the calibrating weights stand for all cases; False where no random interview fell into that part.
    """

    fit: Part
    whole: Part
    calibrate: Part
    for_all: bool

    def of(self, cases: Ints) -> Taught:
        """Return the same with rows numbered by their place among ``cases``, ascending, which hold all of them."""
        fit, whole, calibrate = (
            replace(part, rows=np.searchsorted(cases, part.rows)) for part in (self.fit, self.whole, self.calibrate)
        )
        return Taught(fit, whole, calibrate, self.for_all)


def taught(split: Split, as_of: Ints, scheme: str = BACKGROUND) -> Taught:
    """Choose rows and weights.

    Parameters
    ----------
    scheme
        ``background``: labelled cases, in which indications alone count less than a person identified, and up to 60,000
        others spread over their time, as if nothing had been found. ``routes-levelled``: the same, with findings weighing
        more alike by each route (`levelled`). ``interviewed``: labelled cases, all alike. ``inverse-propensity``: labelled cases
        by what they stand for, at most 20 times the lightest. ``everybody``: cases without a label as well, as if nothing
        had been found; later findings may contradict that, and whoever was not looked at looks harmless.
    """
    labels = split.labels
    known = ~np.isnan(labels.positive[split.calibrate])
    rows = split.calibrate[known]
    weight = inverse_propensity(labels, _span(as_of, rows)).weight[rows]
    for_all = bool((has_probability(labels)[rows] & (weight > 0)).any())
    return Taught(
        _part(split.fit, split, as_of, scheme),
        _part(np.concatenate([split.fit, split.calibrate]), split, as_of, scheme),
        Part(rows, labels.positive[rows], weight if for_all else np.ones(len(rows))),
        for_all,
    )


def _part(rows: Ints, split: Split, as_of: Ints, scheme: str) -> Part:
    labels = split.labels
    weight = np.ones(len(rows))
    if scheme == WEIGHTED:
        found = inverse_propensity(labels, _span(as_of, rows)).weight[rows]
        lightest = found[found > 0].min(initial=1.0)
        weight = np.clip(found / lightest, 1.0, TEACHING_CLIP)
    if scheme in {BACKGROUND, LEVELLED, EVERYBODY}:
        unknown = np.isnan(labels.positive) & _span(as_of, rows)
        if scheme != EVERYBODY:
            # whoever was interviewed without a clear answer is not the ordinary
            unknown &= labels.arm == NOBODY
        # whoever belongs to a judged person or ring teaches nothing, not even that nothing was found
        unknown[split.shared] = False
        others = np.flatnonzero(unknown)
        if scheme != EVERYBODY and len(others) > BACKGROUND_CASES:
            others = others[np.linspace(0, len(others) - 1, BACKGROUND_CASES).astype(np.int64)]
        rows = np.sort(np.concatenate([rows, others]))
        weight = np.ones(len(rows))
        if scheme != EVERYBODY and labels.confirmed is not None:
            weight[(labels.positive[rows] == 1.0) & ~labels.confirmed[rows]] = SUSPECTED
    positive = np.nan_to_num(labels.positive[rows], nan=0.0)
    if scheme == LEVELLED and labels.route is not None:
        weight = levelled(positive, weight, labels.route[rows])
    return Part(rows, positive, weight / weight.mean())


def levelled(positive: Floats, weight: Floats, route: Ints) -> Floats:
    """Let findings weigh more alike beside other cases by every route (reweighing; Kamiran and Calders 2012, by half).

    Routes go with nationalities. Where more is found by one, be it that officers look there more, the trees would learn the
    route, and the score would tell where somebody comes from.

    Parameters
    ----------
    positive, weight, route
        float64[n] of 1 or 0, float64[n], and int64[n]. A route by which nothing was found keeps its weights.
    """
    out = weight.copy()
    odds = float((weight * positive).sum() / max((weight * (1 - positive)).sum(), 1e-9))
    for one in np.unique(route[positive == 1.0]).tolist():
        here = route == one
        found = here & (positive == 1.0)
        factor = odds * weight[here & ~found].sum() / weight[found].sum()
        out[found] *= np.clip(factor, 1 / MOST_LEVELLED, MOST_LEVELLED) ** LEVELLING
    return out


def _span(as_of: Ints, rows: Ints) -> NDArray[np.bool_]:
    return (as_of >= as_of[rows].min()) & (as_of <= as_of[rows].max())
