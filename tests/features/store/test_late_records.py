"""Batch and online agree bit for bit, however late, unordered, tied and corrected the records came. Covers: features.store.derived_postings, features.store.lookups, features.store.insertion."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import text

from features.catalogue import catalogue
from features.facts.table_facts import facts_of_records, facts_of_table
from features.matrix import TABLE_OF_SUBJECT, compute
from features.online import view_case
from features.store.records import RecordStore
from features.tables import TABLES
from synthetic_data.world import generate
from tests.features.store.late_records import Filled, fill, tied_and_late
from tests.proof_size import FULL, cases

pytestmark = [pytest.mark.proof, pytest.mark.timeout(1500)]
APPLICATIONS = cases(5000, 1200)
CASES = cases(5000, 300)


@pytest.fixture(scope="module")
def filled(engine: object, home: object) -> Filled:
    with engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text("drop schema if exists records cascade"))
    store = RecordStore.open(engine, home / "data.key")  # type: ignore[arg-type, operator]
    random = np.random.default_rng(31)
    tables = tied_and_late(random, dict(generate(31, APPLICATIONS)[0].tables))
    return fill(random, store, tables, corrections=cases(1000, 200))


def ties(tables: dict[str, pa.Table], subject: str, own: pa.Table) -> int:
    """Count cases that share a phone, traveller or visa with a record known at exactly their own moment."""
    uses: dict[tuple[object, ...], int] = {}
    keys = ("guarantor_phone", "passport_number", "landing_id", "application_id", "establishment_id")
    for name, rows in tables.items():
        columns = [column for column in keys if column in rows.column_names]
        known = rows.column(TABLES[name].known_at).to_pylist()
        for column in columns:
            for value, at in zip(rows.column(column).to_pylist(), known, strict=True):
                if value is not None:
                    uses[column, value, at] = uses.get((column, value, at), 0) + 1
    time = TABLES[TABLE_OF_SUBJECT[subject]].known_at
    return sum(
        any(row.get(key) is not None and uses.get((key, row[key], row[time]), 0) > 1 for key in keys)
        for row in own.to_pylist()
    )


@pytest.mark.parametrize("subject", ["visa", "entry"])
@pytest.mark.parametrize("when", ["now", "then"])
def test_a_case_has_the_same_bits_as_among_all_whatever_came_when(filled: Filled, subject: str, when: str) -> None:
    """``then`` asks for the history at a position in the middle, before later records and corrections came."""
    name = TABLE_OF_SUBJECT[subject]
    with filled.store.engine.connect() as connection:
        head = filled.store.head(connection)
        position = head if when == "now" else head // 2
        held = filled.held(position)
        everybody = filled.held(head)[name]
        count = CASES if when == "now" else CASES // 5
        chosen = np.random.default_rng(7).permutation(everybody.num_rows)[:count]
        own = everybody.take(pa.array(np.sort(chosen))).combine_chunks()
        assert own.num_rows == count
        batch = compute(facts_of_records(held), facts_of_table(name, own), subject)
        wrong: dict[str, int] = {}
        names = catalogue(subject).names
        for row in range(own.num_rows):
            values = view_case(connection, filled.store, subject, own.slice(row, 1), position=position).values
            for column in np.flatnonzero(values.view(np.int64) != batch[row].view(np.int64)):
                wrong[names[column]] = wrong.get(names[column], 0) + 1
    assert wrong == {}
    if when == "now":
        assert ties(held, subject, own) > count // 20
        assert sum(len(versions) for versions in filled.versions.values()) > sum(len(rows) for rows in held.values())
        assert (batch != 0).any(axis=0).mean() > 0.8, "nearly every feature speaks"


def test_the_long_form_is_as_long_as_promised() -> None:
    assert not FULL or CASES == 5000
