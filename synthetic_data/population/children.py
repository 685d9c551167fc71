"""How do a parent and a child with a Japanese parent come? The child's birth, its nationality, and who acknowledged it."""

from __future__ import annotations

import numpy as np

from synthetic_data.membership import Members
from synthetic_data.numbering import NONE
from synthetic_data.population.filing import R_CHILD, R_PARENT, R_RELATIVE
from synthetic_data.regimes import NATIONALITY_ACT


def bring_child(m: Members) -> None:
    """Let each member bring a child; since 2009 an acknowledged child acquires nationality by notification."""
    n, rng, day = len(m), m.rng, m.plan["day"]
    m.plan["minors"] = 1 + (rng.random(n) < 0.15)
    birth = day - 200 - (rng.random(n) ** 1.3 * 5_800).astype(np.int64)
    m.plan["child_birth"] = np.where(birth == NONE, 0, birth)
    citizen = np.where(day >= NATIONALITY_ACT, rng.random(n) < 0.75, rng.random(n) < 0.2)
    since = day - 12 - rng.gamma(1.5, 90.0, n).astype(np.int64)
    since = np.maximum(since, np.maximum(birth, np.where(day >= NATIONALITY_ACT, NATIONALITY_ACT, 0)))
    m.plan["child_citizen"] = np.where(citizen & (since <= day), since, NONE)
    # the father vouches himself, or he is named and somebody else of the family does
    father = m.fresh()
    m.plan["parent"] = np.where(rng.random(n) < 0.85, father, NONE)
    himself = rng.random(n) < 0.5
    for name in ("guarantor", "guarantor_home", "guarantor_phone"):
        m.plan[name] = np.where(himself, father, m.plan[name])
    m.plan["relation"] = np.where(himself, R_PARENT, rng.choice((R_CHILD, R_RELATIVE, R_PARENT), n))
    m.plan["stay"] = np.where(himself & (rng.random(n) < 0.7), father, m.plan["stay"])
