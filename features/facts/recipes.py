"""Recipes of facts: from Arrow columns to int64 or float64 arrays."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Floats, Ints
from features.facts import occupations
from features.facts.layout import Fact, Recipe
from features.facts.readable_rows import of_readable_rows
from features.identity import address, person, phone, statement_simhash
from features.identity import hashes as hashing
from features.identity.buffers import valid, whole_numbers
from features.identity.compatible_names import word_bits
from features.identity.no_values import values_only
from features.tables.schema import TABLES
from features.tables.times import DAY_US, NULL_TIME

Values = Ints | Floats

CATEGORIES: dict[str, tuple[str, ...]] = {
    column.name: column.allowed for table in reversed(TABLES.values()) for column in table.columns if column.allowed
}
"""Values of each category by column; the position of a value is its code."""
# the statuses of landings extend those of applications
CATEGORIES["status_of_residence"] = TABLES["landings"].column("status_of_residence").allowed

_CATEGORY_ARRAYS = {name: pa.array(values, pa.string()) for name, values in CATEGORIES.items()}


def code_of(column: str, value: str) -> int:
    """Return the code of a category's value."""
    return CATEGORIES[column].index(value)


def encode_facts(facts: Sequence[Fact], table: pa.Table) -> dict[str, Values]:
    """Return all fact columns of a table of records; each address and each traveller's name is read once."""
    encoded: dict[str, Values] = {}
    addresses: dict[str, tuple[Values, Values]] = {}
    skeletons: dict[tuple[str, ...], pa.Array] = {}
    for fact in facts:
        if fact.recipe in _NAME_PARTS:
            arrays = [_array(table.column(name)) for name in fact.sources]
            parts = fact.sources[:2]
            if parts not in skeletons:
                skeletons[parts] = of_readable_rows(_skeletons, arrays[:2], _no_texts, pa.concat_arrays)
            encoded[fact.name] = _NAME_PARTS[fact.recipe](skeletons[parts], *arrays[2:])
        elif fact.recipe in _ADDRESS_PARTS:
            [source] = fact.sources
            if source not in addresses:
                column = [_array(table.column(source))]
                addresses[source] = of_readable_rows(address.address_keys, column, _no_address, _joined_addresses)
            encoded[fact.name] = addresses[source][_ADDRESS_PARTS.index(fact.recipe)]
        else:
            encoded[fact.name] = encode_fact(fact, table)
    return encoded


def encode_fact(fact: Fact, table: pa.Table) -> Values:
    """Return a fact column of a table of records.

    Returns
    -------
    array of n values
        int64 (times in microseconds UTC, codes with -1 for null, keys with 0 for null) or float64.
    """
    arrays = [_array(table.column(name)) for name in fact.sources]
    null = _NULLS.get(fact.recipe, _NO_KEY)

    def blank(rows: int) -> Values:
        return np.repeat(null, rows)

    return of_readable_rows(partial(_encoded, fact), arrays, blank, _joined)


def _encoded(fact: Fact, *arrays: pa.Array) -> Values:
    if len(arrays) == 1 and fact.recipe in _NULLS and arrays[0].null_count == len(arrays[0]):
        return np.repeat(_NULLS[fact.recipe], len(arrays[0]))  # type: ignore[return-value]
    if fact.recipe is Recipe.CODE:
        codes = pc.index_in(arrays[0], value_set=_CATEGORY_ARRAYS[fact.name])
        return np.where(valid(codes), whole_numbers(codes, np.int32), -1).astype(np.int64)
    if fact.recipe is Recipe.IDENTIFIER:
        # a record's own id is required, and links by what it is
        texts = arrays[0] if fact.name == "id" else values_only(arrays[0], "identifier")
        return hashing.hash_texts(texts, fact.space)
    return _RECIPES[fact.recipe](*arrays)


def _array(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _skeletons(family: pa.Array, given: pa.Array) -> pa.Array:
    return person.name_skeletons(person.whole_names(family, given))


def _no_texts(rows: int) -> pa.Array:
    return pa.nulls(rows, pa.string())


def _no_address(rows: int) -> tuple[Values, Values]:
    return np.repeat(_NO_KEY, rows), np.repeat(_NO_KEY, rows)


def _joined(parts: Sequence[Values]) -> Values:
    return np.concatenate(parts)  # type: ignore[return-value]


def _joined_addresses(parts: Sequence[tuple[Values, Values]]) -> tuple[Values, Values]:
    first, second = zip(*parts, strict=True)
    return _joined(first), _joined(second)


def _time(array: pa.Array) -> Values:
    if pa.types.is_date32(array.type):
        return np.where(valid(array), whole_numbers(array, np.int32).astype(np.int64) * DAY_US, NULL_TIME)
    return np.where(valid(array), whole_numbers(array, np.int64), NULL_TIME)


def _number(array: pa.Array) -> Values:
    numbers = array if array.type == pa.float64() else array.cast(pa.float64())
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)


def _boolean(array: pa.Array) -> Values:
    return np.where(valid(array), whole_numbers(array.cast(pa.int8()), np.int8).astype(np.int64), -1)


def _presence(array: pa.Array) -> Values:
    return valid(array).astype(np.int64)


def _name_words(family: pa.Array, given: pa.Array) -> Values:
    return word_bits(_skeletons(family, given))


def _full_name_person(name: pa.Array, birth: pa.Array | None = None) -> Values:
    return person.full_name_person_keys(name, pa.nulls(len(name), pa.date32()) if birth is None else birth)


_NO_KEY = np.array([0])
# values of an empty column: a single record leaves half of its columns empty
_NULLS: dict[Recipe, Values] = {
    Recipe.NUMBER: np.array([np.nan]),
    Recipe.TIME: np.array([NULL_TIME]),
    **{recipe: np.array([-1]) for recipe in (Recipe.CODE, Recipe.BOOLEAN, Recipe.STAGE_OCCUPATION)},
    **{recipe: np.array([0]) for recipe in (Recipe.PRESENCE, Recipe.IDENTIFIER, Recipe.PASSPORT, Recipe.PHONE,
                                            Recipe.EMAIL, Recipe.STATEMENT)},
}  # fmt: skip
_NAME_PARTS: dict[Recipe, Callable[..., Values]] = {Recipe.PERSON: person.skeleton_keys, Recipe.NAME_WORDS: word_bits}
_ADDRESS_PARTS = (Recipe.ADDRESS, Recipe.BUILDING)
_RECIPES: dict[Recipe, Callable[..., Values]] = {
    Recipe.TIME: _time,
    Recipe.NUMBER: _number,
    Recipe.BOOLEAN: _boolean,
    Recipe.PRESENCE: _presence,
    Recipe.STAGE_OCCUPATION: occupations.stage_work,
    Recipe.PASSPORT: person.passport_keys,
    Recipe.PHONE: phone.phone_keys,
    Recipe.EMAIL: person.email_keys,
    Recipe.PERSON: person.person_keys,
    Recipe.GIVEN_NAME_AND_BIRTH: person.given_name_birth_keys,
    Recipe.FULL_NAME_PERSON: _full_name_person,
    Recipe.NAME_WORDS: _name_words,
    Recipe.BIRTH: person.birth_keys,
    Recipe.STATEMENT: statement_simhash.simhashes,
}
