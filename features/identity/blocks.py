"""Block keys: which watch-list entries are worth comparing with a person.

The same keys serve a single case and years of them, so both see the same candidates.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Ints
from features.identity.hashes import combine, hash_texts


@dataclass(frozen=True, slots=True)
class Persons:
    """Identifying columns of n persons, as link keys.

    Attributes
    ----------
    passport, phone, address
        Link keys, int64[n]; 0 for none.
    born
        Birth dates as numbers YYYYMMDD, int64[n]; 0 for none.
    names
        Whole names as they are written, string[n]; empty for none.
    skeletons
        Name skeletons, string[n]; empty for none.
    """

    passport: Ints
    phone: Ints
    address: Ints
    born: Ints
    names: pa.Array
    skeletons: pa.Array

    def __len__(self) -> int:
        return len(self.passport)


def entry_block_keys(entries: Persons) -> list[Ints]:
    """Return the block keys of entries, int64[n] a block, in the order of `person_block_keys`."""
    name = hash_texts(entries.skeletons, "skeleton")
    return [*_exact_and_dated_keys(entries), np.where(entries.born == 0, name, 0), name]


def person_block_keys(persons: Persons) -> list[Ints]:
    """Return the block keys of persons, int64[n] a block; key 0 matches nothing.

    Passport; phone; address; the four keys of `date_block_keys`; the name, for entries without a birth date; the name,
    for persons without one.
    """
    name = hash_texts(persons.skeletons, "skeleton")
    return [*_exact_and_dated_keys(persons), name, np.where(persons.born == 0, name, 0)]


def date_block_keys(born: Ints, skeletons: pa.Array) -> list[Ints]:
    """Return the four block keys of a dated name, int64[n] each; 0 without a birth date.

    The birth date with day and month in either order; then year and month, year and day, month and day, each with the
    initial of the name, so that one wrong digit leaves one key intact.

    Parameters
    ----------
    born
        Numbers YYYYMMDD.
    skeletons
        Name skeletons, string[n].
    """
    year, month, day = born // 10_000, born // 100 % 100, born % 100
    either_order = (year * 100 + np.minimum(month, day)) * 100 + np.maximum(month, day)
    initial = hash_texts(pc.utf8_slice_codeunits(skeletons, 0, 1), "initial")
    parts = (born // 100, year * 100 + day, month * 100 + day)
    keys = [combine(np.ones_like(born), either_order)]
    # numbered, so that year and month are not taken for year and day
    keys += [combine(initial, part * 4 + number) for number, part in enumerate(parts, start=1)]
    return [np.where(born == 0, 0, key) for key in keys]


def sorted_blocks(entry_blocks: list[Ints]) -> list[tuple[Ints, Ints]]:
    """Return (keys in ascending order, entry row of each) for each block."""
    orders = [np.argsort(keys, kind="stable") for keys in entry_blocks]
    return [(keys[order], order) for keys, order in zip(entry_blocks, orders, strict=True)]


def candidates(entry_blocks: list[tuple[Ints, Ints]], person_blocks: list[Ints]) -> tuple[Ints, Ints]:
    """Return (person row, entry row) of every pair that shares a block key, each pair once, in order."""
    people, entries = [], []
    for (entry_keys, order), person_keys in zip(entry_blocks, person_blocks, strict=True):
        with_key = np.flatnonzero(person_keys)
        first = np.searchsorted(entry_keys, person_keys[with_key], side="left")
        count = np.searchsorted(entry_keys, person_keys[with_key], side="right") - first
        start = np.repeat(first - np.cumsum(count) + count, count)
        people.append(np.repeat(with_key, count))
        entries.append(order[start + np.arange(len(start))])
    entry_count = max(len(entry_blocks[0][0]), 1)
    pairs = np.sort(np.concatenate(people) * entry_count + np.concatenate(entries))
    pairs = pairs[np.diff(pairs, prepend=-1) != 0]
    return pairs // entry_count, pairs % entry_count


def _exact_and_dated_keys(persons: Persons) -> list[Ints]:
    return [persons.passport, persons.phone, persons.address, *date_block_keys(persons.born, persons.skeletons)]
