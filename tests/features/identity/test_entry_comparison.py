"""Which entries of the watch list a person matches, and in which way. Covers: features.identity.entry_comparison, features.identity.blocks."""

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from features.identity.address import address_keys
from features.identity.birth_dates import date_numbers
from features.identity.blocks import Persons
from features.identity.entry_comparison import compare
from features.identity.person import name_skeletons, passport_keys, whole_names
from features.identity.phone import phone_keys

PERSON = {
    "family_name": pa.string(),
    "given_names": pa.string(),
    "birth_date": pa.date32(),
    "passport_number": pa.string(),
    "phone": pa.string(),
    "address": pa.string(),
}


def persons(*rows: dict[str, Any]) -> Persons:
    columns = {name: pa.array([row.get(name) for row in rows], kind) for name, kind in PERSON.items()}
    names = whole_names(columns["family_name"], columns["given_names"])
    return Persons(
        passport_keys(columns["passport_number"]),
        phone_keys(columns["phone"]),
        address_keys(columns["address"])[0],
        date_numbers(columns["birth_date"]),
        names,
        name_skeletons(names),
    )


def named(name: str, born: str | None, **more: str) -> dict[str, Any]:
    family, _, given = name.partition(" ")
    date = None if born is None else dt.date.fromisoformat(born)
    return {"family_name": family, "given_names": given, "birth_date": date, **more}


def matches(people: Persons, entries: Persons) -> list[tuple[int, int]]:
    compared = compare(people, entries)
    same = compared.identified()
    return list(zip(compared.person[same].tolist(), compared.entry[same].tolist(), strict=True))


def is_match(person: dict[str, Any], entry: dict[str, Any]) -> bool:
    return matches(persons(person), persons(entry)) == [(0, 0)]


ENTERED = named("渡辺 Hiroshi", "1983-10-11")


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (named("Watanabe Hiroshi", "1983-10-11"), True),
        (named("HIROSHI WATANABE", "1983-10-11"), True),
        (named("Watanabi Hirosi", "1983-10-11"), True),
        # a letter left out, doubled, exchanged
        (named("Watanbe Hiroshi", "1983-10-11"), True),
        (named("Wattanabe Hiroshi", "1983-10-11"), True),
        (named("Wataanbe Hiroshi", "1983-10-11"), True),
        (named("Watanabe Mariko", "1983-10-11"), False),
        # day and month exchanged: all of fifteen letters agree
        (named("Watanabe Hiroshi", "1983-11-10"), True),
        (named("Watanabi Hiroshi", "1983-11-10"), True),
        (named("Watxnabe Hiroshi", "1983-11-10"), False),
        # a digit of the birth date: twenty letters must agree
        (named("Watanabe Hiroshi", "1983-10-12"), False),
        (named("Watanabe Hiroshi", None), False),
        (named("Watanabe Hiroshi", "1983-10-22"), False),
        (named("Suzuki Makoto", "1983-10-11"), False),
        (named(" ", "1983-10-11"), False),
    ],
)
def test_a_person_matches_by_name_and_birth_date(person: dict[str, Any], expected: bool) -> None:
    assert is_match(person, ENTERED) is expected


def test_the_longer_the_name_that_agrees_the_more_else_may_differ() -> None:
    long, short = "Christine Villanueva Maria", "Wang Wei"
    assert is_match(named(long, "1983-10-12"), named(long, "1983-10-11"))
    assert not is_match(named(short, "1983-10-12"), named(short, "1983-10-11"))
    assert is_match(named("Reyes Grace", "1983-10-11"), named("Reyes Grace", "1983-11-10"))
    assert not is_match(named(short, "1983-10-11"), named(short, "1983-11-10"))
    # fifteen letters in both: Milena Rodriguez
    assert is_match(named("Rodriguez Milena Yolanda", "1983-10-11"), named("Rodriguez Milena", "1983-10-11"))
    assert not is_match(named("Wang Wei Jun", "1983-10-11"), named(short, "1983-10-11"))


@pytest.mark.parametrize("column", ["phone", "address"])
def test_beside_the_same_phone_or_address_a_similar_name_is_enough(column: str) -> None:
    value = {"phone": "090-1787-1028", "address": "東京都足立区梅田4丁目23番25号"}[column]
    for person in (named("Watanabe Hiroshi", "1983-10-12"), named("Watanabi Hiroshi", None)):
        assert is_match({**person, column: value}, {**ENTERED, column: value})
    for person in (named("Suzuki Makoto", "1983-10-12"), named("Watanabe Hiroshi", "1961-02-03")):
        assert not is_match({**person, column: value}, {**ENTERED, column: value})


def test_the_same_passport_is_the_same_person_whatever_the_name() -> None:
    assert is_match(
        named("Kim Wei", "1990-01-01", passport_number="p 3877156"), {**ENTERED, "passport_number": "P3877156"}
    )


def test_missing_and_unusable_keys_match_nobody() -> None:
    nothing = {"passport_number": None, "phone": "12", "address": " "}
    assert not is_match({**named("Kim Wei", "1990-01-01"), **nothing}, {**ENTERED, **nothing})


def test_nobody_and_an_empty_list_match_nothing() -> None:
    assert matches(persons(), persons(ENTERED)) == []
    assert matches(persons(ENTERED), persons()) == []


def random_rows(rng: np.random.Generator, count: int) -> list[dict[str, Any]]:
    family, given = ["渡辺", "Watanabe", "Watanabi", "Dela Cruz", "王"], ["Hiroshi", "浩", "Maria", "Marla"]
    return [
        {
            "family_name": family[rng.integers(5)],
            "given_names": given[rng.integers(4)],
            **({} if rng.random() < 0.9 else {"family_name": None, "given_names": None}),
            "birth_date": dt.date(1980 + int(rng.integers(2)), int(rng.integers(1, 4)), int(rng.integers(1, 13)))
            if rng.random() < 0.8
            else None,
            "passport_number": f"P{rng.integers(40)}" if rng.random() < 0.5 else None,
            "phone": f"090-1234-56{rng.integers(10, 50)}" if rng.random() < 0.5 else None,
            "address": f"梅田{rng.integers(1, 40)}-2-3" if rng.random() < 0.5 else None,
        }
        for _ in range(count)
    ]


def test_a_person_alone_matches_as_among_many() -> None:
    rng = np.random.default_rng(5)
    people, listed = random_rows(rng, 120), persons(*random_rows(rng, 60))
    among_many = matches(persons(*people), listed)
    assert len(among_many) > 50
    for at, row in enumerate(people):
        alone = [(at, entry) for _, entry in matches(persons(row), listed)]
        assert alone == [match for match in among_many if match[0] == at]
