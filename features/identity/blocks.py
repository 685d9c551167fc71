"""Which entries of the watch list are worth comparing with a person? Those that share at least one block key.

The same keys serve a single case and whole years of them, so that both look at exactly the same candidates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.identity.address import address_keys
from features.identity.birth_dates import date_numbers
from features.identity.hashing import combine, hash_texts
from features.identity.person import name_skeletons, whole_names
from features.identity.phone import phone_keys

Keys = NDArray[np.int64]
_FIELDS = {
    "family_name": pa.string(),
    "given_names": pa.string(),
    "birth_date": pa.date32(),
    "passport_number": pa.string(),
    "phone": pa.string(),
    "address": pa.string(),
}


@dataclass(frozen=True, slots=True)
class Persons:
    """What identifies n persons: the columns of the watch list, as link keys.

    Attributes
    ----------
    passport, phone, unit
        Link keys, int64[n]; 0 for none.
    born
        Birth dates as numbers YYYYMMDD, int64[n]; 0 for none.
    skeletons
        Name skeletons, string[n]; empty for none.
    """

    passport: Keys
    phone: Keys
    unit: Keys
    born: Keys
    skeletons: pa.Array

    @classmethod
    def of(cls, table: pa.Table) -> Persons:
        """Read persons from a table with any of the watch list's identifying columns; an absent one is null.

        A name that stands in one column is given as `family_name`. An address without any number (a town, a
        prefecture) identifies nobody and has no key.
        """
        column = {name: _column(table, name, kind) for name, kind in _FIELDS.items()}
        whole = whole_names(column["family_name"], column["given_names"])
        numbered = pc.match_substring_regex(
            pc.utf8_normalize(column["address"], form="NFKC"), "[0-9〇一二三四五六七八九十]"
        )
        address = pc.if_else(numbered, column["address"], pa.scalar(None, pa.string()))
        return cls(
            passport=passport_keys(column["passport_number"]),
            phone=phone_keys(column["phone"]),
            unit=address_keys(address)[0],
            born=date_numbers(column["birth_date"]),
            skeletons=pc.fill_null(name_skeletons(whole), ""),
        )

    def __len__(self) -> int:
        return len(self.passport)


def passport_keys(numbers: pa.Array) -> Keys:
    """Return one key per passport number, int64[n], whatever its case, width and separators; 0 for none."""
    plain = pc.replace_substring_regex(pc.utf8_upper(pc.utf8_normalize(numbers, form="NFKC")), r"[\s\-]", "")
    return hash_texts(plain, "passport")


def entry_block_keys(entries: Persons) -> list[Keys]:
    """Return the block keys of watch-list entries, one int64[n] a block, in the order of `person_block_keys`."""
    name = hash_texts(entries.skeletons, "skeleton")
    return [
        *_certain_keys(entries),
        *date_block_keys(entries.born, entries.skeletons),
        np.where(entries.born == 0, name, 0),
        name,
    ]


def person_block_keys(persons: Persons) -> list[Keys]:
    """Return the block keys of persons, one int64[n] a block; 0 meets nothing.

    Passport; phone; address; birth date (day and month in either order); year and month, year and day, month and day
    of birth, each with the first letter of the name (one wrong digit leaves one of the three); the name, for an entry
    without a birth date; the name, for a person without one.
    """
    name = hash_texts(persons.skeletons, "skeleton")
    return [
        *_certain_keys(persons),
        *date_block_keys(persons.born, persons.skeletons),
        name,
        np.where(persons.born == 0, name, 0),
    ]


def date_block_keys(born: Keys, skeletons: pa.Array) -> list[Keys]:
    """Return the four block keys of a dated name, int64[n] each; 0 without a birth date.

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
    # each part is numbered, so that a year and a month are not taken for a year and a day
    keys += [combine(initial, part * 4 + number) for number, part in enumerate(parts, start=1)]
    return [np.where(born == 0, 0, key) for key in keys]


def in_order(entry_blocks: list[Keys]) -> list[tuple[Keys, Keys]]:
    """Return for each block (the keys in ascending order, the entry row of each), to be looked up many times."""
    orders = [np.argsort(keys, kind="stable") for keys in entry_blocks]
    return [(keys[order], order) for keys, order in zip(entry_blocks, orders, strict=True)]


def candidates(ordered_blocks: list[tuple[Keys, Keys]], person_blocks: list[Keys]) -> tuple[Keys, Keys]:
    """Return (person row, entry row) of every pair with a block key in common, each pair once, in order."""
    people, found = [], []
    for (entry_keys, order), person_keys in zip(ordered_blocks, person_blocks, strict=True):
        asked = np.flatnonzero(person_keys)
        first = np.searchsorted(entry_keys, person_keys[asked], side="left")
        count = np.searchsorted(entry_keys, person_keys[asked], side="right") - first
        start = np.repeat(first - np.cumsum(count) + count, count)
        people.append(np.repeat(asked, count))
        found.append(order[start + np.arange(len(start))])
    entry_count = max(len(ordered_blocks[0][0]), 1)
    pairs = np.sort(np.concatenate(people) * entry_count + np.concatenate(found))
    pairs = pairs[np.diff(pairs, prepend=-1) != 0]
    return pairs // entry_count, pairs % entry_count


def _column(table: pa.Table, name: str, kind: pa.DataType) -> pa.Array:
    if name not in table.column_names:
        return pa.nulls(len(table), kind)
    column = table.column(name)
    return (column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column).cast(kind)


def _certain_keys(persons: Persons) -> list[Keys]:
    return [persons.passport, persons.phone, persons.unit]
