"""Any text is read without an error, alone as in a column; what is normalised stays as it is; fillers link nobody.

Covers: features.identity.no_values.
"""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from features.identity.address import address_keys, parse_address
from features.identity.characters import modern_kanji, plain, without_signs
from features.identity.compatible_names import word_bits
from features.identity.kanji_numbers import NUMERALS, digits_of, with_digits
from features.identity.no_values import FIELDS, listed_texts, no_value_reason, values_only
from features.identity.person import email_keys, full_name_person_keys, name_skeleton, passport_keys
from features.identity.phone import normalise_phone, phone_keys
from tests.proof_size import cases

PARTS = (
    "東京都", "足立区", "梅田", "北", "条", "西", "丁目", "番地", "番", "号", "号室", "の", "ー", "-", "〒", "八五十", "二十二三", "百", "千", "コーポ", "#", "Room ", "同上", "様方", "棟",
    "Tokyo", ", ", "-ku", "-jo ", "1-chome ", "Kita ", " ", "　", "1", "23", "203", "0", "+81", "090", "内線", "（代表）", "E+09", ".0", "(", ")", "/", "京都市中京区", "上る", "FNU ", "<",
    "O'", "Ma. ", "bin ", "abd ", "de ", "la ", "al-", "Müller", "محمد", "สมชาย", "Юлия", "髙橋", "\u200b", "n/a", "ﾒｿﾞﾝ", "𠮷",
)  # fmt: skip
FORM_TEXTS = st.lists(st.sampled_from(PARTS), max_size=9).map("".join)
TEXTS = st.one_of(FORM_TEXTS, st.text(max_size=30), st.text(st.characters(codec="utf-8"), max_size=30))
ENCODABLE = TEXTS.filter(lambda text: not any("\ud800" <= sign <= "\udfff" for sign in text))
EXAMPLES = cases(100_000, 400)


@pytest.mark.proof
@settings(deadline=None, max_examples=EXAMPLES)
@given(ENCODABLE)
def test_no_text_is_an_error(text: str) -> None:
    column = pa.array([text], pa.string())
    for keys in (phone_keys, passport_keys, email_keys):
        assert len(keys(column)) == 1
    assert len(address_keys(column)[0]) == 1
    assert len(full_name_person_keys(column, pa.nulls(1, pa.date32()))) == 1
    assert len(word_bits(pa.array([name_skeleton(text)], pa.string()))) == 1
    for field in FIELDS:
        assert no_value_reason(text, field) is None or no_value_reason(text, field)


@pytest.mark.proof
@settings(deadline=None, max_examples=EXAMPLES)
@given(ENCODABLE)
def test_reading_twice_is_reading_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert modern_kanji(modern_kanji(text)) == modern_kanji(text)
    assert without_signs(without_signs(text)) == without_signs(text)
    number = normalise_phone(text)
    assert number is None or normalise_phone(number) == number


@settings(deadline=None, max_examples=200)
@given(TEXTS)
def test_not_even_half_a_character_is_an_error(text: str) -> None:
    parse_address(text), name_skeleton(text), normalise_phone(text)
    plain(text).encode()


@settings(deadline=None, max_examples=200)
@given(ENCODABLE)
@example("-jo de de")
@example("jo dela abd")
def test_a_name_read_twice_is_read_once(text: str) -> None:
    skeleton = name_skeleton(text)
    again = name_skeleton(skeleton)
    assert again in {skeleton, ""} or name_skeleton(again) == again


@given(st.text(NUMERALS, min_size=1, max_size=8))
def test_every_run_of_numerals_is_read_as_digits(numerals: str) -> None:
    digits = digits_of(numerals)
    assert set(digits) <= set("0123456789-")
    assert with_digits(f"梅田{digits}番地") == f"梅田{digits}番地"


@given(st.integers(1, 9999))
def test_a_number_in_kanji_is_that_number(number: int) -> None:
    signs, units = "〇一二三四五六七八九", ((1000, "千"), (100, "百"), (10, "十"))
    written = "".join(
        ("" if number // unit % 10 == 1 else signs[number // unit % 10]) + sign
        for unit, sign in units
        if number // unit % 10
    )
    assert digits_of(written + (signs[number % 10] if number % 10 else "")) == str(number)


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(FIELDS), st.data())
def test_no_values_link_nobody_in_any_writing(field: str, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(listed_texts(field).to_pylist()))
    written = data.draw(
        st.sampled_from([text, text.upper(), f" {text} ", f"{text}.", f"（{text}）", text.replace(" ", "")])
    )
    column = pa.array([written], pa.string())
    readers = {
        "address": lambda texts: address_keys(texts)[0], "phone": phone_keys, "passport": passport_keys, "email": email_keys,
        "name": lambda texts: full_name_person_keys(texts, pa.nulls(1, pa.date32())),
        "identifier": lambda texts: [0 if text is None else 1 for text in values_only(texts, "identifier").to_pylist()],
    }  # fmt: skip
    assert readers[field](column)[0] == 0


@settings(deadline=None, max_examples=50)
@given(st.lists(st.one_of(st.none(), ENCODABLE), max_size=6))
def test_a_column_of_any_texts_reads_them_as_alone(texts: list[str | None]) -> None:
    column = pa.array([*texts, *["梅田1-2-3"] * 64], pa.string())
    for keys in (passport_keys, email_keys, phone_keys):
        assert keys(column)[: len(texts)].tolist() == [int(keys(pa.array([text], pa.string()))[0]) for text in texts]
    for side in (0, 1):
        alone = [int(address_keys(pa.array([text], pa.string()))[side][0]) for text in texts]
        assert address_keys(column)[side][: len(texts)].tolist() == alone


@settings(deadline=None, max_examples=200)
@given(ENCODABLE)
def test_what_has_no_number_is_no_address(text: str) -> None:
    if not any(sign.isdigit() or sign in NUMERALS for sign in plain(text)):
        assert parse_address(text) == ("", "")
