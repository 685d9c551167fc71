"""Comparison of persons with watch-list entries: by passport, phone, address, name and birth date.

Time is not applied here: an entry holds at ``as_of`` if and only if ``listed_at < as_of`` and it is not delisted or
``as_of < delisted_at``.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Bools, Ints
from features.identity import name_comparison as names
from features.identity.birth_dates import DIFFERENT, DIGIT_DIFFERS, EXCHANGED, SAME, compare_dates
from features.identity.blocks import Persons, candidates, entry_block_keys, person_block_keys, sorted_blocks


class LeastCharacters(NamedTuple):
    """Letters of a name that must agree before something else may differ; set on half of `benchmarks.watch_list`.

    Attributes
    ----------
    part_left_out
        With the same birth date, where one of the names has a part more.
    exchanged
        With day and month exchanged.
    digit_differs
        With a digit of the birth date that differs.
    """

    part_left_out: int = 15
    exchanged: int = 10
    digit_differs: int = 20


LEAST_CHARACTERS = LeastCharacters()


@dataclass(frozen=True, slots=True)
class Comparison:
    """m pairs of a person and an entry that share a block key, in this order.

    Attributes
    ----------
    person, entry
        int64[m]: rows.
    passport, phone, address
        bool[m]: whether these are the same.
    name, characters
        int64[m]: comparison of the names, of `features.identity.name_comparison`, and the letters that agree.
    birth_date
        int64[m]: comparison of the birth dates, of `features.identity.birth_dates`.
    """

    person: Ints
    entry: Ints
    passport: Bools
    phone: Bools
    address: Bools
    name: Ints
    characters: Ints
    birth_date: Ints

    def identified(self, least: LeastCharacters = LEAST_CHARACTERS) -> Bools:
        """Return bool[m]: which pairs are taken for the same person.

        By passport; by name and birth date, of which the one may differ less the more the other does; or by a similar
        name beside the same phone or address, where the birth dates do not contradict it.
        """
        same_date = (self.name >= names.TYPING_ERROR) & (self.birth_date == SAME)
        part = (self.name == names.PART_LEFT_OUT) & (self.birth_date == SAME) & (self.characters >= least.part_left_out)
        other_spelling = (self.name >= names.SPELLING) & (self.characters >= least.exchanged)
        exchanged = (self.birth_date == EXCHANGED) & other_spelling
        digit = (
            (self.birth_date == DIGIT_DIFFERS)
            & (self.name >= names.SPELLING)
            & (self.characters >= least.digit_differs)
        )
        beside = (self.name > names.DIFFERENT) & (self.birth_date != DIFFERENT) & (self.phone | self.address)
        return self.passport | same_date | part | exchanged | digit | beside


def compare(persons: Persons, entries: Persons) -> Comparison:
    """Return the comparison of all pairs that share a block key."""
    person, entry = candidates(sorted_blocks(entry_block_keys(entries)), person_block_keys(persons))
    return compare_rows(persons, entries, person, entry)


def compare_rows(persons: Persons, entries: Persons, person: Ints, entry: Ints) -> Comparison:
    """Return the comparison of given pairs of rows, int64[m] each."""

    def same(name: str) -> Bools:
        key, other = getattr(persons, name)[person], getattr(entries, name)[entry]
        return (key != 0) & (key == other)

    dates = compare_dates(persons.born[person], entries.born[entry])
    passport, phone, address = same("passport"), same("phone"), same("address")
    level, characters = np.zeros(len(person), dtype=np.int64), np.zeros(len(person), dtype=np.int64)
    # a digit that differs is worth a look only with the same name, or with something else that is the same
    skeletons = pc.equal(persons.skeletons.take(pa.array(person)), entries.skeletons.take(pa.array(entry)))
    near = (dates != DIFFERENT) & ((dates != DIGIT_DIFFERS) | skeletons.to_numpy(zero_copy_only=False))
    rows = np.flatnonzero(near | passport | phone | address)
    level[rows], characters[rows] = names.compare_names(
        persons.names.take(pa.array(person[rows])).to_pylist(), entries.names.take(pa.array(entry[rows])).to_pylist()
    )
    return Comparison(person, entry, passport, phone, address, level, characters, dates)
