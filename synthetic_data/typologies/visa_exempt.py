"""Victims without need of a visa: nationals of exempt countries whom the same rings bring or lead through."""

from __future__ import annotations

import numpy as np

from features.arrays import Ints
from synthetic_data.filing.form_codes import Payer
from synthetic_data.filing.plan import Plan
from synthetic_data.filing.volumes import START, Status
from synthetic_data.geography.district import District
from synthetic_data.people.keys import valid_date
from synthetic_data.typologies.roster import Rings

TYPOLOGIES = (2, 6, 8, 9, 11, 12)
PER_APPLICATION = 0.85
"""Exploited visa-exempt landings per exploited application; six of 42 victims of 2007 were on a short stay."""


def bring_without_visa(d: District, exempt: Plan, rings: Rings, exploited: int) -> None:
    """Let rings bring some of the people of a plan of visa-exempt journeys."""
    rng = d.generator("rings without visa")
    eligible = np.flatnonzero(np.isin(rings.typology, TYPOLOGIES))
    rows = rng.choice(len(exempt), min(round(exploited * PER_APPLICATION), len(exempt)), replace=False)
    if not len(eligible) or not len(rows):
        return
    ring = rng.choice(eligible, len(rows))
    day = rings.start[ring] + (rng.random(len(rows)) * (rings.end - rings.start)[ring]).astype(np.int64)
    moved = day - exempt["day"][rows]
    exempt["day"][rows] = np.maximum(day, START)
    for name in ("passport_issued", "birth"):
        exempt[name][rows] = valid_date(exempt[name][rows] + moved)
    exempt["exploited"][rows], exempt["ring"][rows] = True, ring
    exempt["typology"][rows] = rings.typology[ring]
    _tie(rng, exempt, rows, rings, ring)


def _tie(rng: np.random.Generator, exempt: Plan, rows: Ints, rings: Rings, ring: Ints) -> None:
    k = len(rows)

    def show(share: float, **values: Ints) -> None:
        hit = rng.random(k) < share
        for name, value in values.items():
            exempt[name][rows[hit]] = value[hit]

    show(0.3, booking_phone=rings.phone[ring], party=rings.party[ring] + exempt["day"][rows] // 15)
    show(0.35, stay=rings.dormitory[ring])
    show(0.25, stay_phone=rings.phone[ring])
    leads_on = exempt["typology"][rows] == 8
    exempt["onward"][rows] |= leads_on & (rng.random(k) < 0.5)
    exempt["onward_payer"][rows] = np.where(
        leads_on, rng.choice((Payer.SPONSOR, Payer.AGENCY, Payer.UNKNOWN), k), exempt["onward_payer"][rows]
    )
    exempt["status"][rows] = np.where(exempt["onward"][rows] & (rng.random(k) < 0.6), Status.TRANSIT, Status.VISITOR)
    exempt["gone"][rows], exempt["doubt"][rows] = 0.15, 0.05
    exempt["workplace"][rows], exempt["work_reported"][rows] = rings.club[ring], 0.05
