"""People admitted before the records begin: visas of late 2002, and residents who travel again and again."""

from __future__ import annotations

import numpy as np

from synthetic_data.filing.drafts import draft
from synthetic_data.filing.plan import Plan
from synthetic_data.filing.volumes import START, Status, monthly
from synthetic_data.geography.district import District
from synthetic_data.people.applicants import draw_people
from synthetic_data.people.ordinary import routes

WEEKS = 10
"""Visas were issued before, too, but only those of the last weeks are still to be used."""
JOURNEYS, APART = 5, 640
"""Highest count of a resident's journeys in ten years, and fewest days between two of them."""


def on_earlier_visas(d: District) -> Plan:
    """Return people who land from January 2003 on visas of which no application is on record."""
    rng = d.generator("earlier visas")
    rate = np.array([monthly(status)[0] for status in range(12)])
    count = rng.poisson(d.applications * routes(d) * rate * WEEKS * 7 / 31)
    status = np.repeat(np.arange(12), count)
    return draft(d, rng, status, START - 1 - rng.integers(0, WEEKS * 7, len(status)))


def resident_journeys(d: District) -> Plan:
    """Return re-entries of people who have lived in Japan since before the records begin, each travelling several times."""
    rng = d.generator("residents of before")
    people = round(d.applications * d.scenario["resident_journeys"] / JOURNEYS)
    status = rng.choice((Status.LONG_TERM, Status.SPOUSE, Status.OTHER), people, p=(0.55, 0.25, 0.2))
    who = draw_people(d, rng, status, np.full(people, START))
    person = np.repeat(np.arange(people), JOURNEYS)
    plan = who.take(person)
    first, turn = rng.integers(0, 700, people), np.tile(np.arange(JOURNEYS), people)
    plan["day"] = START + first[person] + turn * APART + rng.integers(0, APART - 380, len(plan))
    plan["stay_days"], plan["lead"], plan["comes"] = 365, 0, 1.0
    plan["stay"] = plan["home"]
    plan["gone"], plan["moves"], plan["minors"] = 0.0, 0.02, 0
    return plan
