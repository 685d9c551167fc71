"""What is fetched for a case is enough: its features equal those of everything known by then. Covers: features.store.case_history, features.store.network, features.store.posting_kinds."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from features.catalogue import catalogue
from features.facts.table_facts import facts_of_records, facts_of_table
from features.matrix import TABLE_OF_SUBJECT, take
from features.online import case_from_facts, view_case
from features.store.records import RecordStore
from tests.features.store.worlds import world

Subject = str


def differing(store: RecordStore, tables: dict[str, pa.Table], subject: Subject, every: int = 1) -> dict[str, int]:
    """Return how often each feature of the store's few records differs from all records' one: in a bit, or in its records."""
    table = TABLE_OF_SUBJECT[subject]
    facts = facts_of_records(tables)
    names = catalogue(subject).names
    wrong: dict[str, int] = {}
    with store.engine.connect() as connection:
        head = store.head(connection)
        for at in range(0, tables[table].num_rows, every):
            row = tables[table].slice(at, 1)
            own = facts_of_table(table, row)
            by_then = {
                name: take(some, np.flatnonzero(some["known_at"] < own["known_at"][0])) for name, some in facts.items()
            }
            expected = case_from_facts(by_then, own, subject, row)
            case = view_case(connection, store, subject, row, position=head)
            unlike = case.values.view(np.int64) != expected.values.view(np.int64)
            unlike |= [case.other_records(name) != expected.other_records(name) for name in names]
            for column in np.flatnonzero(unlike):
                wrong[names[column]] = wrong.get(names[column], 0) + 1
    return wrong


def fill(store: RecordStore, tables: dict[str, pa.Table]) -> None:
    with store.engine.begin() as connection:
        for name, rows in tables.items():
            store.append(connection, name, rows)


@pytest.mark.parametrize("subject", ["visa", "entry"])
@pytest.mark.parametrize(("crowding", "size"), [(6, 0.5), (25, 1.0), (300, 2.0)])
def test_a_case_sees_all_it_depends_on(store: RecordStore, subject: str, crowding: int, size: float) -> None:
    tables = world(np.random.default_rng(crowding), crowding=crowding, size=size)
    fill(store, tables)
    assert differing(store, tables, subject, every=4) == {}


@pytest.mark.parametrize("sharers", [25, 26, 40])
def test_a_hub_is_recognised_among_records_that_link_nobody(store: RecordStore, sharers: int) -> None:
    """Homes and residence events stand under the same address and phone first; they must not hide the hub."""
    tables = world(np.random.default_rng(1), crowding=300, size=1.0)
    applications, events = tables["visa_applications"].to_pylist(), tables["residence_events"].to_pylist()
    address, phone = "大阪市中央区26-23-12", "090-4413-2867"
    for at, row in enumerate(applications):
        row["stay_address" if at < sharers else "home_address"] = address
        row["guarantor_phone"] = phone if at < sharers else row["guarantor_phone"]
    for event in events:
        event |= {"address": address, "filed_by_phone": phone}
    tables["visa_applications"] = pa.Table.from_pylist(applications, schema=tables["visa_applications"].schema)
    tables["residence_events"] = pa.Table.from_pylist(events, schema=tables["residence_events"].schema)
    fill(store, dict(reversed(tables.items())))
    assert differing(store, tables, "visa", every=5) == {}


def test_of_an_agency_that_is_known_for_long_only_the_first_application_is_listed(store: RecordStore) -> None:
    tables = world(np.random.default_rng(2), crowding=300, size=1.0)
    applications = tables["visa_applications"].to_pylist()
    for row in applications:
        row |= {"agency_id": "AG000001", "lodged_by": "accredited_agency"}
    tables["visa_applications"] = pa.Table.from_pylist(applications, schema=tables["visa_applications"].schema)
    fill(store, tables)
    assert differing(store, tables, "visa", every=6) == {}
