"""A person has one key, under which records and texts about that person can be read. Covers: store.person_texts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from features.database import open_engine
from features.settings import Settings
from features.store.person_keys import destroy, key_ids_of, records_under
from features.store.person_texts import PersonErased, decrypt_about, encrypt_about
from features.store.records import RecordStore
from features.tables import Records

TABLE = "visa_applications"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordStore]:
    home = tmp_path_factory.mktemp("people")
    settings = Settings(home, None, "", home / "keys" / "signing.pem", home / "keys" / "data.key")
    engine = open_engine(settings)
    yield RecordStore.open(engine, settings.data_key_path)
    engine.dispose()


@pytest.fixture
def connection(store: RecordStore, world: Records) -> Iterator[Connection]:
    """A transaction with three applications, the first two by the same person, and a report about nobody by name."""
    rows = world[TABLE].slice(0, 3).to_pylist()
    for name in ("family_name", "given_names", "birth_date"):
        rows[1][name] = rows[0][name]
    with store.engine.connect() as connection, connection.begin() as transaction:
        store.append(connection, TABLE, world[TABLE].slice(0, 0).from_pylist(rows, world[TABLE].schema))
        store.append(connection, "establishments", world["establishments"].slice(0, 1))
        yield connection
        transaction.rollback()


def ids(world: Records) -> list[str]:
    return [str(name) for name in world[TABLE].column("application_id").slice(0, 3).to_pylist()]


def test_a_person_has_one_key_and_records_without_a_person_have_none(connection: Connection, world: Records) -> None:
    first, second, third = (key_ids_of(connection, [(TABLE, name)]) for name in ids(world))
    assert first == second != third
    assert records_under(connection, first) == [(TABLE, name) for name in sorted(ids(world)[:2])]
    keys = connection.execute(text("select count(*), count(key_id) from records.record")).one()
    assert tuple(keys) == (4, 3)
    assert connection.execute(text("select count(*) from records.person_key")).scalar_one() == 2


def test_without_its_key_a_record_and_what_was_written_about_the_person_are_gone(
    connection: Connection, store: RecordStore, world: Records
) -> None:
    names, key = ids(world), store.data_key
    about = [encrypt_about(connection, key, (TABLE, name), b"a note", b"case") for name in (names[0], names[2])]
    assert [decrypt_about(connection, key, content, b"case") for content in about] == [b"a note"] * 2
    assert destroy(connection, key_ids_of(connection, [(TABLE, names[1])])) != []
    assert store.rows(connection, TABLE, names).column("application_id").to_pylist() == [names[2]]
    assert store.rows_each(connection, TABLE, names, [2**40] * 3).num_rows == 1
    assert [decrypt_about(connection, key, content, b"case") for content in about] == [None, b"a note"]
    with pytest.raises(PersonErased):
        encrypt_about(connection, key, (TABLE, names[0]), b"another", b"case")


def test_a_text_about_a_record_without_a_person_is_under_the_data_key(
    connection: Connection, store: RecordStore, world: Records
) -> None:
    name = str(world["establishments"].column("establishment_id")[0].as_py())
    content = encrypt_about(connection, store.data_key, ("establishments", name), b"a note", b"case")
    assert store.data_key.decrypt(content, b"case") == decrypt_about(connection, store.data_key, content, b"case")
