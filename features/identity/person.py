"""Is this the same person? Keys from names in any script and birth dates, proof against the usual clerical variants."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.identity.birth_dates import either_order_numbers
from features.identity.hashing import combine, hash_texts
from features.identity.romanise import fold, romanise

_BREAKS = re.compile(r"[\s,.\-・=/]+")


@lru_cache(maxsize=262144)
def name_skeleton(name: str) -> str:
    """Return a name as sorted, folded Latin words, so that order of parts and spelling do not matter.

    A Chinese name in characters takes its Japanese or its Chinese reading, whichever the dictionary knows, and so may
    not meet its own romanised form; passport numbers link such records instead.

    >>> name_skeleton("佐藤 Naoki") == name_skeleton("NAOKI SATOH")
    True
    """
    parts = _BREAKS.split(unicodedata.normalize("NFKC", name).strip())
    words = sorted(fold(word) for part in parts if part for word in [romanise(part).replace(" ", "")] if word)
    return " ".join(words)


def name_keys(names: pa.Array) -> NDArray[np.int64]:
    """Return one key per name, int64[n]; 0 for none."""
    return hash_texts(name_skeletons(names), "name")


def person_keys(family: pa.Array, given: pa.Array, birth_dates: pa.Array) -> NDArray[np.int64]:
    """Return one key per person, int64[n], from the whole name and the birth date.

    A birth date with day and month exchanged gives the same key. Without a birth date the name alone is the key (in a
    name space of its own, so that it meets only other undated records); without a name there is none.
    """
    return one_name_person_keys(whole_names(family, given), birth_dates)


def one_name_person_keys(names: pa.Array, birth_dates: pa.Array) -> NDArray[np.int64]:
    """Return one key per person whose name stands in one column; without a birth date the name alone is the key."""
    name = name_keys(names)
    birth = either_order_numbers(birth_dates)
    return np.where(birth != 0, combine(name, birth), name)


def given_name_birth_keys(given: pa.Array, birth_dates: pa.Array) -> NDArray[np.int64]:
    """Return one key per given name and birth date, which survives a name changed by marriage."""
    return combine(hash_texts(name_skeletons(given), "given"), either_order_numbers(birth_dates))


def whole_names(family: pa.Array, given: pa.Array) -> pa.Array:
    """Return both parts of each name as one text, empty or blank where there is none."""
    # not null_handling="skip": pyarrow 25 then leaves out a row whose parts are all null, and every later one moves up
    return pc.binary_join_element_wise(pc.fill_null(family, ""), pc.fill_null(given, ""), " ")


def name_skeletons(names: pa.Array) -> pa.Array:
    """Return the skeleton of each name, null for null; each distinct name is read once."""
    if len(names) < 64:
        return pa.array([None if name is None else name_skeleton(name) for name in names.to_pylist()], pa.string())
    distinct = pc.unique(names)
    table = pa.array([None if name is None else name_skeleton(name) for name in distinct.to_pylist()], pa.string())
    return table.take(pc.index_in(names, value_set=distinct))
