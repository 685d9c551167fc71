"""Lawful agencies: few of them large, most with one or two clients a year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.arrays import Floats, Ints
from synthetic_data.filing.volumes import END, START
from synthetic_data.people.keys import Keys

# sizes fall as 1 / (rank + offset) ** exponent, fitted to clients per agency and year in measured filings
_EXPONENT, _OFFSET, _PER_FILE = 1.47, 14.0, 0.043
TEMPLATES = 3
"""Count of an agency's boilerplate statements."""
OFFICE = 4
"""Count of people who sign for an agency's office in Japan."""


@dataclass(slots=True)
class Agencies:
    """k agencies as arrays; ``statements`` and ``office`` are the first of consecutive keys."""

    number: Ints
    weight: Floats
    since: Ints
    until: Ints
    statements: Ints
    office: Ints
    phone: Ints
    address: Ints

    def __len__(self) -> int:
        return len(self.number)

    def choose(self, rng: np.random.Generator, days: Ints) -> Ints:
        """Return int64[n]: an agency open on each day, large ones as often as they have clients."""
        bounds = np.cumsum(self.weight)
        chosen = np.searchsorted(bounds, rng.random(len(days)) * bounds[-1], side="right")
        for _ in range(6):
            closed = np.flatnonzero((self.since[chosen] > days) | (self.until[chosen] < days))
            if not len(closed):
                break
            chosen[closed] = np.searchsorted(bounds, rng.random(len(closed)) * bounds[-1], side="right")
        return chosen.astype(np.int64)


def open_agencies(rng: np.random.Generator, keys: Keys, applications: int) -> Agencies:
    """Open agencies for a district; most are there for all the ten years, small ones come and go."""
    k = max(int(applications * _PER_FILE), 24)
    rank = np.arange(k)
    weight: Floats = np.power(rank + float(_OFFSET), -_EXPONENT)
    lasting = rng.random(k) < np.where(rank < 12, 1.0, 0.6)
    since = np.where(lasting, START - 1, rng.integers(START, END - 700, k))
    until = np.where(lasting, END, since + rng.integers(400, 2600, k))
    return Agencies(
        keys.take(k), weight, since, until, keys.take(k * TEMPLATES)[::TEMPLATES], keys.take(k * OFFICE)[::OFFICE],
        keys.take(k), keys.take(k),
    )  # fmt: skip
