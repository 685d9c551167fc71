"""同上 in an inviter's field is the guarantor; elsewhere it is nobody. Covers: features.facts.references."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from features.facts.table_facts import facts_of_table, names_in
from features.tables.schema import TABLES

GUARANTOR = {
    "guarantor_name": "佐藤 直樹",
    "guarantor_birth_date": dt.date(1960, 5, 1),
    "guarantor_address": "東京都足立区梅田8-23-15",
    "guarantor_phone": "090-1787-1028",
}


def application(**fields: Any) -> pa.Table:
    schema = TABLES["visa_applications"].arrow_schema
    row = {"application_id": "A1", "submitted_at": dt.datetime(2009, 4, 1, tzinfo=dt.UTC), **GUARANTOR, **fields}
    return pa.table({field.name: pa.array([row.get(field.name)], field.type) for field in schema}, schema=schema)


def key(table: pa.Table, name: str) -> int:
    return int(facts_of_table("visa_applications", table)[name][0])


@pytest.mark.parametrize("written", ["同上", " 同上 ", "〃", "Same as above", "SAME AS GUARANTOR", "như trên", "то же"])
@pytest.mark.parametrize("field", ["name", "address", "phone"])
def test_same_as_above_of_an_inviter_is_the_guarantor(written: str, field: str) -> None:
    table = application(**{f"inviter_{field}": written})
    of = {"name": ("inviter", "guarantor")}.get(field, (f"inviter_{field}", f"guarantor_{field}"))
    assert key(table, of[0]) == key(table, of[1]) != 0


def test_an_inviter_by_name_alone_has_the_rest_of_the_guarantor() -> None:
    table = application(inviter_name="同上")
    assert key(table, "inviter_phone") == key(table, "guarantor_phone") != 0
    assert names_in("visa_applications", table).column("inviter_birth_date")[0].as_py() == dt.date(1960, 5, 1)


def test_a_field_that_was_filled_stays() -> None:
    table = application(inviter_name="同上", inviter_phone="080-5555-1234")
    assert key(table, "inviter_phone") not in {0, key(table, "guarantor_phone")}


@pytest.mark.parametrize(
    "column", ["stay_address", "home_address", "guarantor_address", "introducer_phone", "applicant_phone"]
)
def test_same_as_above_elsewhere_is_nobody(column: str) -> None:
    assert key(application(**{column: "同上"}), column) == 0


def test_same_as_above_without_a_guarantor_is_nobody() -> None:
    nobody = dict.fromkeys(GUARANTOR)
    table = application(inviter_name="同上", inviter_address="同上", inviter_phone="同上", **nobody)
    assert [key(table, name) for name in ("inviter", "inviter_address", "inviter_phone")] == [0, 0, 0]
