"""Who is linked with a case, by what, and through whom."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa

from features.facts.table_facts import facts_of_records, facts_of_table
from features.matrix import make_view
from features.network.linked_people import LinkedPeople, linked_people
from features.tables.folder import Records, empty_records
from features.tables.schema import TABLES


def rows(table: str, *given: dict[str, Any]) -> pa.Table:
    schema = TABLES[table].arrow_schema
    return pa.table(
        {field.name: pa.array([row.get(field.name) for row in given], field.type) for field in schema}, schema=schema
    )


def application(number: int, **changed: Any) -> dict[str, Any]:
    """Return an application of a person of its own, lodged on day ``number``."""
    return {
        "application_id": f"A{number}", "submitted_at": dt.datetime(2009, 4, number, tzinfo=dt.UTC), "post": "PH-MNL",
        "lodged_by": "applicant", "passport_number": f"P123456{number}", "passport_issued_on": dt.date(2008, 1, 1),
        "nationality": "PHL", "family_name": f"Family{'abcdefgh'[number]}", "given_names": f"Given{'hgfedcba'[number]}",
        "birth_date": dt.date(1980 + number, 3, 4), "sex": "F", "status_of_residence": "temporary_visitor",
        "intended_arrival_on": dt.date(2009, 6, 1), "intended_stay_days": 15, "travel_paid_by": "self", "accompanying_minors": 0,
        **changed,
    }  # fmt: skip


def linked(*before: dict[str, Any], places: tuple[dict[str, Any], ...] = (), **case: Any) -> LinkedPeople:
    """Return the people linked with a case that was lodged after all others."""
    tables = {
        "visa_applications": rows("visa_applications", *before),
        "establishments": rows("establishments", *places),
    }
    facts = facts_of_records(Records({**empty_records().tables, **tables}))
    own = facts_of_table("visa_applications", rows("visa_applications", application(7, **case)))
    return linked_people(make_view(facts, own, "visa"))


def ids(people: LinkedPeople) -> list[list[str]]:
    return [[record.record_id for record in records] for records in people.people]


PHONE, OTHER = "090-1111-2222", "090-3333-4444"
ADDRESS = "東京都台東区上野1-2-3"


def test_people_who_share_with_the_case_come_first_and_others_through_them() -> None:
    found = linked(
        application(1, guarantor_phone=PHONE, applicant_phone=OTHER), application(2, applicant_phone=OTHER),
        application(3), stay_phone=PHONE,
    )  # fmt: skip
    assert ids(found) == [["A1"], ["A2"]]
    assert found.levels == (1, 2)
    assert found.shared_with_case(1) == ("stay_phone",)
    assert (found.shared_with_case(2), found.through(2), found.through(1)) == ((), (1,), ())


def test_records_of_a_person_are_a_single_entry_and_those_of_the_case_none() -> None:
    person = {name: application(1)[name] for name in ("family_name", "given_names", "birth_date", "passport_number")}
    own = {name: application(7)[name] for name in person}
    found = linked(
        application(1, guarantor_phone=PHONE), application(2, guarantor_phone=PHONE, **person),
        application(4, **own), guarantor_phone=PHONE,
    )  # fmt: skip
    assert ids(found) == [["A2", "A1"]]
    assert [record.record_id for record in found.own] == ["A4"]


def test_identifiers_of_the_same_people_are_together() -> None:
    sponsor = {"guarantor_phone": PHONE, "guarantor_address": ADDRESS}
    found = linked(application(1, **sponsor), application(2, **sponsor), **sponsor)
    [identifier] = found.identifiers
    assert identifier.people == (0, 1, 2)
    assert set(identifier.columns) == {"guarantor_phone", "guarantor_address"}


def test_the_same_wording_of_a_statement_links() -> None:
    found = linked(application(1, statement_fingerprint="00ff00ff00ff00ff"), statement_fingerprint="00ff00ff00ff00fe")
    assert ids(found) == [["A1"]]
    assert found.shared_with_case(1) == ("statement_fingerprint",)


def test_a_shelter_links_nobody() -> None:
    def at_an_address(industry: str) -> list[list[str]]:
        place = {"establishment_id": "E1", "name": "House", "address": ADDRESS, "phone": "03-1234-5678", "industry": industry,
                 "opened_on": dt.date(2000, 1, 1), "known_at": dt.datetime(2000, 1, 2, tzinfo=dt.UTC)}  # fmt: skip
        return ids(linked(application(1, stay_address=ADDRESS), places=(place,), stay_address=ADDRESS))

    assert at_an_address("other") == [["A1"]]
    assert at_an_address("npo_shelter") == []
