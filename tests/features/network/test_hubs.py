"""A contact of more records than the degree cap tells of nobody in particular. Covers: features.kernel.view, features.network.search."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from features.catalogue import catalogue
from features.evidence import records_behind
from features.facts.table_facts import facts_of_records
from features.matrix import make_view, values_of
from features.network.component import DEGREE_CAP
from features.tables.schema import TABLES
from tests.features.store.worlds import world

PHONE, ADDRESS = "090-4413-2867", "大阪市中央区26-23-12"
LATE, HOUR = dt.datetime(2030, 1, 1, tzinfo=dt.UTC), dt.timedelta(hours=1)
CASES = [
    # column of the application, its value, what became of others under it, and how many there are
    ("guarantor_phone", PHONE, "guarantor_phone_findings_by_phone_ever_count", "guarantor_phone_applications_person_365d_count"),
    ("stay_address", ADDRESS, "stay_address_findings_ever_count", "stay_address_applications_guarantor_365d_count"),
]  # fmt: skip


def last_of(sharers: int, column: str, value: str) -> dict[str, pa.Table]:
    """Return records in which ``sharers`` earlier applications of a year, each with a finding, and the last one bear a contact."""
    made = world(np.random.default_rng(1), crowding=300, size=1.0)
    tables = {name: table.arrow_schema.empty_table() for name, table in TABLES.items()}
    rows = made["visa_applications"].slice(0, sharers + 1).to_pylist()
    outcome, outcomes = made["outcomes"].slice(0, 1).to_pylist()[0], []
    for at, row in enumerate(rows):
        day = LATE - dt.timedelta(days=3 * (sharers - at))
        row |= {"application_id": f"A{at}", "submitted_at": day, column: value, "passport_number": f"XX{at:07d}"}
        row |= {"family_name": f"NGUYEN{chr(65 + at)}", "guarantor_name": f"山田{'一二三四五六七八九十'[at % 10]}{at}"}
        seen = {"outcome_id": f"O{at}", "subject": "visa_application", "subject_id": f"A{at}"}
        outcomes.append(outcome | seen | {"finding": "victim_identified", "occurred_at": day, "known_at": day + HOUR})
    for name, made_rows in (("visa_applications", rows), ("outcomes", outcomes)):
        tables[name] = pa.Table.from_pylist(made_rows, schema=tables[name].schema)
    return tables


@pytest.mark.parametrize(("column", "value", "of_others", "of_the_hub"), CASES)
@pytest.mark.parametrize("sharers", [DEGREE_CAP, DEGREE_CAP + 1])
def test_what_became_of_those_who_share_a_contact_counts_up_to_the_degree_cap(
    column: str, value: str, of_others: str, of_the_hub: str, sharers: int
) -> None:
    facts = facts_of_records(last_of(sharers, column, value))
    own = facts["visa_applications"].take(np.array([sharers]))
    view = make_view(facts, own, "visa")
    names, values = catalogue("visa").names, values_of(view, "visa")[0]
    behind = {record.table for record in records_behind(view, catalogue("visa").by_name(of_others).measure)}
    is_hub = sharers > DEGREE_CAP
    assert (values[names.index(of_others)] == 0) == is_hub
    assert ("outcomes" in behind) != is_hub
    assert values[names.index(of_the_hub)] > DEGREE_CAP // 2
