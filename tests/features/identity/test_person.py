"""Spellings of a name have the same key, in any script and order; the table is for experts to extend. Covers: features.identity.person."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.identity.person import (
    full_name_person_keys,
    given_name_birth_keys,
    name_skeleton,
    name_skeletons,
    person_keys,
)

SAME_NAME = (
    ("佐藤 Naoki", "Sato Naoki", "SATOU NAOKI", "Naoki SATOH", "Satō Naoki", "さとう なおき", "サトウ　ナオキ"),
    ("渡辺 Yoko", "Watanabe Youko", "YOKO WATANABE"),
    ("鈴木 浩", "Suzuki Hiroshi", "SUZUKI HIROSI"),
    ("京子", "Kyoko", "Kyouko", "キョウコ"),
    ("Dela Cruz Maria", "Maria Dela Cruz", "DELA CRUZ, MARIA", "DelaCruz Maria"),
    ("Garcia-López", "Garcia Lopez", "GARCIA LOPEZ"),
    ("Phạm Thị Hoa", "Pham Thi Hoa", "PHAM THI HOA"),
    ("Иванова", "Ivanova"),
    ("O'Brien", "O’Brien", "OBRIEN"),
)

OTHER_NAME = (
    ("Sato Naoki", "Sato Naomi"),
    ("Maria Santos", "Mario Santos"),
    ("Rey", "Ley"),  # r and l are not folded: they tell real names apart
)

NOT_KNOWN_TO_BE_THE_SAME = (
    ("王", "Wang"),  # a character name takes its Japanese reading; its passport links such records
    ("สมชาย", "Somchai"),  # Thai writes fewer vowels than are spoken
)


@pytest.mark.parametrize("spellings", SAME_NAME, ids=lambda spellings: spellings[0])
def test_spellings_of_a_name_are_equal(spellings: tuple[str, ...]) -> None:
    assert len({name_skeleton(name) for name in spellings}) == 1


@pytest.mark.parametrize(("first", "second"), OTHER_NAME)
def test_different_names_stay_apart(first: str, second: str) -> None:
    assert name_skeleton(first) != name_skeleton(second)


@pytest.mark.parametrize(("first", "second"), NOT_KNOWN_TO_BE_THE_SAME)
def test_known_limits_of_transliteration(first: str, second: str) -> None:
    assert name_skeleton(first) != name_skeleton(second)


def keys(family: str | None, given_names: str | None, born: dt.date | None) -> int:
    columns = pa.array([family], pa.string()), pa.array([given_names], pa.string()), pa.array([born], pa.date32())
    return int(person_keys(*columns)[0])


def test_name_parts_in_either_order_are_the_same_person() -> None:
    born = dt.date(1990, 5, 20)
    assert keys("Dela Cruz", "Maria", born) == keys("Maria", "Dela Cruz", born)


def test_day_and_month_exchanged_are_the_same_person() -> None:
    assert keys("Sato", "Naoki", dt.date(1990, 3, 4)) == keys("Sato", "Naoki", dt.date(1990, 4, 3))
    assert keys("Sato", "Naoki", dt.date(1990, 3, 4)) != keys("Sato", "Naoki", dt.date(1990, 3, 5))
    assert keys("Sato", "Naoki", dt.date(1990, 3, 4)) != keys("Sato", "Naoki", dt.date(1991, 3, 4))


def test_births_before_1970_have_keys_of_their_own() -> None:
    assert keys("Sato", "Naoki", dt.date(1969, 12, 31)) != keys("Sato", "Naoki", dt.date(1970, 12, 31))


def test_a_married_name_keeps_the_key_of_given_name_and_birth() -> None:
    born = pa.array([dt.date(1990, 3, 4)] * 2)
    before, after = given_name_birth_keys(pa.array(["Maria", "MARIA"]), born)
    assert before == after != 0


def test_an_undated_name_meets_only_undated_names() -> None:
    names, born = pa.array(["Sato Naoki", "SATOU NAOKI"]), pa.array([None, dt.date(1990, 3, 4)], pa.date32())
    undated, dated = full_name_person_keys(names, born)
    assert undated != dated
    assert 0 not in (undated, dated)


def test_no_name_is_nobody() -> None:
    assert keys(None, None, dt.date(1990, 3, 4)) == 0
    assert keys("-", "", dt.date(1990, 3, 4)) == 0


@settings(deadline=None, max_examples=100)
@given(st.lists(st.one_of(st.none(), st.text(max_size=12)), max_size=10))
def test_a_column_reads_names_as_alone(names: list[str | None]) -> None:
    encodable = [name for name in names if name is None or name.isprintable()]
    long_column = pa.array([*encodable, *["Sato"] * 64], pa.string())
    alone = [None if name is None else name_skeleton(name) for name in encodable]
    assert name_skeletons(long_column).to_pylist()[: len(encodable)] == alone


def test_a_row_without_a_name_moves_no_other_row() -> None:
    family, given_names = pa.array(["Sato", None, "Kim"]), pa.array(["Naoki", None, "Wei"])
    born = pa.array([dt.date(1990, 3, 4)] * 3)
    expected = [keys("Sato", "Naoki", dt.date(1990, 3, 4)), 0, keys("Kim", "Wei", dt.date(1990, 3, 4))]
    assert person_keys(family, given_names, born).tolist() == expected
