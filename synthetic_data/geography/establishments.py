"""Establishments that receive people in Japan: owners, staff, address and opening date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.arrays import Floats, Ints
from features.tables.categories import INDUSTRIES
from synthetic_data.filing.volumes import START, day
from synthetic_data.people.keys import NONE, Keys, choice

INDUSTRY = {name: number for number, name in enumerate(INDUSTRIES)}
(ADULT, BAR, STAGE, FACTORY, BUILDING, FARM, CARE, SCHOOL, SUPERVISOR, SHELTER, OTHER_INDUSTRY) = range(11)
_SHARES = (0.09, 0.17, 0.05, 0.19, 0.10, 0.08, 0.06, 0.07, 0.05, 0.03, 0.11)
_CAPACITIES = (25, 40, 60, 45, 20, 8, 60, 250, 150, 20, 30)
STAFF = 6
"""Count of an establishment's people who sign as guarantors in turn."""


@dataclass(slots=True)
class Establishments:
    """m establishments as arrays; ``staff`` is the first of `STAFF` consecutive keys of people."""

    industry: Ints
    address: Ints
    phone: Ints
    name: Ints
    staff: Ints
    capacity: Ints
    opened: Ints
    weight: Floats

    def __len__(self) -> int:
        return len(self.industry)

    def choose(self, rng: np.random.Generator, industry: Ints, days: Ints) -> Ints:
        """Return int64[n]: one establishment of each industry that is open on each day, busy ones more often."""
        chosen = np.empty(len(industry), dtype=np.int64)
        for kind in np.unique(industry).tolist():
            rows = np.flatnonzero(industry == kind)
            pool = np.flatnonzero(self.industry == kind)
            bounds = np.cumsum(self.weight[pool])
            first = pool[np.searchsorted(bounds, rng.random(len(rows)) * bounds[-1], side="right")]
            # those not yet open leave their people to one that opened before the ten years
            old = pool[self.opened[pool] < START]
            chosen[rows] = np.where(self.opened[first] < days[rows], first, rng.choice(old, len(rows)))
        return chosen

    def guarantor(self, rng: np.random.Generator, establishment: Ints, days: Ints) -> Ints:
        """Return int64[n]: who signs for the establishment; staff change with the years, and two share the work."""
        turn = choice(establishment, 51, STAFF) + (days - START) // 700 + (rng.random(len(days)) < 0.3)
        return self.staff[establishment] + turn % STAFF


def open_establishments(rng: np.random.Generator, keys: Keys, applications: int) -> Establishments:
    """Open establishments for a district, a few of each industry at least; some take over the address and phone of a closed one."""
    m = max(applications // 40, 66)
    rare = np.tile(np.arange(len(INDUSTRIES)), 3)
    industry = np.concatenate([rare, rng.choice(len(INDUSTRIES), m - len(rare), p=_SHARES)])
    opened = START - rng.integers(200, 9000, m)
    young = (np.arange(m) >= len(rare)) & (rng.random(m) < 0.3)
    opened[young] = rng.integers(START, day(2012, 6), int(young.sum()))
    address, phone = keys.take(m), keys.take(m)
    # a firm that ends and opens again under another name keeps address and phone: mostly a merger or a new owner
    again = np.flatnonzero(young & (rng.random(m) < 0.25))
    before = rng.integers(0, m, len(again))
    address[again], phone[again], industry[again] = address[before], phone[before], industry[before]
    capacity = np.maximum(np.array(_CAPACITIES)[industry] * rng.lognormal(0.0, 0.6, m), 2).astype(np.int64)
    capacity = np.where(rng.random(m) < 0.1, NONE, capacity)
    weight = rng.lognormal(0.0, 1.0, m) * np.where(capacity > 0, capacity, 20) ** 0.4
    return Establishments(
        industry, address, phone, keys.take(m), keys.take(m * STAFF)[::STAFF], capacity, opened, weight
    )
