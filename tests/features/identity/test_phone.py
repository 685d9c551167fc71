"""Spellings of a phone number have the same key; the path over columns equals the library. Covers: features.identity.phone."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.identity.phone import normalise_phone, phone_keys

SAME_PHONE = (
    ("+819012345678", "090-1234-5678", "09012345678", "０９０－1234－5678", "+81 90 1234 5678", "+81 090 1234 5678"),
    ("+81312345678", "03-1234-5678", "(03) 1234 5678", "+81-3-1234-5678"),
    ("+639171234567", "+63 917 123 4567", "+63-917-1234567", "＋63 917 123 4567"),
)

SEPARATOR = st.sampled_from(["", " ", "-", "－", ".", "‐", "−", "　", "ー", "--", " - "])
DIGITS = "0123456789"


@st.composite
def written_phones(draw: st.DrawFn) -> str:
    start = draw(
        st.sampled_from(
            ["090", "080", "070", "060", "050", "03", "06", "0120", "+81", "+8190", "+810", "+63", "+86", "0", ""]
        )
    )
    digits = draw(st.text(DIGITS, min_size=0, max_size=12))
    text = "".join(char + draw(SEPARATOR) for char in start + digits)
    return text.translate({ord(d): ord("０") + int(d) for d in DIGITS}) if draw(st.booleans()) else text


@pytest.mark.parametrize("spellings", SAME_PHONE, ids=lambda spellings: spellings[0])
def test_spellings_of_a_number_are_equal(spellings: tuple[str, ...]) -> None:
    assert {normalise_phone(text) for text in spellings} == {spellings[0]}


@pytest.mark.parametrize("text", ["", "12", "abc", "+", "+999999999999999999", "\x00"])
def test_what_cannot_be_a_number_has_no_key(text: str) -> None:
    assert normalise_phone(text) is None
    assert phone_keys(pa.array([text] * 100)).tolist() == [0] * 100


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(written_phones(), st.text(max_size=15), st.none()), max_size=8))
def test_a_column_gives_the_keys_its_values_give_alone(phones: list[str | None]) -> None:
    column = pa.array([*phones, *[None] * 64], pa.string())  # 64 and more take the path over columns
    alone = [int(phone_keys(pa.array([text], pa.string()))[0]) for text in phones]
    assert phone_keys(column)[: len(phones)].tolist() == alone


def test_every_japanese_mobile_prefix_is_the_same_on_both_paths() -> None:
    texts = [f"0{a}0{b}{c}234567" for a in range(10) for b in range(10) for c in (0, 9)]
    alone = np.array([phone_keys(pa.array([text]))[0] for text in texts])
    assert (phone_keys(pa.array(texts)) == alone).all()
