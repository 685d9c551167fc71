"""Which entries of the watch list a person matches, and in which way. Covers: features.identity.entry_comparison, features.identity.blocks."""

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from features.identity.address import address_keys
from features.identity.birth_dates import date_numbers
from features.identity.blocks import Persons
from features.identity.entry_comparison import WAYS, compare
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
    return Persons(
        passport_keys(columns["passport_number"]),
        phone_keys(columns["phone"]),
        address_keys(columns["address"])[0],
        date_numbers(columns["birth_date"]),
        name_skeletons(whole_names(columns["family_name"], columns["given_names"])),
    )


def named(name: str, born: str | None, **more: str) -> dict[str, Any]:
    family, _, given = name.partition(" ")
    date = None if born is None else dt.date.fromisoformat(born)
    return {"family_name": family, "given_names": given, "birth_date": date, **more}


def matches(people: Persons, entries: Persons) -> list[tuple[int, int, list[str]]]:
    pairs = zip(*compare(people, entries), strict=True)
    return [(int(person), int(entry), [WAYS[at] for at in np.flatnonzero(ways)]) for person, entry, ways in pairs]


def ways(person: dict[str, Any], entry: dict[str, Any]) -> list[str]:
    return [way for _, _, matching in matches(persons(person), persons(entry)) for way in matching]


ENTERED = named("渡辺 Hiroshi", "1983-10-11")


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (named("Watanabe Hiroshi", "1983-10-11"), "name_and_birth_date"),
        (named("HIROSHI WATANABE", "1983-10-11"), "name_and_birth_date"),
        (named("Watanabi Hirosi", "1983-10-11"), "name_and_birth_date"),
        (named("Watanabe Hiroshi", "1983-11-10"), "name_and_close_birth_date"),
        (named("Watanabe Hiroshi", "1983-10-12"), "name_and_close_birth_date"),
        (named("Watanabe Hiroshi", "1983-12-11"), "name_and_close_birth_date"),
        (named("Watanabe Hiroshi", "1973-10-11"), "name_and_close_birth_date"),
        (named("Watanabe Hiroshi", None), "name_without_birth_date"),
        (named("Watanabe Hiroshi", "1983-10-22"), None),
        (named("Watanabe Hiroshi", "1961-02-03"), None),
        (named("Suzuki Makoto", "1983-10-11"), None),
        (named(" ", "1983-10-11"), None),
    ],
)
def test_a_person_matches_by_name_and_birth_date(person: dict[str, Any], expected: str | None) -> None:
    assert ways(person, ENTERED) == ([expected] if expected else [])


def test_an_entry_without_a_birth_date_matches_by_a_nearly_equal_name_alone() -> None:
    entry = named("渡辺 Hiroshi", None)
    assert ways(named("Watanabe Hiroshi", "1983-10-11"), entry) == ["name_without_birth_date"]
    assert ways(named("Watanabe Makoto", "1983-10-11"), entry) == []


@pytest.mark.parametrize(
    ("column", "written", "entered", "expected"),
    [
        ("passport_number", "p 3877156", "P3877156", "passport"),
        ("phone", "+81 90 1787 1028", "090-1787-1028", "phone"),
        ("address", "Tokyo-to Adachi-ku Umeda4-23-25", "東京都足立区梅田4丁目23番25号", "address"),
    ],
)
def test_a_shared_key_matches_whatever_the_name(column: str, written: str, entered: str, expected: str) -> None:
    matching = ways(named("Kim Wei", "1990-01-01", **{column: written}), {**ENTERED, column: entered})
    assert matching == [expected]


def test_missing_and_unusable_keys_match_nobody() -> None:
    nothing = {"passport_number": None, "phone": "12", "address": " "}
    assert ways({**named("Kim Wei", "1990-01-01"), **nothing}, {**ENTERED, **nothing}) == []


def test_all_ways_in_which_a_pair_matches_are_named() -> None:
    person = named("Watanabe Hiroshi", "1983-11-10", passport_number="P1", phone="090-1787-1028")
    assert ways(person, {**person, **ENTERED}) == ["passport", "phone", "name_and_close_birth_date"]


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
    assert sum(len(matching) for _, _, matching in among_many) > 100
    for at, row in enumerate(people):
        alone = [(at, entry, matching) for _, entry, matching in matches(persons(row), listed)]
        assert alone == [match for match in among_many if match[0] == at]
