"""Into which districts is a world divided? Parts of like size, each made by itself, so that memory stays bounded."""

from __future__ import annotations

from typing import NamedTuple

DISTRICT_LIMIT = 60_000
"""A district is about as large as a filing year of the data in which hubs were measured."""


class Shard(NamedTuple):
    """One district's number, how many there are, and how many applications it has."""

    shard: int
    shards: int
    applications: int


def split(applications: int) -> list[Shard]:
    """Divide a number of applications among as few districts as may hold them."""
    shards = -(-applications // DISTRICT_LIMIT)
    size, rest = divmod(applications, shards)
    return [Shard(number, shards, size + (number < rest)) for number in range(shards)]
