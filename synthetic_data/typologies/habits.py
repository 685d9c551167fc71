"""Habits: how much more or less often than its typology a ring shows each tie."""

from __future__ import annotations

import numpy as np

from features.arrays import Floats
from synthetic_data.geography.district import District

TIES = {
    "guarantor": "guarantor", "inviter": "guarantor", "guarantor_home": "guarantor", "relation": "guarantor", "parent": "guarantor",
    "guarantor_phone": "phone", "inviter_phone": "phone", "stay_phone": "phone", "introducer": "introducer",
    "introducer_phone": "introducer", "statement": "statement", "coe": "statement", "stay": "dormitory", "payer": "payer",
    "agency": "agency", "party": "journey", "booking_phone": "journey", "meetings": "marriage", "language": "marriage",
    "married": "marriage", "met": "marriage", "earlier_spouses": "marriage", "gone": "flight", "divorce": "flight", "moves": "move",
}  # fmt: skip
"""Tie by column of the plan."""
_UPPER = 3.0


def draw_habits(d: District, typology: int, groups: int) -> dict[str, Floats]:
    """Return a factor for each tie and group, float64[groups]; none if the scenario's rings keep to their typology.

    Half of the spread (in log units) is the world's own, so that worlds differ and not only rings.
    """
    spread = d.scenario["habit_spread"]
    if spread == 0.0:
        return {}
    own, world = d.generator(f"habits of typology {typology}"), d.generator("habits of the world")
    return {
        tie: np.minimum(np.exp(world.normal(0, spread) + own.normal(0, spread / 2, groups) - spread**2 / 4), _UPPER)
        for tie in sorted(set(TIES.values()))
    }
