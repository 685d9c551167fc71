"""How is a fact made? One function for each recipe of the layout, from Arrow columns to int64 or float64 arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.facts.layout import Fact, Recipe
from features.identity import address, hashing, letter, person, phone
from features.identity.buffers import valid, whole_numbers
from features.tables.nine_tables import TABLES

Values = NDArray[np.int64] | NDArray[np.float64]
_NULL_TIME = int(np.iinfo(np.int64).min)
_DAY_US = 86_400_000_000

ALLOWED: dict[str, tuple[str, ...]] = {
    column.name: column.allowed for table in reversed(TABLES.values()) for column in table.columns if column.allowed
}
"""The codes of a category are positions in its list of allowed values (landings' statuses extend the visa's)."""
ALLOWED["status_of_residence"] = TABLES["landings"].column("status_of_residence").allowed

_ALLOWED_ARRAYS = {name: pa.array(values, pa.string()) for name, values in ALLOWED.items()}

OCCUPATIONS = ("entertainer", "singer", "dancer", "musician", "hostess", "waitress", "model", "performer")
"""Declared occupations that belong to stages and bars; a word in the text decides."""


def code_of(column: str, value: str) -> int:
    """Return the number by which a category's value is kept."""
    return ALLOWED[column].index(value)


def _array(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _time(array: pa.Array) -> Values:
    if pa.types.is_date32(array.type):
        return np.where(valid(array), whole_numbers(array, np.int32).astype(np.int64) * _DAY_US, _NULL_TIME)
    return np.where(valid(array), whole_numbers(array, np.int64), _NULL_TIME)


def _number(array: pa.Array) -> Values:
    numbers = array if array.type == pa.float64() else array.cast(pa.float64())
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)


def _truth(array: pa.Array) -> Values:
    return np.where(valid(array), whole_numbers(array.cast(pa.int8()), np.int8).astype(np.int64), -1)


def _present(array: pa.Array) -> Values:
    return valid(array).astype(np.int64)


def _words(array: pa.Array) -> Values:
    """Say whether a declared occupation belongs to stages and bars: 1 yes, 0 another one, -1 not declared."""
    found = pc.match_substring_regex(pc.utf8_lower(array), "|".join(OCCUPATIONS))
    return _truth(found)


def make_facts(facts: Sequence[Fact], table: pa.Table) -> dict[str, Values]:
    """Make all fact columns of a table of records; an address is read once for its unit and its building."""
    made: dict[str, Values] = {}
    places: dict[tuple[str, ...], tuple[Values, Values]] = {}
    for fact in facts:
        if fact.recipe in _SIDES:
            if fact.sources not in places:
                places[fact.sources] = address.address_keys(_array(table.column(fact.sources[0])))
            made[fact.name] = places[fact.sources][_SIDES.index(fact.recipe)]
        else:
            made[fact.name] = make_fact(fact, table)
    return made


def make_fact(fact: Fact, table: pa.Table) -> Values:
    """Make one fact column of a table of records.

    Returns
    -------
    array of n values
        int64 (times in microseconds UTC, codes with -1 for null, keys with 0 for null) or float64.
    """
    arrays = [_array(table.column(name)) for name in fact.sources]
    if len(arrays) == 1 and fact.recipe in _NOTHING and arrays[0].null_count == len(arrays[0]):
        return np.repeat(_NOTHING[fact.recipe], len(arrays[0]))  # type: ignore[return-value]
    if fact.recipe is Recipe.CODE:
        codes = pc.index_in(arrays[0], value_set=_ALLOWED_ARRAYS[fact.name])
        return np.where(valid(codes), whole_numbers(codes, np.int32), -1).astype(np.int64)
    if fact.recipe is Recipe.IDENTIFIER:
        return hashing.hash_texts(arrays[0], fact.space)
    return _RECIPES[fact.recipe](*arrays)


def _named_person(name: pa.Array, birth: pa.Array | None = None) -> Values:
    return person.one_name_person_keys(name, pa.nulls(len(name), pa.date32()) if birth is None else birth)


def _passport(array: pa.Array) -> Values:
    plain = pc.replace_substring_regex(pc.utf8_upper(pc.utf8_normalize(array, form="NFKC")), r"[\s\-]", "")
    return hashing.hash_texts(plain, "passport")


def _email(array: pa.Array) -> Values:
    return hashing.hash_texts(pc.utf8_lower(pc.utf8_trim_whitespace(array)), "email")


# what a fact is where nothing was recorded: a single record leaves half of its columns empty
_NOTHING: dict[Recipe, Values] = {
    Recipe.NUMBER: np.array([np.nan]),
    Recipe.TIME: np.array([_NULL_TIME]),
    **{recipe: np.array([-1]) for recipe in (Recipe.CODE, Recipe.TRUTH, Recipe.WORDS)},
    **{recipe: np.array([0]) for recipe in (Recipe.PRESENT, Recipe.IDENTIFIER, Recipe.PASSPORT, Recipe.PHONE, Recipe.EMAIL, Recipe.LETTER)},
}  # fmt: skip
_SIDES = (Recipe.UNIT, Recipe.BUILDING)
_RECIPES: dict[Recipe, Callable[..., Values]] = {
    Recipe.TIME: _time,
    Recipe.NUMBER: _number,
    Recipe.TRUTH: _truth,
    Recipe.PRESENT: _present,
    Recipe.WORDS: _words,
    Recipe.PASSPORT: _passport,
    Recipe.PHONE: phone.phone_keys,
    Recipe.EMAIL: _email,
    Recipe.UNIT: lambda array: address.address_keys(array)[0],
    Recipe.BUILDING: lambda array: address.address_keys(array)[1],
    Recipe.PERSON: person.person_keys,
    Recipe.GIVEN: person.given_name_birth_keys,
    Recipe.NAMED_PERSON: _named_person,
    Recipe.LETTER: lambda array: letter.fingerprints(array)[0],
}
