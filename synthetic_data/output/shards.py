"""Division of a world into districts of like size, so that memory stays bounded."""

from __future__ import annotations

from typing import NamedTuple

DISTRICT_LIMIT = 60_000
"""A district is about as large as a filing year of the data in which hubs were measured."""


class Shard(NamedTuple):
    """A district's number, the count of districts, and its count of applications."""

    shard: int
    shards: int
    applications: int


def split(applications: int) -> list[Shard]:
    """Divide a number of applications among as few districts as may hold them."""
    shards = -(-applications // DISTRICT_LIMIT)
    size, rest = divmod(applications, shards)
    return [Shard(number, shards, size + (number < rest)) for number in range(shards)]
