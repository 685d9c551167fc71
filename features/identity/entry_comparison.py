"""Comparison of persons with watch-list entries: by passport, phone, address, name and birth date.

Time is not applied here: an entry holds at ``as_of`` if and only if ``listed_at < as_of`` and it is not delisted or
``as_of < delisted_at``.
"""

import numpy as np
import pyarrow as pa
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from features.arrays import Bools, Floats, Ints
from features.identity.birth_dates import DIFFERENT, DIGIT_DIFFERS, EXCHANGED, SAME, UNKNOWN, compare_dates
from features.identity.blocks import Persons, candidates, entry_block_keys, person_block_keys, sorted_blocks

WAYS = ("passport", "phone", "address", "name_and_birth_date", "name_and_close_birth_date", "name_without_birth_date")
"""Ways in which a person and an entry match, in the order of the columns of `compare`."""
LOWER_NAME_SIMILARITY = 0.92
LOWER_UNDATED_NAME_SIMILARITY = 0.97


def name_similarity(first: list[str], second: list[str]) -> Floats:
    """Return the similarity of each pair of name skeletons, 0 to 1; 0 for an empty one.

    Jaro-Winkler (Winkler 1990) on words in alphabetical order, so the order of name parts does not matter.
    """
    if not first:
        return np.zeros(0)
    similarity = np.asarray(cpdist(first, second, scorer=JaroWinkler.similarity, dtype=np.float64))
    empty = [not left or not right for left, right in zip(first, second, strict=True)]
    return np.where(empty, 0.0, similarity)


def compare(persons: Persons, entries: Persons) -> tuple[Ints, Ints, Bools]:
    """Return the matching pairs of persons and entries.

    Returns
    -------
    person, entry, ways
        int64[m] each, in this order, and bool[m, 6]: in which of `WAYS` the pair matches.
    """
    person, entry = candidates(sorted_blocks(entry_block_keys(entries)), person_block_keys(persons))
    ways = np.zeros((len(person), len(WAYS)), dtype=bool)
    for column, name in enumerate(("passport", "phone", "address")):
        key, other = getattr(persons, name)[person], getattr(entries, name)[entry]
        ways[:, column] = (key != 0) & (key == other)
    dates = compare_dates(persons.born[person], entries.born[entry])
    comparable = np.flatnonzero(dates != DIFFERENT)
    similarity = np.zeros(len(person))
    similarity[comparable] = name_similarity(
        persons.skeletons.take(pa.array(person[comparable])).to_pylist(),
        entries.skeletons.take(pa.array(entry[comparable])).to_pylist(),
    )
    near = similarity >= LOWER_NAME_SIMILARITY
    ways[:, 3] = near & (dates == SAME)
    ways[:, 4] = near & ((dates == EXCHANGED) | (dates == DIGIT_DIFFERS))
    ways[:, 5] = (similarity >= LOWER_UNDATED_NAME_SIMILARITY) & (dates == UNKNOWN)
    kept = ways.any(axis=1)
    return person[kept], entry[kept], ways[kept]
