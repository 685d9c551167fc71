"""How many cases does an interviewed case represent? Inverse-propensity weights from the random sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.arrays import Bools, Floats
from training.labels.labels import ALL_FILES, TARGETED, Labels
from training.statistics.intervals import kish_size

CLIP = 200.0
"""Upper limit of cases represented by an interviewed case; the number of clipped weights is reported."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of n cases.

    Attributes
    ----------
    weight
        float64[n]: cases represented; 0 for unlabelled cases and later identifications.
    clipped
        Number of weights reduced to the limit.
    effective_size
        Kish's effective size of the random sample.
    population
        Number of cases represented by all weights.
    without_probability
        Random interviews left out because no probability in (0, 1] is recorded.
    """

    weight: Floats
    clipped: int
    effective_size: float
    population: int
    without_probability: int = 0


def inverse_propensity(labels: Labels, rows: Bools | None = None, *, clip: float = CLIP) -> Weights:
    """Weights of labelled cases that together represent all ``rows`` (bool[n], all if None).

    A targeted case represents itself, a randomly sampled case 1/p cases. Referrals and later identifications were not
    sampled: the random sample represents such people already.

    With a random sample *of all files*, let T of N cases be targeted, T_1 of them with indications, and let the sample
    have the weighted share s of indications. N s estimates all with indications, targeted ones included, without bias
    (Horvitz and Thompson 1952). Own weights for the T and weights summing to N - T for the sample would give
    T_1 + (N - T) s in expectation: too many by T_1 - T s, which is large where officers choose well. So sampled cases with
    indications together weigh N s - T_1 (at least their own number) and those without what is left of N - T: all weights
    sum to N, and the weighted share of indications is s.

    This assumes that officers' choice and a ranking are independent among people with the same finding. Where it fails, a
    recall is off by f (1 - f) (r - q), if officers choose a share f of the positives and a ranking contains r of these and q
    of the others. In small samples "at least their own number" biases upwards. Weights compare rankings; prevalence is
    `training.evaluation.population.population_estimate`, which assumes neither.
    """
    among = np.ones(len(labels.arm), dtype=bool) if rows is None else rows
    labelled = among & ~np.isnan(labels.positive)
    chosen = among & (labels.arm == TARGETED)
    sample = labelled & labels.in_random_sample
    drawn = sample & ~chosen
    weight = np.zeros(len(labels.arm))
    weight[chosen & labelled] = chosen.sum() / max(np.sum(chosen & labelled), 1)
    represented = np.zeros(len(weight))
    represented[sample] = 1.0 / labels.inclusion_probability[sample]
    clipped = int((represented > clip).sum())
    represented = np.minimum(represented, clip)
    others = float(among.sum() - chosen.sum())
    if drawn.any():
        weight[drawn] = represented[drawn] * (others / represented[drawn].sum())
        positive = labels.positive == 1.0
        yes, no = drawn & positive, drawn & ~positive
        if labels.sample_frame == ALL_FILES and yes.any() and no.any():
            targeted = float((weight * chosen)[positive].sum())
            total = among.sum() * represented[sample & positive].sum() / represented.sum()
            share = min(max(total - targeted, float(yes.sum())), others)
            weight[yes] = represented[yes] * share / represented[yes].sum()
            weight[no] = represented[no] * (others - share) / represented[no].sum()
    size = kish_size(represented[sample if labels.sample_frame == ALL_FILES else drawn])
    unrecorded = int((among & labels.randomly_sampled & ~labels.in_random_sample).sum())
    return Weights(weight, clipped, size, int(among.sum()), unrecorded)
