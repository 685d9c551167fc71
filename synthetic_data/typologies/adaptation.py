"""Adaptation of rings to detection: fewer signs, another post or agency, copied honest statements."""

from __future__ import annotations

import numpy as np

from features.arrays import Floats, Ints
from synthetic_data.filing.volumes import day as date
from synthetic_data.geography.agencies import TEMPLATES
from synthetic_data.geography.countries import draw_post
from synthetic_data.geography.district import District
from synthetic_data.people.keys import NONE
from synthetic_data.typologies.groups import Members

HIDDEN_SHARE = 0.85
"""Share of what ties a file to its ring that full effort hides in the end: guarantors, phones, introducer, statement."""


def openness(d: District, rng: np.random.Generator, group: Ints, turn: Ints, days: Ints) -> Floats:
    """Return float64[n]: openness with which each file shows its ring; some are careless, those that adapt hide more each time."""
    careless = rng.uniform(0.75, 1.35, int(group.max()) + 1 if len(group) else 0)[group]
    effort = d.scenario["adaptive_effort"]
    learnt = learning(d, turn, days)
    return d.scenario["sign_strength"] * careless * (1.0 - HIDDEN_SHARE * effort * learnt)


def learning(d: District, turn: Ints, days: Ints) -> Floats:
    """Return float64[n] from 0 to 1: what a ring has learnt by each of its files."""
    since = date(d.scenario.whole("adaptive_from_year")) if d.scenario["adaptive_from_year"] < 2013 else 2**40
    return np.where(days >= since, 1.0 - np.exp(-(turn + 1) / 2.0), 0.0)


def evade(m: Members) -> None:
    """Let rings that adapt file elsewhere, through another agency, with that agency's boilerplate."""
    effort = m.d.scenario["adaptive_effort"]
    if effort == 0.0:
        return
    hiding = m.rng.random(len(m)) < 0.6 * effort * learning(m.d, m.turn, m.plan["day"])
    elsewhere = draw_post(m.rng, m.plan["country"])
    m.plan["post"] = np.where(hiding, elsewhere, m.plan["post"])
    moved = hiding & (m.plan["agency"] != NONE)
    agency = m.d.agencies.choose(m.rng, m.plan["day"])
    m.plan["agency"] = np.where(moved, agency, m.plan["agency"])
    statement = m.d.agencies.statements[agency] + m.rng.integers(0, TEMPLATES, len(m))
    m.plan["statement"] = np.where(moved, statement, m.plan["statement"])
