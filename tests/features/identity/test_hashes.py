"""Keys depend on the text and its name space, and on nothing else. Covers: features.identity.hashes."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from features.identity.hashes import combine, hash_texts


def fnv_and_mix(text: str, space: str) -> int:
    """Return the published algorithms in plain whole numbers."""
    mask = 2**64 - 1
    value = 0xCBF29CE484222325
    for byte in (space + text).encode():
        value = (value ^ byte) * 0x100000001B3 & mask
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = (value ^ value >> 33) * factor & mask
    value ^= value >> 33
    return value - 2**64 if value >= 2**63 else value


@given(st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]))), max_size=20), st.data())
def test_keys_are_the_published_hash_also_in_slices(texts: list[str | None], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(texts)))
    expected = [fnv_and_mix(text, "phone") if text else 0 for text in texts]
    column = pa.array(texts, pa.string())
    assert hash_texts(column, "phone").tolist() == expected
    assert hash_texts(column.slice(start), "phone").tolist() == expected[start:]
    chunks = pa.chunked_array([column.slice(0, start), column.slice(start)])
    assert hash_texts(chunks, "phone").tolist() == expected
    assert hash_texts(column.cast(pa.large_string()), "phone").tolist() == expected


def test_name_spaces_keep_equal_texts_apart() -> None:
    text = pa.array(["A1"])
    assert hash_texts(text, "passport")[0] != hash_texts(text, "agency")[0]


def test_a_pair_with_a_missing_part_has_no_key() -> None:
    first, second = np.array([5, 0, 5, 0]), np.array([7, 7, 0, 0])
    assert (combine(first, second) != 0).tolist() == [True, False, False, False]


def test_a_pair_is_not_its_reverse() -> None:
    first, second = np.array([5]), np.array([7])
    assert combine(first, second)[0] != combine(second, first)[0]
