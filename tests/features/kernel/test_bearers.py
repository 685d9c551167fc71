"""Persons under a passport: writings of one name are one person, a strange name is another. Covers: features.kernel.bearers, features.evidence."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from features.catalogue import catalogue
from features.evidence import records_behind
from features.facts.table_facts import facts_of_records
from features.matrix import build_matrix, make_view
from features.tables.folder import Records, empty_records
from features.tables.schema import TABLES

BORN = dt.date(1985, 3, 4)
Person = tuple[str, str, dt.date]


def landing_table(*persons: Person, passport: str = "TX1234568") -> pa.Table:
    """Return a landing a day, of each person in turn, with the same passport."""
    schema = TABLES["landings"].arrow_schema
    rows = [
        {
            "landing_id": f"L{at}", "landed_at": dt.datetime(2009, 4, 1 + at, tzinfo=dt.UTC), "port": "NRT", "passport_number": passport,
            "passport_issued_on": dt.date(2008, 1, 1), "nationality": "PHL", "family_name": family, "given_names": given, "birth_date": born,
            "sex": "F", "status_of_residence": "temporary_visitor", "permitted_stay_days": 15,
        }
        for at, (family, given, born) in enumerate(persons)
    ]  # fmt: skip
    return pa.table(
        {field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in schema}, schema=schema
    )


def counts(*persons: Person, passport: str = "TX1234568") -> list[float]:
    """Return, for each landing in turn, how many other people landed with its passport before."""
    table = landing_table(*persons, passport=passport)
    matrix = build_matrix(Records({**empty_records().tables, "landings": table}), "entry")
    return matrix.values[:, matrix.catalogue.names.index("passport_landings_person_ever_count")].tolist()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Müller", "Eva"), ("MUELLER", "EVA")),
        (("Müller", "Eva"), ("MULLER", "EVA")),
        (("Santos", "Maria Clara"), ("Santos", "Maria")),
        (("Dela Cruz", "Maria"), ("DELACRUZ", "MARIA")),
        (("FNU", "Rahman"), ("Rahman", "Karim")),
        (("Reyes", "Ana"), ("Ana", "Reyes")),
    ],
)
def test_writings_of_a_name_are_the_same_bearer(first: tuple[str, str], second: tuple[str, str]) -> None:
    assert counts((*first, BORN), (*second, BORN)) == [0.0, 0.0]


def test_another_name_or_birth_date_is_another_bearer() -> None:
    assert counts(("Santos", "Maria", BORN), ("Santos", "Ana", BORN)) == [0.0, 1.0]
    assert counts(("Santos", "Maria", BORN), ("Santos", "Maria", dt.date(1991, 6, 7))) == [0.0, 1.0]


def test_day_and_month_exchanged_are_the_same_bearer() -> None:
    assert counts(("Santos", "Maria Clara", BORN), ("Santos", "Maria", dt.date(1985, 4, 3))) == [0.0, 0.0]


def test_every_other_bearer_counts_once() -> None:
    landings = [
        ("Santos", "Maria", BORN),
        ("Reyes", "Ana", BORN),
        ("Reyes", "Ana", BORN),
        ("Santos", "Maria Clara", BORN),
        ("Cruz", "Liza", BORN),
    ]
    assert counts(*landings) == [0.0, 1.0, 1.0, 1.0, 2.0]


@pytest.mark.parametrize("passport", ["NONE", "0000000", "N/A", "999999999", "XXXXXXX"])
def test_fillers_are_no_passport(passport: str) -> None:
    assert counts(("Santos", "Maria", BORN), ("Reyes", "Ana", BORN), passport=passport) == [0.0, 0.0]


@pytest.mark.parametrize(
    ("other", "en", "ja"),
    [
        (("Santos", "Ana", BORN), "name differs", "氏名は不一致"),
        (("Santos", "Maria", dt.date(1991, 6, 7)), "birth date differs", "生年月日は不一致"),
        (("Reyes", "Ana", dt.date(1991, 6, 7)), "name differs, birth date differs", "氏名は不一致、生年月日は不一致"),
    ],
)
def test_the_record_of_another_bearer_says_what_differs(other: Person, en: str, ja: str) -> None:
    landings = landing_table(other, ("Santos", "Maria Clara", BORN), ("Santos", "Maria", BORN))
    facts = facts_of_records({**empty_records().tables, "landings": landings})
    view = make_view(facts, facts["landings"], "entry")
    measure = catalogue("entry").by_name("passport_landings_person_ever_count").measure
    # the traveller's own earlier landing is no record of another person
    (record,) = records_behind(view, measure, case=2)
    assert (record.table, record.id) == ("landings", "L0")
    assert record.match is not None
    assert (record.match.en, record.match.ja) == (en, ja)
    assert set((record.agreement or {}).values()) == {"different"}
