"""Repeat applicants: the same people come back with old and new papers and sponsors."""

from __future__ import annotations

import numpy as np

from features.arrays import Floats, Ints
from synthetic_data.filing.drafts import draft
from synthetic_data.filing.plan import Plan
from synthetic_data.filing.volumes import END, MONTHS, START, Status, monthly
from synthetic_data.geography.countries import INDEX, filipino_share
from synthetic_data.geography.district import District
from synthetic_data.people.keys import NONE, chance

_OF_THE_PERSON = ("person", "body", "birth", "female", "country", "family", "given", "former", "occupation")
_OF_THE_SPONSOR = ("guarantor", "guarantor_phone", "guarantor_home", "relation", "inviter", "inviter_phone", "inviter_home",
                   "stay", "stay_phone", "host", "workplace", "work_reported")  # fmt: skip
COURTSHIP = 0.3
"""Share of honest couples in which the applicant visited Japan before the marriage."""


def come_again(d: District, rng: np.random.Generator, plan: Plan, wanted: int) -> Plan:
    """Return about ``wanted`` further applications by people of a plan, before or after the one it holds."""
    wives = np.flatnonzero(plan["status"] == Status.SPOUSE)
    wives = wives[rng.random(len(wives)) < np.where(plan["exploited"][wives], 0.12, COURTSHIP)]
    visits = _courtship(d, rng, plan, wives)
    rest = max(wanted - len(visits), 0)
    # a few people come often, most once more
    eager = chance(plan["person"], 71) ** 3
    others = rng.choice(len(plan), int(rest * 1.45) + 8, p=eager / eager.sum())
    before = plan["day"][others]
    same_stage = plan["status"][others] == Status.ENTERTAINER
    gap = np.where(same_stage, 185 + rng.gamma(1.2, 80.0, len(others)), 40 + rng.gamma(1.1, 420.0, len(others)))
    back = rng.random(len(others)) < np.where(same_stage, 0.1, 0.35)
    day = (before + np.where(back, -gap, gap)).astype(np.int64)
    kept = (day >= START) & (day < END)
    kept &= ~same_stage | (rng.random(len(others)) < _still_open(plan["country"][others], before, day))
    others, day = others[kept][:rest], day[kept][:rest]
    status = np.where(
        np.isin(plan["status"][others], (Status.VISITOR, Status.ENTERTAINER)), plan["status"][others], Status.VISITOR
    )
    more = _returned(d, rng, plan, others, status, day)
    keeps = (status == plan["status"][others]) & ~plan["exploited"][others] & (rng.random(len(others)) < 0.6)
    for name in _OF_THE_SPONSOR:
        more[name][keeps] = plan[name][others[keeps]]
    return Plan({name: np.concatenate([visits[name], more[name]]) for name in visits.columns})


def _still_open(countries: Ints, before: Ints, later: Ints) -> Floats:
    """Return float64[n]: chance that the route is open again to a performer, relative to the day on which it was open."""
    rate = np.array(monthly(Status.ENTERTAINER))
    filipino = countries == INDEX["PHL"]

    def open_on(days: Ints) -> Floats:
        month = np.searchsorted(MONTHS, days, side="right") - 1
        share = filipino_share(days)
        return rate[np.clip(month, 0, len(rate) - 1)] * np.where(filipino, share, 1.0 - share)

    return np.minimum(open_on(later) / open_on(before), 1.0)


def _courtship(d: District, rng: np.random.Generator, plan: Plan, wives: Ints) -> Plan:
    first_meeting, married = plan["first_meeting"][wives], plan["married"][wives]
    day = first_meeting + 10 + (rng.random(len(wives)) * np.maximum(married - first_meeting - 40, 1)).astype(np.int64)
    kept = (day >= START) & (day < END)
    wives, day = wives[kept], day[kept]
    visits = _returned(d, rng, plan, wives, np.full(len(wives), Status.VISITOR), day)
    for name in ("guarantor", "guarantor_phone", "guarantor_home", "stay"):
        visits[name] = plan["guarantor" if name == "stay" else name][wives]
    visits["stay"] = visits["guarantor_home"]
    visits["relation"] = 5
    return visits


def _returned(d: District, rng: np.random.Generator, plan: Plan, rows: Ints, status: Ints, day: Ints) -> Plan:
    more = draft(d, rng, status, day)
    for name in _OF_THE_PERSON:
        more[name] = plan[name][rows]
    k = len(rows)
    for name, share in (("home", 0.82), ("phone", 0.72), ("email", 0.85), ("post", 0.94)):
        same = rng.random(k) < share
        more[name][same] = plan[name][rows[same]]
    # a passport lasts; some are lost, and a later application shows the new one
    same = (rng.random(k) < 0.86) & (day > plan["passport_issued"][rows]) & (day < plan["passport_issued"][rows] + 3600)
    for name in ("passport", "passport_issued"):
        more[name][same] = plan[name][rows[same]]
    more["declared_slip"] = -(rng.random(k) < 0.15).astype(np.int64)
    called = plan["other_name"][rows]
    more["other_name"] = np.where((called == NONE) & (rng.random(k) < 0.02), d.keys.take(k), called)
    return more


def owners(d: District, rng: np.random.Generator, borrowed: Plan) -> Plan:
    """Return honest journeys of the people whose identities were borrowed: their own body, home and passport, years apart."""
    rows = np.flatnonzero(rng.random(len(borrowed)) < 0.65)
    apart = rng.integers(200, 1600, len(rows)) * np.where(rng.random(len(rows)) < 0.75, -1, 1)
    day = borrowed["day"][rows] + apart
    kept = (day >= START) & (day < END)
    rows, day = rows[kept], day[kept]
    own = draft(d, rng, np.full(len(rows), Status.VISITOR), day)
    for name in ("person", "birth", "female", "country", "family", "given"):
        own[name] = borrowed[name][rows]
    # the body that landed under the name later, or earlier, was another one
    own["body"] = d.keys.take(len(rows))
    return own
