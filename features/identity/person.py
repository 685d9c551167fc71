"""Keys of persons: names in any script with birth dates, and passports, robust to common clerical variants."""

from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Ints
from features.identity.birth_dates import either_order_numbers
from features.identity.hashes import combine, hash_texts
from features.identity.name_words import name_words, sorted_words
from features.identity.no_values import listed_texts, values_only

# no digit, the same digit throughout, or counted from one
_PASSPORT_FILLER = "^(?:[^0-9]*|[A-Z]{0,3}0{4,}|1{5,}|2{5,}|3{5,}|4{5,}|5{5,}|6{5,}|7{5,}|8{5,}|9{5,}|0?123456[0-9]*)$"


@lru_cache(maxsize=262144)
def name_skeleton(name: str) -> str:
    """Return a name as sorted, folded Latin words, independent of spelling and order of parts.

    A Chinese name in characters takes its Japanese or Chinese reading, whichever the dictionary has, and so may differ
    from its own romanised form. Passport numbers link such records.

    >>> name_skeleton("佐藤 Naoki") == name_skeleton("NAOKI SATOH")
    True
    """
    return " ".join(sorted_words(name_words(name)))


def name_skeletons(names: pa.Array) -> pa.Array:
    """Return the skeleton of each name, null for null; each distinct name is read once."""
    if len(names) < 64:
        return pa.array([None if name is None else name_skeleton(name) for name in names.to_pylist()], pa.string())
    distinct = pc.unique(names)
    table = pa.array([None if name is None else name_skeleton(name) for name in distinct.to_pylist()], pa.string())
    return table.take(pc.index_in(names, value_set=distinct))


def whole_names(family: pa.Array, given: pa.Array) -> pa.Array:
    """Return both parts of each name as one text, blank where there is none."""
    # not null_handling="skip": pyarrow 25 then drops a row whose parts are all null, and later rows move up
    return pc.binary_join_element_wise(_name_part(family), _name_part(given), " ")


def _name_part(part: pa.Array) -> pa.Array:
    """Return parts of names, empty where there is none."""
    no_value = pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(part)), value_set=listed_texts("name"))
    return pc.if_else(no_value, "", pc.fill_null(part, ""))


def person_keys(family: pa.Array, given: pa.Array, birth_dates: pa.Array) -> Ints:
    """Return one key per person, int64[n], from whole name and birth date.

    Day and month exchanged give the same key. Without a birth date the name alone is the key, in a name space of its
    own; without a name there is no key.
    """
    return full_name_person_keys(whole_names(family, given), birth_dates)


def full_name_person_keys(names: pa.Array, birth_dates: pa.Array) -> Ints:
    """Return one key per person whose whole name is a single column; see `person_keys`."""
    return skeleton_keys(name_skeletons(names), birth_dates)


def skeleton_keys(skeletons: pa.Array, birth_dates: pa.Array) -> Ints:
    """Return one key per name skeleton and birth date; see `person_keys`."""
    name = hash_texts(skeletons, "name")
    birth = either_order_numbers(birth_dates)
    return np.where(birth != 0, combine(name, birth), name)


def birth_keys(birth_dates: pa.Array) -> Ints:
    """Return one key per birth date, int64[n], equal for day and month exchanged; 0 for none."""
    births = either_order_numbers(birth_dates)
    return combine(np.ones_like(births), births)


def given_name_birth_keys(given: pa.Array, birth_dates: pa.Array) -> Ints:
    """Return one key per given name and birth date, int64[n], which a change of name by marriage preserves."""
    return combine(hash_texts(name_skeletons(given), "given"), either_order_numbers(birth_dates))


def passport_keys(numbers: pa.Array) -> Ints:
    """Return one key per passport number, int64[n], in any case, width and separators; 0 for none and for a filler."""
    if numbers.null_count == len(numbers):
        return np.zeros(len(numbers), dtype=np.int64)
    compact = pc.replace_substring_regex(pc.utf8_upper(pc.utf8_normalize(numbers, form="NFKC")), r"[\s\-]", "")
    filler = pc.fill_null(pc.match_substring_regex(compact, _PASSPORT_FILLER), fill_value=False)
    compact = pc.if_else(filler, pa.scalar(None, pa.string()), compact)
    return hash_texts(values_only(compact, "passport"), "passport")


def email_keys(addresses: pa.Array) -> Ints:
    """Return one key per e-mail address, int64[n]; 0 for none and for an address made up to fill the field."""
    return hash_texts(values_only(pc.utf8_lower(pc.utf8_trim_whitespace(addresses)), "email"), "email")
