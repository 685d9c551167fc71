"""Batch and online agree bit for bit in any order of arrival, and history replays. Covers: features.online, features.store.lookups."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from features.database import open_engine
from features.facts.table_facts import facts_of_table
from features.matrix import TABLE_OF_SUBJECT, build_matrix
from features.online import view_case
from features.settings import Settings
from features.store.records import RecordExists, RecordStore
from features.tables import Records
from synthetic_data.world import generate

CASES = 150
DATABASE = f"online_{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def small() -> Records:
    return generate(11, 1500)[0]


@pytest.fixture(scope="module")
def store(small: Records, settings: Settings) -> Iterator[RecordStore]:
    """A store into which the records came in a random order, in many pieces."""
    engine = open_engine(settings)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"create database {DATABASE}"))
    engine.dispose()
    engine = open_engine(
        Settings(settings.home, _url(engine, DATABASE), "", settings.signing_key_path, settings.data_key_path)
    )
    filled = RecordStore.open(engine, settings.data_key_path)
    rng = np.random.default_rng(0)
    pieces = []
    for name, rows in small.tables.items():
        order = rng.permutation(rows.num_rows)
        pieces += [(name, rows.take(pa.array(part))) for part in np.array_split(order, 5) if len(part)]
    with engine.begin() as connection:
        for index in rng.permutation(len(pieces)):
            filled.append(connection, *pieces[index])
    yield filled
    engine.dispose()


def _url(engine: object, database: str) -> str:
    return engine.url.set(database=database).render_as_string(hide_password=False)  # type: ignore[attr-defined]


@pytest.mark.parametrize("subject", ["visa", "entry"])
def test_a_case_online_has_the_same_bits_as_in_the_batch(small: Records, store: RecordStore, subject: str) -> None:
    matrix = build_matrix(small, subject)
    table = small[TABLE_OF_SUBJECT[subject]]
    rows = {name: row for row, name in enumerate(table.column(0).to_pylist())}
    with store.engine.connect() as connection:
        head = store.head(connection)
        for index in np.random.default_rng(1).permutation(len(matrix.subject_ids))[:CASES]:
            row = table.slice(rows[matrix.subject_ids[index]], 1)
            view = view_case(connection, store, subject, row, position=head)
            differing = [
                name for name, a, b in zip(matrix.catalogue.names, view.values, matrix.values[index], strict=True)
                if np.float64(a).tobytes() != np.float64(b).tobytes()
            ]  # fmt: skip
            assert differing == []


def test_an_old_position_shows_history_as_it_was_before_later_records_and_corrections(
    store: RecordStore, small: Records
) -> None:
    table = small["visa_applications"]
    cases = [table.slice(row, 1) for row in (900, 1100, 1300)]
    with store.engine.connect() as connection:
        head = store.head(connection)
        before = [view_case(connection, store, "visa", row, position=head).values.tobytes() for row in cases]
    late, _ = generate(99, 400)
    renamed = {
        name: rows.set_column(
            0, rows.schema.field(0), pa.array([f"Z{value}" for value in rows.column(0).to_pylist()], pa.string())
        )
        for name, rows in late.tables.items()
        if name in {"visa_applications", "tip_database"}
    }
    with store.engine.begin() as connection:
        for name, rows in renamed.items():
            store.append(connection, name, rows)
        # a correction of the past: an early application gets the phone of a later case
        phone = cases[0].column("guarantor_phone")
        old = table.slice(5, 1)
        index = old.schema.get_field_index("guarantor_phone")
        store.supersede(
            connection,
            "visa_applications",
            old.column(0)[0].as_py(),
            old.set_column(index, old.schema.field(index), phone),
        )
    with store.engine.connect() as connection:
        after = [view_case(connection, store, "visa", row, position=head).values.tobytes() for row in cases]
    assert after == before


def test_a_stored_record_cannot_be_changed_or_deleted(store: RecordStore) -> None:
    for attack in ("delete from records.record", "update records.record set known_at = 0"):
        with pytest.raises(DBAPIError), store.engine.begin() as connection:
            connection.execute(text(attack))


def test_a_batch_with_a_known_id_stores_nothing(store: RecordStore, small: Records) -> None:
    table = small["establishments"]
    fresh = table.slice(0, 1).set_column(0, table.schema.field(0), pa.array(["EST-NEW"]))
    both = pa.concat_tables([fresh, table.slice(1, 1)])
    with store.engine.connect() as connection:
        head = store.head(connection)
        with pytest.raises(RecordExists):
            store.append(connection, "establishments", both)
        connection.rollback()
        assert store.head(connection) == head


def test_no_name_or_phone_stands_in_the_database(store: RecordStore, small: Records) -> None:
    names = {name for name in small["visa_applications"].column("guarantor_name").to_pylist() if name}
    with store.engine.connect() as connection:
        blob = b"".join(
            bytes(row[0]) for row in connection.execute(text("select payload || facts from records.record limit 5000"))
        )
    assert not any(name.encode() in blob for name in names)


def test_nobody_with_the_database_alone_can_test_a_guessed_phone(store: RecordStore, small: Records) -> None:
    hashes = facts_of_table("visa_applications", small["visa_applications"])["guarantor_phone"]
    guessed = {int(value).to_bytes(8, "little", signed=True) for value in hashes[:200].tolist() if value}
    with store.engine.connect() as connection:
        blob = b"".join(
            bytes(row[0]) for row in connection.execute(text("select facts from records.record limit 20000"))
        )
        posted = {row[0] for row in connection.execute(text("select distinct key from records.posting"))}
    assert guessed
    assert not any(value in blob for value in guessed)
    assert not posted & set(hashes.tolist())
