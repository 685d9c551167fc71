"""Entries with typing errors match online as in the batch: the store looks up the same block keys. Covers: features.store.case_history, features.watchlist.parties, features.evidence."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from features.catalogue import catalogue
from features.evidence import Record, records_behind
from features.facts.table_facts import facts_of_records, facts_of_table
from features.kernel.view import View
from features.matrix import TABLE_OF_SUBJECT, make_view, take, values_of
from features.online import view_case
from features.store.records import RecordStore
from features.tables import TABLES
from synthetic_data.world import generate

ENTRIES = 400


def misspelt(random: np.random.Generator, name: str) -> str:
    """Leave out, double or exchange one letter."""
    if len(name) < 4 or random.random() < 0.3:
        return name
    at = int(random.integers(1, len(name) - 1))
    return (
        name[:at] + name[at + 1 :],
        name[:at] + name[at] + name[at:],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    )[int(random.integers(3))]


def wrong_day(random: np.random.Generator, day: dt.date) -> dt.date | None:
    """Leave the day as it is, exchange day and month, change a digit, or leave it out."""
    way = random.random()
    if way < 0.5:
        return day
    if way < 0.65 and day.day <= 12:
        return dt.date(day.year, day.day, day.month)
    return None if way > 0.9 else dt.date(day.year + int(random.choice([-10, 10])), day.month, min(day.day, 28))


def watch_list(random: np.random.Generator, applications: pa.Table) -> pa.Table:
    """Return entries of travellers and guarantors, written by somebody in a hurry."""
    rows = []
    for number, at in enumerate(random.integers(0, applications.num_rows, ENTRIES).tolist()):
        person = applications.slice(at, 1).to_pylist()[0]
        family, given, born = person["family_name"], person["given_names"], person["birth_date"]
        own = random.random() < 0.5 or not person["guarantor_name"]
        if not own:
            family, _, given = person["guarantor_name"].partition(" ")
            born = person["guarantor_birth_date"]
        phone = person["applicant_phone" if own else "guarantor_phone"] if random.random() < 0.4 else None
        listed = dt.datetime(2005, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=int(random.integers(2500)))
        until = listed + dt.timedelta(days=300) if random.random() < 0.2 else None
        rows.append({
            "entry_id": f"T{number}", "listed_at": listed, "delisted_at": until,
            "role": str(random.choice(["victim", "perpetrator", "facilitator"])),
            "family_name": misspelt(random, family), "given_names": misspelt(random, given or family),
            "birth_date": None if born is None else wrong_day(random, born), "phone": phone,
        })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=TABLES["tip_database"].arrow_schema)


def evidence(view: View, subject: str, case: int = 0) -> list[tuple[str, list[tuple[Record, str]]]]:
    """Return what is shown for each feature of the watch list, the words included."""
    return [
        (feature.name, [(record, record.match.en if record.match else "") for record in records])
        for feature in catalogue(subject).features
        if feature.name.startswith("watchlist_")
        for records in [records_behind(view, feature.measure, case)]
    ]


@pytest.mark.parametrize("subject", ["visa", "entry"])
def test_a_misspelt_entry_matches_online_as_in_the_batch(store: RecordStore, subject: str) -> None:
    random = np.random.default_rng(8)
    tables = dict(generate(12, 600)[0].tables)
    tables["tip_database"] = watch_list(random, tables["visa_applications"])
    with store.engine.begin() as connection:
        for name, rows in tables.items():
            store.append(connection, name, rows.take(pa.array(random.permutation(rows.num_rows))))
    facts = facts_of_records(tables)
    name = TABLE_OF_SUBJECT[subject]
    batch = make_view(facts, take(facts[name], np.arange(len(facts[name]))), subject)
    values = values_of(batch, subject)
    by_name = np.unique(batch.watch_list.case[(batch.watch_list.party >= 0)])
    assert len(by_name) > 60
    cases = np.concatenate([random.permutation(by_name)[:60], random.integers(0, len(values), 20)])
    with store.engine.connect() as connection:
        head = store.head(connection)
        for case in cases.tolist():
            row = tables[name].slice(case, 1)
            online = view_case(connection, store, subject, row, position=head, own=facts_of_table(name, row))
            assert online.values.tobytes() == values[case].tobytes()
            assert online.victim_match == batch.watch_list.victims()[case]
            assert evidence(online.view, subject) == evidence(batch, subject, case)
