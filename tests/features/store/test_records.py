"""History only grows, in an order that every reader agrees on, and is unreadable without the data key. Covers: features.store.records, features.store.insertion, features.store.encryption, features.store.schema_migration, features.store.migrations.env, features.database, features.settings."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from features.facts.table_facts import facts_of_table
from features.online import view_case
from features.store.encryption import DataKey
from features.store.records import RecordExists, RecordStore
from tests.features.store.worlds import world

VISAS = "visa_applications"


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    return world(np.random.default_rng(5), crowding=12, size=0.4)


def count(store: RecordStore) -> int:
    with store.engine.connect() as connection:
        return int(connection.execute(text("select count(*) from records.record")).scalar_one())


@pytest.mark.parametrize(
    "statement",
    [
        "delete from records.record",
        "update records.record set known_at = known_at - 1",
        "update records.record set layout_version = 'x', superseded_at = 99",
        "update records.record set superseded_at = null where superseded_at is not null",
        "truncate records.record",
        "delete from records.posting",
        "update records.posting set key = 0",
        "truncate records.posting",
    ],
)
def test_nothing_is_changed_or_taken_away(store: RecordStore, tables: dict[str, pa.Table], statement: str) -> None:
    with store.engine.begin() as connection:
        store.append(connection, VISAS, tables[VISAS].slice(0, 3))
        store.supersede(connection, VISAS, f"{VISAS}-0", tables[VISAS].slice(0, 1))
    with pytest.raises(DatabaseError, match="never changed or deleted"), store.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_reader_sees_a_prefix_while_two_writers_race(store: RecordStore, tables: dict[str, pa.Table]) -> None:
    """The second writer waits for the first, so no position becomes visible before a smaller one."""
    second_done = threading.Event()

    def second() -> None:
        with store.engine.begin() as connection:
            store.append(connection, "landings", tables["landings"].slice(0, 2))
        second_done.set()

    with store.engine.begin() as first:
        positions = store.append(first, VISAS, tables[VISAS].slice(0, 2))
        writer = threading.Thread(target=second)
        writer.start()
        assert not second_done.wait(0.5)
        with store.engine.connect() as reader:
            assert store.head(reader) == 0
    writer.join(10)
    with store.engine.connect() as reader:
        assert store.head(reader) == max(positions) + 2


def test_an_old_snapshot_cannot_append_for_it_would_miss_what_the_record_belongs_to(
    store: RecordStore, tables: dict[str, pa.Table]
) -> None:
    row = tables[VISAS].slice(0, 1)
    with store.engine.connect().execution_options(isolation_level="REPEATABLE READ") as old:
        with pytest.raises(RuntimeError, match="READ COMMITTED"):
            store.append(old, VISAS, row)
        old.rollback()
    assert count(store) == 0


def test_a_refused_batch_stores_nothing_and_loses_nothing(store: RecordStore, tables: dict[str, pa.Table]) -> None:
    with store.engine.begin() as connection:
        store.append(connection, VISAS, tables[VISAS].slice(0, 2))
    for batch in (tables[VISAS].slice(1, 4), pa.concat_tables([tables[VISAS].slice(5, 1)] * 2)):
        with pytest.raises(RecordExists), store.engine.begin() as connection:
            store.append(connection, VISAS, batch)
    with store.engine.connect() as connection:
        kept = store.rows(connection, VISAS, [f"{VISAS}-{number}" for number in range(8)])
    assert kept.equals(tables[VISAS].slice(0, 2))


def test_a_correction_counts_from_its_position_and_replay_sees_what_was(
    store: RecordStore, tables: dict[str, pa.Table]
) -> None:
    order = np.argsort(tables[VISAS]["submitted_at"].to_numpy())
    earlier, case = tables[VISAS].slice(int(order[0]), 1), tables[VISAS].slice(int(order[-1]), 1)
    known = earlier.to_pylist()[0]
    case = pa.Table.from_pylist([case.to_pylist()[0] | {"guarantor_phone": "090-1111-2222"}], schema=case.schema)
    wrong = pa.Table.from_pylist([known | {"guarantor_phone": "090-1111-2222"}], schema=earlier.schema)
    right = pa.Table.from_pylist([known | {"guarantor_phone": "090-3333-4444"}], schema=earlier.schema)
    with store.engine.begin() as connection:
        store.append(connection, VISAS, wrong)
        before = store.head(connection)
        then = view_case(connection, store, "visa", case, position=before)
        after = store.supersede(connection, VISAS, known["application_id"], right)
        now = view_case(connection, store, "visa", case, position=after)
        again = view_case(connection, store, "visa", case, position=before)
        assert after > before
        assert again.values.tobytes() == then.values.tobytes() != now.values.tobytes()
        assert store.rows(connection, VISAS, [known["application_id"]], before).equals(wrong)
        assert store.rows(connection, VISAS, [known["application_id"]]).equals(right)
        with pytest.raises(KeyError):
            store.supersede(connection, VISAS, "never-stored", right)


@pytest.mark.parametrize("name", ["visa_applications", "landings", "tip_database", "establishments"])
def test_records_come_back_as_they_went_in(store: RecordStore, tables: dict[str, pa.Table], name: str) -> None:
    with store.engine.begin() as connection:
        store.append(connection, name, tables[name])
        assert store.rows(connection, name, tables[name].column(0).to_pylist()).equals(tables[name])


def test_a_planted_name_is_nowhere_in_the_database_files(
    store: RecordStore, tables: dict[str, pa.Table], home: Path
) -> None:
    planted = {"family_name": "Zzyzxplanted", "applicant_phone": "090-6060-7070", "home_address": "Qwghlmplanted 1-2"}
    row = pa.Table.from_pylist([tables[VISAS].to_pylist()[0] | planted], schema=tables[VISAS].schema)
    with store.engine.begin() as connection:
        store.append(connection, VISAS, row)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("checkpoint"))
    files = [path for path in (home / "postgres").rglob("*") if path.is_file()]
    assert any(b"visa_applications-0" in path.read_bytes() for path in files), "the search finds what is in the clear"
    for path in files:
        content = path.read_bytes()
        for value in planted.values():
            assert value.encode() not in content


def test_a_row_moved_to_another_position_does_not_decrypt(store: RecordStore) -> None:
    sealed = store.data_key.encrypt(b"content", b"landings/1")
    assert store.data_key.decrypt(sealed, b"landings/1") == b"content"
    with pytest.raises(InvalidTag):
        store.data_key.decrypt(sealed, b"landings/2")


def test_a_posting_cannot_be_looked_up_by_a_phone_without_the_data_key(
    store: RecordStore, tables: dict[str, pa.Table], engine: Engine
) -> None:
    with engine.begin() as connection:
        store.append(connection, VISAS, tables[VISAS])
        posted = {row[0] for row in connection.execute(text("select key from records.posting"))}
    keys = set(facts_of_table(VISAS, tables[VISAS])["applicant_phone"].tolist()) - {0}
    assert keys
    assert not keys & posted


def test_the_data_key_is_created_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "data.key"
    assert DataKey.load_or_create(path) == DataKey.load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"short")
    with pytest.raises(ValueError, match="32 bytes"):
        DataKey.load_or_create(path)
