"""Children: birth, nationality by notification, and acknowledgement by a father."""

from __future__ import annotations

import numpy as np

from features.arrays import Ints
from synthetic_data.filing.form_codes import Relation
from synthetic_data.filing.plan import Plan, copy_guarantor_to_inviter, inviter_is_guarantor
from synthetic_data.filing.volumes import NATIONALITY_ACT, Status
from synthetic_data.geography.district import District
from synthetic_data.people.keys import NONE
from synthetic_data.people.names import sponsor_birth


def families(d: District, rng: np.random.Generator, plan: Plan) -> None:
    """Let everybody who travels with a child say when it was born; some children have a Japanese father."""
    rows = np.flatnonzero(plan["minors"] > 0)
    describe_children(rng, plan, rows)
    japanese = rng.random(len(rows)) < np.where(plan["status"][rows] == Status.LONG_TERM, 0.65, 0.45)
    acknowledge(d, rng, plan, rows[japanese])


def describe_children(rng: np.random.Generator, plan: Plan, rows: Ints) -> None:
    """Draw birth dates of children."""
    birth = plan["day"][rows] - 200 - (rng.random(len(rows)) ** 1.3 * 5_800).astype(np.int64)
    plan["child_birth"][rows] = np.where(birth == NONE, 0, birth)


def acknowledge(d: District, rng: np.random.Generator, plan: Plan, rows: Ints) -> None:
    """Give children a Japanese father; since 2009 those acknowledged after birth acquire nationality by notification."""
    k, day, birth = len(rows), plan["day"][rows], plan["child_birth"][rows]
    lately = day >= NATIONALITY_ACT
    citizen = rng.random(k) < np.where(lately, 0.7, 0.3)
    since = day - 12 - rng.gamma(1.5, 90.0, k).astype(np.int64)
    since = np.maximum(since, np.maximum(birth, np.where(lately, NATIONALITY_ACT, 0)))
    plan["child_citizen"][rows] = np.where(citizen & (since <= day), since, NONE)
    father = d.keys.take(k)
    grown = sponsor_birth(father) + 17 * 365 < birth
    plan["parent"][rows] = np.where((rng.random(k) < 0.85) & grown, father, NONE)
    # the father vouches himself, or another relative does
    himself = (rng.random(k) < 0.5) & grown & (plan["guarantor"][rows] != NONE)
    same = inviter_is_guarantor(plan)
    for name in ("guarantor", "guarantor_home", "guarantor_phone"):
        plan[name][rows] = np.where(himself, father, plan[name][rows])
    relation = np.where(himself, Relation.PARENT, rng.choice((Relation.CHILD, Relation.RELATIVE, Relation.PARENT), k))
    plan["relation"][rows] = np.where(plan["guarantor"][rows] != NONE, relation, NONE)
    plan["stay"][rows] = np.where(himself & (rng.random(k) < 0.7), father, plan["stay"][rows])
    copy_guarantor_to_inviter(plan, same)


def bring_child(d: District, rng: np.random.Generator, plan: Plan) -> None:
    """Let everybody of a plan bring a child with a Japanese father."""
    rows = np.arange(len(plan))
    plan["minors"] = 1 + (rng.random(len(plan)) < 0.15)
    describe_children(rng, plan, rows)
    acknowledge(d, rng, plan, rows)
