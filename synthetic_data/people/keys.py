"""Keys of people, phones and addresses, hashed into attributes so that nothing must be stored."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.arrays import Floats, Ints, Objects

NONE = -1


def scramble(keys: Ints, salt: int) -> NDArray[np.uint64]:
    """Return uint64[n]: each key scrambled with a salt (the finaliser of splitmix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        value = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64((salt * 0xD1342543DE82EF95) % 2**64)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def chance(keys: Ints, salt: int) -> Floats:
    """Return float64[n] in [0, 1): the same for the same key and salt."""
    return (scramble(keys, salt) >> np.uint64(11)).astype(np.float64) / 2.0**53


def choice(keys: Ints, salt: int, n: int) -> Ints:
    """Return int64[n] in 0 … n-1: the same for the same key and salt."""
    return (scramble(keys, salt) % np.uint64(n)).astype(np.int64)


def valid_date(days: Ints) -> Ints:
    """Return days since 1970 of which none is -1, the sign for no date: the last day of 1969 becomes the next one."""
    return np.where(days == NONE, 0, days)


class Keys:
    """Source of keys that no other district or agent has."""

    __slots__ = ("_next",)

    def __init__(self, shard: int, seed: int) -> None:
        base = int(scramble(np.array([seed], dtype=np.int64), 77)[0] >> np.uint64(37))
        self._next = (base << 35) + (shard << 22)

    def take(self, n: int) -> Ints:
        """Return n new keys, int64[n]."""
        keys = np.arange(self._next, self._next + n, dtype=np.int64)
        self._next += n
        return keys


def codes(rng: np.random.Generator, n: int, prefix: str, *, shard: int, shards: int, digits: int = 9) -> Objects:
    """Return n ids, different over all shards, that reveal neither what they name nor its date."""
    space = 10**digits
    numbers = rng.permutation(n) * shards + shard
    # the multiplier shares no factor with a power of ten, so that different numbers stay different
    numbers = (numbers * 387_420_489 + 104_729) % space
    return np.array([f"{prefix}{number:0{digits}d}" for number in numbers.tolist()], dtype=object)
