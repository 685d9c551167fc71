"""For whom does an interviewed case stand? Weights from the random arm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.labels import ALL_FILES, ARMS, Labels

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
CLIP = 200.0
"""No interviewed case stands for more cases than this; what clipping takes away is reported."""
RANDOM, TARGETED = ARMS.index("random"), ARMS.index("targeted")


@dataclass(frozen=True, slots=True)
class Weights:
    """How many cases each labelled case stands for.

    Attributes
    ----------
    weight
        float64[n]; 0 for unlabelled cases and for those that nobody sampled (later identifications).
    clipped
        How many weights were cut down to the limit.
    effective_size
        Kish's effective sample size of the random arm, ``sum(w)^2 / sum(w^2)``.
    population
        How many cases the weights speak for.
    without_probability
        How many random interviews are left out, as no probability between 0 and 1 is recorded with them.
    """

    weight: Floats
    clipped: int
    effective_size: float
    population: int
    without_probability: int = 0


def inverse_propensity(labels: Labels, rows: Mask | None = None, *, clip: float = CLIP) -> Weights:
    """Weigh labelled cases so that together they stand for all cases.

    A targeted case was looked at because of what it is and stands for itself. A case of the random arm was drawn with a
    known probability p and stands for 1/p cases. Referrals and later identifications were not sampled: the random arm
    stands for such people already, and they would count twice.

    For how many cases the random arm stands depends on where the lot was drawn. Let N cases be spoken of, T be chosen by
    officers, T_1 of them with indications, and let a lot *of all files* have found the weighted share s of indications.
    Then N s estimates everybody with indications without bias (Horvitz and Thompson 1952), those whom officers chose
    included. To give the T cases their own weight and the lot's cases the other N - T, as if the lot had met only those,
    gives T_1 + (N - T) s in expectation: too many by T_1 - T s, and officers choose so that this is large. So what
    officers found is taken out of what the lot says of the same finding: the lot's cases with indications together weigh
    N s - T_1, never less than their own number, and those without weigh what is left of N - T. All weights add up to N,
    and the weighted share of indications is s. A case with an interview of either kind counts as chosen. That a case of the lot
    would have been chosen, had the lot not drawn it, is not on record, so one more
    thing is assumed: that among people with the same finding, officers' choice and a ranking have nothing to do with each
    other. Where it fails, a share reached is off by f (1 - f) (r - q), if officers choose a share f of those concerned
    and a ranking reaches r of these and q of the others. `describe_population` assumes nothing of the kind, and is wider.

    Where the lot is small, "never less than their own number" binds often and pulls upwards. The weights compare rankings; how
    common exploitation is, only `describe_population` says.

    Parameters
    ----------
    rows
        bool[n]: the cases that are spoken of; all if None.
    """
    among = np.ones(len(labels.arm), dtype=bool) if rows is None else rows
    labelled = among & ~np.isnan(labels.positive)
    chosen = among & (labels.arm == TARGETED)
    lot = labelled & has_probability(labels)
    drawn = lot & ~chosen
    weight = np.zeros(len(labels.arm))
    told = np.sum(chosen & labelled)
    weight[chosen & labelled] = chosen.sum() / max(told, 1)
    one_in = np.zeros(len(weight))
    one_in[lot] = 1.0 / labels.inclusion[lot]
    clipped = int((one_in > clip).sum())
    one_in = np.minimum(one_in, clip)
    cut = one_in[drawn]
    others = float(among.sum() - chosen.sum())
    if len(cut):
        found = labels.positive[drawn] == 1.0
        share = cut * (others / cut.sum())
        if labels.lot == ALL_FILES and found.any() and not found.all():
            theirs = float((weight * chosen)[labels.positive == 1.0].sum())
            everybody = among.sum() * one_in[lot & (labels.positive == 1.0)].sum() / one_in.sum()
            positive = min(max(everybody - theirs, float(found.sum())), others)
            share = np.where(found, cut * positive / cut[found].sum(), cut * (others - positive) / cut[~found].sum())
        weight[drawn] = share
    size = effective_size(one_in[lot if labels.lot == ALL_FILES else drawn])
    return Weights(
        weight, clipped, size, int(among.sum()), int((among & labels.by_lot & ~has_probability(labels)).sum())
    )


def has_probability(labels: Labels) -> Mask:
    """Return bool[n]: whom the lot drew with a recorded probability. Without one a case stands for nobody knows how many."""
    return np.asarray(labels.by_lot & (labels.inclusion > 0.0) & (labels.inclusion <= 1.0))


def effective_size(weight: Floats) -> float:
    """Return Kish's effective sample size, ``sum(w)^2 / sum(w^2)``; 0 if there is no weight."""
    square = float((weight**2).sum())
    return float(weight.sum()) ** 2 / square if square > 0 else 0.0
