"""Honest marriages: courtship, wedding and household; some through lawful introductions."""

from __future__ import annotations

import numpy as np

from features.arrays import Ints
from synthetic_data.filing.plan import Plan
from synthetic_data.geography.district import District
from synthetic_data.geography.establishments import ADULT, BAR
from synthetic_data.people.keys import NONE


def honest_marriages(d: District, rng: np.random.Generator, plan: Plan, rows: Ints) -> None:
    """Fill what a spouse's file says; the Japanese spouse vouches."""
    k = len(rows)
    if not k:
        return
    spouse = d.keys.take(k)
    plan["guarantor"][rows], plan["guarantor_home"][rows], plan["guarantor_phone"][rows] = spouse, spouse, spouse
    plan["relation"][rows] = 0
    # parents-in-law vouch beside or instead of a young spouse
    elder = rng.random(k) < 0.08
    plan["guarantor"][rows] = np.where(elder, d.keys.take(k), spouse)
    plan["relation"][rows] = np.where(elder, 3, 0)
    married = plan["day"][rows] - 15 - rng.gamma(1.5, 95.0, k).astype(np.int64)
    plan["married"][rows] = married
    plan["first_meeting"][rows] = married - 25 - rng.gamma(1.4, 330.0, k).astype(np.int64)
    plan["abroad"][rows] = rng.random(k) < 0.5
    plan["meetings"][rows] = 1 + rng.poisson(2.6, k)
    plan["language"][rows] = rng.choice(3, k, p=(0.2, 0.5, 0.3))
    plan["earlier_spouses"][rows] = (rng.random(k) < 0.13).astype(np.int64) + (rng.random(k) < 0.03)
    plan["cohabit"][rows] = rng.random(k) < 0.93
    # friends, colleagues and earlier brides introduce; a few do so for several couples
    plan["introducer"][rows], plan["introducer_phone"][rows] = introduced_by(d, rng, k)
    stays_home = rng.random(k) < 0.88
    plan["stay"][rows] = np.where(stays_home, plan["guarantor_home"][rows], d.keys.take(k))
    plan["stay_phone"][rows] = np.where(rng.random(k) < 0.7, plan["guarantor_phone"][rows], NONE)
    plan["host"][rows] = NONE
    plan["payer"][rows] = rng.choice(6, k, p=(0.25, 0.18, 0.47, 0.02, 0.0, 0.08))
    plan["moves"][rows] = 0.22
    plan["move_after"][rows] = 20 + rng.gamma(1.3, 160.0, k).astype(np.int64)
    plan["extends"][rows], plan["divorce"][rows], plan["gone"][rows] = 0.35, 0.07, 0.004
    # spouses may work anywhere; some do in bars and clubs
    industry = np.where(rng.random(k) < 0.25, ADULT, BAR)
    plan["workplace"][rows] = d.establishments.choose(rng, industry.astype(np.int64), plan["day"][rows])
    plan["work_reported"][rows] = 0.10


def introduced_by(d: District, rng: np.random.Generator, k: int) -> tuple[Ints, Ints]:
    """Return who introduced each of k couples, and a phone; -1 for nobody."""
    introduced = rng.random(k) < 0.5
    friends = max(int(d.applications * 0.006), 8)
    friend = 310_000_000 + d.shard * 1_000_000 + (friends * rng.random(k) ** 1.4).astype(np.int64)
    return np.where(introduced, friend, NONE), np.where(introduced & (rng.random(k) < 0.85), friend, NONE)
