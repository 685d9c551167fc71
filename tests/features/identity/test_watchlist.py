"""Who is found in the watch list, by what, and when; one person gives what a whole table gives."""

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from features.identity.blocks import Persons
from features.identity.watchlist import MATCH, Match, WatchList, match_person, match_table

UTC = dt.UTC
LISTED = dt.datetime(2007, 1, 1, tzinfo=UTC)
LISTED_US = int(LISTED.timestamp()) * 1_000_000
PERSON = {
    "family_name": pa.string(),
    "given_names": pa.string(),
    "birth_date": pa.date32(),
    "passport_number": pa.string(),
    "phone": pa.string(),
    "address": pa.string(),
}
ENTRY = {
    "entry_id": pa.string(),
    "listed_at": pa.timestamp("us", tz="UTC"),
    "delisted_at": pa.timestamp("us", tz="UTC"),
    "role": pa.string(),
    **PERSON,
}


def persons(*rows: dict[str, Any]) -> Persons:
    return Persons.of(pa.Table.from_pylist(list(rows), schema=pa.schema(PERSON)))


def entries(*rows: dict[str, Any]) -> WatchList:
    filled = [{"entry_id": f"E{at}", "listed_at": LISTED, "role": "perpetrator", **row} for at, row in enumerate(rows)]
    return WatchList.of(pa.Table.from_pylist(filled, schema=pa.schema(ENTRY)))


def named(name: str, born: str | None, **more: str) -> dict[str, Any]:
    family, _, given = name.partition(" ")
    date = None if born is None else dt.date.fromisoformat(born)
    return {"family_name": family, "given_names": given, "birth_date": date, **more}


def how(person: dict[str, Any], entry: dict[str, Any]) -> dict[str, float]:
    return {match.how: match.strength for match in match_person(persons(person), entries(entry))}


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
def test_a_person_is_found_by_name_and_birth_date(person: dict[str, Any], expected: str | None) -> None:
    assert list(how(person, ENTERED)) == ([expected] if expected else [])


def test_strength_falls_with_the_doubt_about_the_birth_date() -> None:
    exact = how(named("Watanabe Hiroshi", "1983-10-11"), ENTERED)["name_and_birth_date"]
    exchanged = how(named("Watanabe Hiroshi", "1983-11-10"), ENTERED)["name_and_close_birth_date"]
    one_digit = how(named("Watanabe Hiroshi", "1983-10-12"), ENTERED)["name_and_close_birth_date"]
    undated = how(named("Watanabe Hiroshi", "1983-10-11"), named("渡辺 Hiroshi", None))["name_without_birth_date"]
    assert [exact, exchanged, one_digit, undated] == [1.0, 0.9, 0.75, 0.6]


@pytest.mark.parametrize(
    ("column", "written", "entered", "expected"),
    [
        ("passport_number", "p 3877156", "P3877156", "passport"),
        ("phone", "+81 90 1787 1028", "090-1787-1028", "phone"),
        ("address", "Tokyo-to Adachi-ku Umeda4-23-25", "東京都足立区梅田4丁目23番25号", "address"),
    ],
)
def test_a_shared_key_is_found_whatever_the_name(column: str, written: str, entered: str, expected: str) -> None:
    found = how(named("Kim Wei", "1990-01-01", **{column: written}), {**ENTERED, column: entered})
    assert list(found) == [expected]


def test_missing_and_unusable_keys_match_nobody() -> None:
    nothing = {"passport_number": None, "phone": "12", "address": "東京都"}
    assert how({**named("Kim Wei", "1990-01-01"), **nothing}, {**ENTERED, **nothing}) == {}


def test_all_that_matches_is_said_strongest_first() -> None:
    person = named("Watanabe Hiroshi", "1983-11-10", passport_number="P1", phone="090-1787-1028")
    found = match_person(persons(person), entries({**person, **ENTERED}))
    assert [match.how for match in found] == ["passport", "name_and_close_birth_date", "phone"]


def test_an_entry_holds_after_its_listing_and_until_its_delisting() -> None:
    match = Match("E0", "victim", "passport", 1.0, listed_at=10, delisted_at=20)
    assert [match.holds_at(at) for at in (9, 10, 11, 19, 20, 21)] == [False, False, True, True, False, False]


def test_times_and_role_are_handed_back() -> None:
    end = LISTED + dt.timedelta(days=1)
    (found,) = match_person(persons(ENTERED), entries({**ENTERED, "role": "victim", "delisted_at": end}))
    assert (found.role, found.listed_at, found.delisted_at) == ("victim", LISTED_US, LISTED_US + 86_400_000_000)


def test_match_person_refuses_more_than_one() -> None:
    with pytest.raises(ValueError, match="one person, not 2"):
        match_person(persons(ENTERED, ENTERED), entries(ENTERED))


def test_nobody_and_an_empty_list_give_an_empty_table() -> None:
    assert match_table(persons(), entries(ENTERED)).tolist() == []
    assert match_table(persons(ENTERED), entries()).dtype == MATCH


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


def test_one_person_alone_matches_as_in_a_table_of_many() -> None:
    rng = np.random.default_rng(5)
    people, listed = random_rows(rng, 120), entries(*random_rows(rng, 60))
    together = match_table(persons(*people), listed)
    assert len(together) > 100
    for at, row in enumerate(people):
        alone = match_table(persons(row), listed)
        alone["case_index"] = at
        assert alone.tolist() == together[together["case_index"] == at].tolist()
