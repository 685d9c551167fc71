"""Ordinary applicants and visa-exempt visitors: tourists, families, workers and students."""

from __future__ import annotations

import numpy as np

from features.arrays import Floats
from synthetic_data.filing.drafts import draft
from synthetic_data.filing.plan import Plan
from synthetic_data.filing.volumes import Status, application_days, volume
from synthetic_data.geography.countries import EXEMPT, INDEX
from synthetic_data.geography.district import District
from synthetic_data.people.applicants import draw_people
from synthetic_data.people.keys import NONE, chance

# volumes of 2008 relative to one another among those who come to live or work; a rounded reading of MOJ's new entries
_RESIDENTS: dict[int, float] = {Status.ENTERTAINER: 0.10, Status.LONG_TERM: 0.07, Status.INTERN: 0.14, Status.TRAINEE: 0.30, Status.STUDENT: 0.20, Status.DEPENDENT: 0.07,
              Status.COOK: 0.04, Status.ENGINEER: 0.06, Status.DESIGNATED: 0.03, Status.OTHER: 0.02}  # fmt: skip


def draw_ordinary(d: District, n: int) -> Plan:
    """Return n ordinary applications."""
    rng = d.generator("ordinary")
    status = rng.choice(12, n, p=routes(d))
    return draft(d, rng, status, application_days(rng, status))


def routes(d: District) -> Floats:
    """Return float64[12]: the share of the decade's ordinary applications that each status has."""
    rates: dict[int, float] = _RESIDENTS | {Status.SPOUSE: d.scenario["spouse_volume"]}
    weights = np.array([rates.get(status, 0.0) * volume(status) for status in range(12)])
    share = d.scenario["visitor_share"]
    weights *= (1.0 - share) / weights.sum()
    weights[Status.VISITOR] = share
    return weights / weights.sum()


def draw_exempt(d: District, n: int) -> Plan:
    """Return n journeys that need no visa: tourists, people on business, and travellers changing planes."""
    rng = d.generator("visa-exempt")
    status = np.full(n, Status.VISITOR, dtype=np.int64)
    day = application_days(rng, np.full(n, Status.TRANSIT, dtype=np.int64))
    plan = draw_people(d, rng, status, day)
    plan["country"] = rng.choice([INDEX[code] for code in EXEMPT], n, p=list(EXEMPT.values()))
    # many come again and again: a third of the journeys are by earlier travellers
    regular = np.flatnonzero(rng.random(n) < 0.35)
    source = rng.integers(0, max(n // 6, 1), len(regular))
    born = plan["birth"][source] + 60 < day[regular]
    regular, source = regular[born], source[born]
    for name in ("person", "body", "birth", "female", "country", "family", "given", "phone"):
        plan[name][regular] = plan[name][source]
    same = (plan["day"][regular] > plan["passport_issued"][source]) & (rng.random(len(regular)) < 0.85)
    for name in ("passport", "passport_issued"):
        plan[name][regular[same]] = plan[name][source[same]]
    plan["passport_issued"] = np.maximum(plan["passport_issued"], plan["birth"] + 20)
    plan["stay_days"] = 90
    plan["lead"] = 0
    plan["comes"] = 1.0
    hotel = rng.integers(0, max(d.applications // 150, 12), n) + 700_000_000 + d.shard * 100_000
    plan["stay"] = np.where(rng.random(n) < 0.8, hotel, d.keys.take(n))
    plan["stay_phone"] = np.where(rng.random(n) < 0.4, plan["stay"], NONE)
    tour = d.agencies.choose(rng, day)
    touring = chance(plan["person"], 81) < 0.4
    plan["party"] = np.where(touring, tour * 2_000 + day // 6 + 2**56, NONE)
    plan["booking_phone"] = np.where(touring, d.agencies.phone[tour], plan["phone"])
    changing = rng.random(n) < 0.035
    plan["onward"] = changing
    plan["status"] = np.where(changing & (rng.random(n) < 0.7), Status.TRANSIT, Status.VISITOR)
    plan["onward_payer"] = rng.choice(6, n, p=(0.55, 0.1, 0.05, 0.15, 0.1, 0.05))
    plan["gone"], plan["moves"] = 0.002, 0.0
    return plan
