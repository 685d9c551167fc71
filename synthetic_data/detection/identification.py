"""Identification outside the border interview: rings detected by inspection, people who call a hotline or the police."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.arrays import Bools, Ints
from synthetic_data.filing.plan import Plan
from synthetic_data.filing.volumes import END, START
from synthetic_data.geography.district import District
from synthetic_data.people.keys import NONE
from synthetic_data.travel.landings import Stays

IDENTIFIED_WITH_RING = 0.6
"""Share of people under a ring's control who are identified when it is detected."""
BY_INSPECTION = 0.55
"""Share of identifications that begin with an establishment; the others begin with a person."""


@dataclass(slots=True)
class Identified:
    """What became known about the rows of a plan and about rings.

    Attributes
    ----------
    day
        int64[n]: when each person was identified, -1 for never.
    referred
        bool[n]: by a referral rather than by a later identification.
    ring_day
        int64[r]: when each ring was detected, -1 for never.
    """

    day: Ints
    referred: Bools
    ring_day: Ints


def identify(d: District, plan: Plan, stays: Stays, *, exploited: Bools) -> Identified:
    """Find a share of the exploited, ring by ring and one by one, months after they landed."""
    rng = d.generator("identification")
    n = len(plan)
    landed = np.full(n, END + 1, dtype=np.int64)
    first = np.flatnonzero(~stays.again)
    landed[stays.source[first]] = stays.landed[first]
    rings = int(plan["ring"].max()) + 1 if len(plan) else 0
    day, ring_day = np.full(n, NONE, dtype=np.int64), np.full(max(rings, 0), NONE, dtype=np.int64)
    there = np.flatnonzero(exploited & (landed < END))
    wanted = _wanted(d, len(np.flatnonzero(exploited)))
    if d.scenario.says("signal") and rings:
        ring_day = _find_rings(d, rng, plan, there, landed, wanted=wanted * BY_INSPECTION, day=day)
    rest = there[day[there] == NONE]
    missing = max(wanted - int((day != NONE).sum()), 0)
    wait = _delays(d, rng, len(rest))
    known = landed[rest] + wait < END
    rest, wait = rest[known], wait[known]
    chosen = rng.permutation(len(rest))[:missing]
    day[rest[chosen]] = landed[rest[chosen]] + wait[chosen]
    return Identified(day, rng.random(n) < 0.4, ring_day)


def _wanted(d: District, exploited: int) -> int:
    """Return the count of identified people: the set share, and in small worlds enough to learn from."""
    minimum = min(round(d.scenario["minimum_identified"] / d.shards), round(exploited * 0.65))
    return max(round(d.scenario["detected_share"] * exploited), minimum)


def _delays(d: District, rng: np.random.Generator, k: int) -> Ints:
    return np.maximum(rng.lognormal(np.log(d.scenario["label_delay_days"]), 0.9, k), 3).astype(np.int64)


def _find_rings(
    d: District, rng: np.random.Generator, plan: Plan, there: Ints, landed: Ints, *, wanted: float, day: Ints
) -> Ints:
    """Find rings in random order until enough people are identified; writes into ``day``, returns each ring's day."""
    ring_of = plan["ring"][there]
    rings = int(plan["ring"].max()) + 1
    ring_day = np.full(rings, NONE, dtype=np.int64)
    identified = 0.0
    for ring in rng.permutation(rings).tolist():
        members = there[ring_of == ring]
        if not len(members):
            continue
        # a small district's ring may hold more people than shall be identified: it is detected accordingly seldom
        if identified >= wanted or rng.random() * len(members) * IDENTIFIED_WITH_RING > wanted - identified:
            break
        begin, end = int(landed[members].min()), int(landed[members].max())
        at = int(begin + (end - begin) * rng.random() + _delays(d, rng, 1)[0])
        held = members[(landed[members] < at - 5) & (landed[members] > at - 1100)]
        held = held[rng.random(len(held)) < IDENTIFIED_WITH_RING]
        if not START < at < END or not len(held):
            continue
        ring_day[ring] = at
        day[held] = at + rng.integers(0, 40, len(held))
        identified += len(held)
    # what becomes known after the ten years is not on record
    day[day >= END] = NONE
    return ring_day
