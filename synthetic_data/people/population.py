"""Population of a district: rings, look-alikes, ordinary and repeat applicants, in order of time."""

from __future__ import annotations

import numpy as np

from features.arrays import Floats
from synthetic_data.filing.plan import Plan, concatenate
from synthetic_data.filing.volumes import END, START
from synthetic_data.geography.district import District
from synthetic_data.lookalikes.settlement import plant_lookalikes
from synthetic_data.people.lifetimes import within_lives
from synthetic_data.people.ordinary import draw_ordinary
from synthetic_data.people.repeat_applicants import come_again, owners
from synthetic_data.typologies.rings import plant_rings
from synthetic_data.typologies.roster import Rings, enrol
from synthetic_data.typologies.table import SHARES


def settle_district(d: District) -> tuple[Plan, Rings]:
    """Return exactly as many applications as the district shall have, in order of time, and its rings."""
    planted = plant_rings(d)
    rings = enrol(tuple(SHARES), [groups for _, groups in planted])
    hidden = concatenate([plan for plan, _ in planted])
    beside = plant_lookalikes(d)
    fixed = concatenate([hidden, *beside])
    wanted = d.applications
    ordinary = draw_ordinary(d, max(wanted - len(fixed), wanted // 8))
    everybody = concatenate([fixed, ordinary])
    rng = d.generator("coming again")
    again = come_again(d, rng, everybody, round(wanted * d.scenario["applications_again"]))
    impersonated = hidden.take(np.flatnonzero(hidden["typology"] == 2))
    whole = concatenate([everybody, again, owners(d, rng, impersonated)])
    inside = (whole["day"] >= START) & (whole["day"] < END)
    whole = within_lives(whole.take(np.flatnonzero(inside)))
    # of those who are honest, as many stay as the district shall hold
    spare = len(whole) - wanted
    kept = np.ones(len(whole), dtype=np.bool_)
    if spare > 0:
        weights = _spare(whole)
        kept[rng.choice(len(whole), spare, replace=False, p=weights / weights.sum())] = False
    whole = whole.take(np.flatnonzero(kept))
    order = np.lexsort((rng.random(len(whole)), whole["day"]))
    return whole.take(order), rings


def _spare(plan: Plan) -> Floats:
    """Return the weight with which a row is left out: the ordinary first, look-alikes less, the exploited never."""
    return np.where(plan["exploited"], 0.0, np.where(plan["kind"] > 0, 0.02, 1.0))
