"""A district: its size, scenario, lawful hubs, and random numbers per behaviour."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np

from synthetic_data.geography.agencies import Agencies, open_agencies
from synthetic_data.geography.establishments import Establishments, open_establishments
from synthetic_data.people.keys import Keys
from synthetic_data.scenario import Scenario


@dataclass(slots=True)
class District:
    """A part of the world, generated independently of the others.

    Attributes
    ----------
    shard, shards
        Its number, and the count of districts.
    applications
        Count of applications lodged in it over the ten years.
    """

    seed: int
    shard: int
    shards: int
    applications: int
    scenario: Scenario
    keys: Keys
    establishments: Establishments = field(init=False)
    agencies: Agencies = field(init=False)

    def generator(self, behaviour: str) -> np.random.Generator:
        """Return the random numbers of one behaviour, which no other behaviour can disturb."""
        return np.random.default_rng([self.seed, self.shard, zlib.crc32(behaviour.encode())])


def open_district(seed: int, shard: int, shards: int, applications: int, scenario: Scenario) -> District:
    """Open a district with its establishments and agencies."""
    district = District(seed, shard, shards, applications, scenario, Keys(shard, seed))
    district.establishments = open_establishments(district.generator("establishments"), district.keys, applications)
    district.agencies = open_agencies(district.generator("agencies"), district.keys, applications)
    return district
