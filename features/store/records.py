"""Append-only store of records, with positions in the order of arrival.

Positions are taken while an advisory lock is held until commit, so they become visible in their own order. Every snapshot
of the database sees exactly the records up to some position, and a decision need only keep that number to have its
history rebuilt. A correction supersedes a record by a new version at a new position; both are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Engine, text

from features.facts.layout import LAYOUT_VERSION
from features.facts.table_facts import TableFacts, facts_of_table
from features.store.derived_postings import derived_postings, postings_among_stored
from features.store.encryption import DataKey
from features.store.insertion import insert_postings, insert_records, own_postings, payload_context
from features.store.lookups import Fetched
from features.store.person_keys import unwrapped
from features.store.posting_kinds import TABLE_CODES
from features.store.schema_migration import migrate
from features.tables.json_rows import rows_to_table

_LOCK = 7305412
_NEVER = 2**62
_TAKE_LOCK = f"select current_setting('transaction_isolation') from (select pg_advisory_xact_lock({_LOCK})) taken"
_COUNT_KNOWN = "select count(*) from records.record where table_code = %s and record_id = any(%b::text[]) and superseded_at is null"
_SUPERSEDE = text(
    "update records.record set superseded_at = :at "
    "where table_code = :code and record_id = :id and superseded_at is null returning position"
)
# a payload whose key was destroyed is no longer there for anybody
_OPENED = "left join records.person_key k using (key_id)"
_IS_THERE = "(r.key_id is null or k.key_id is not null)"
_READ = text(
    f"select r.position, r.payload, k.person, k.wrapped from records.record r {_OPENED} "
    f"where table_code = :code and record_id = any(:ids) and {_IS_THERE} "
    "and position <= :at and (superseded_at is null or superseded_at > :at) order by position"
)
_READ_EACH = text(
    "select r.position, r.payload, k.person, k.wrapped from unnest(cast(:ids as text[]), cast(:ats as bigint[])) with ordinality as q(id, at, n) "
    "join records.record r on r.table_code = :code and r.record_id = q.id and r.position <= q.at "
    f"and (r.superseded_at is null or r.superseded_at > q.at) {_OPENED} where {_IS_THERE} order by q.n"
)
_POSITIONS = text(
    "select r.position from unnest(cast(:codes as smallint[]), cast(:ids as text[])) as q(code, id) "
    "join records.record r on r.table_code = q.code and r.record_id = q.id"
)
RecordName = tuple[str, str]
"""Table and id of a record."""
Progress = Callable[[str, int], None]
StoredHook = Callable[[Connection, str, Sequence[int], Sequence[int]], None]
"""Called with (connection, table, new positions, superseded positions) in the transaction that stored the records."""


class RecordExists(Exception):
    """Raised when a record's id is already there; nothing of the batch is stored."""

    def __init__(self, table: str, count: int) -> None:
        super().__init__(
            f"{count} of these {table} are already stored; a correction (POST /v1/corrections) supersedes a record"
        )


class OtherLayout(Exception):
    """Raised when stored facts have another layout than this version's."""

    def __init__(self) -> None:
        super().__init__(
            "the records in this database were stored by another version of Mimamori; load them again into a new database"
        )


class RecordStore:
    """Appends, supersedes and reads records."""

    def __init__(self, engine: Engine, data_key: DataKey, on_stored: StoredHook | None = None) -> None:
        self.engine = engine
        self.data_key = data_key
        self._on_stored = on_stored or (lambda connection, table, positions, superseded: None)

    @staticmethod
    def open(engine: Engine, key_path: Path, on_stored: StoredHook | None = None) -> RecordStore:
        """Return the store, its tables migrated; raises `OtherLayout` if another version stored other facts."""
        migrate(engine, Path(__file__).with_name("migrations"), "records")
        with engine.connect() as connection:
            other = text("select 1 from records.record where layout_version <> :version limit 1")
            if connection.execute(other, {"version": LAYOUT_VERSION}).first():
                raise OtherLayout
        return RecordStore(engine, DataKey.load_or_create(key_path), on_stored)

    def head(self, connection: Connection) -> int:
        """Return the position of the latest record that this transaction sees, 0 for none."""
        return int(connection.execute(text("select coalesce(max(position), 0) from records.record")).scalar_one())

    def append(self, connection: Connection, name: str, rows: pa.Table, facts: TableFacts | None = None) -> list[int]:
        """Append records of a table, all or nothing; raises `RecordExists` if any id is already stored."""
        if rows.num_rows == 0:
            return []
        facts = facts or facts_of_table(name, rows)
        positions = _new_positions(connection, name, facts.id_list())
        self._write_linked(connection, rows, facts, positions)
        self._on_stored(connection, name, positions, ())
        return positions

    def append_all(
        self, connection: Connection, tables: Mapping[str, pa.Table], progress: Progress = lambda name, rows: None
    ) -> None:
        """Append records of several tables, all or nothing; into an empty store much faster than one by one.

        Parameters
        ----------
        progress
            Called with (table, rows) before each table is written.

        Raises `RecordExists` if any id is already stored.
        """
        _lock(connection)
        is_first = self.head(connection) == 0
        facts: dict[str, TableFacts] = {}
        positions: dict[str, list[int]] = {}
        for name, rows in tables.items():
            progress(name, rows.num_rows)
            if not is_first:
                self.append(connection, name, rows)
            elif rows.num_rows:
                facts[name] = facts_of_table(name, rows)
                positions[name] = _new_positions(connection, name, facts[name].id_list())
                self._write(connection, rows, facts[name], positions[name], ())
        if is_first:
            fresh = {name: np.ones(len(table), dtype=bool) for name, table in facts.items()}
            insert_postings(connection, self.data_key, derived_postings(facts, positions, fresh))
            for name, stored in positions.items():
                self._on_stored(connection, name, stored, ())

    def next_position(self, connection: Connection) -> int:
        """Return the position of an act beside the records; every earlier record is visible, every later one comes after."""
        _lock(connection)
        return int(connection.execute(text("select nextval('records.position')")).scalar_one())

    def supersede(self, connection: Connection, name: str, record_id: str, row: pa.Table) -> int:
        """Replace a record by a corrected version and return its position; raises `KeyError` for an unknown id.

        The old version stays for replay.
        """
        position = self.next_position(connection)
        former = connection.execute(_SUPERSEDE, {"at": position, "code": TABLE_CODES[name], "id": record_id}).scalar()
        if former is None:
            raise KeyError(record_id)
        self._write_linked(connection, row, facts_of_table(name, row), [position])
        self._on_stored(connection, name, [position], [int(former)])
        return position

    def rows(self, connection: Connection, name: str, ids: Sequence[str], position: int | None = None) -> pa.Table:
        """Return records by id, as of a position (now if not given), decrypted; unknown ids are left out.

        So are records of people whose key was destroyed.
        """
        values = {"code": TABLE_CODES[name], "ids": list(ids), "at": _NEVER if position is None else position}
        return self._opened(name, connection.execute(_READ, values).all())

    def positions_of(self, connection: Connection, records: Iterable[RecordName]) -> list[int]:
        """Return the positions of all versions of records."""
        codes, ids = zip(*((TABLE_CODES[name], record_id) for name, record_id in records), strict=True)
        return list(connection.execute(_POSITIONS, {"codes": list(codes), "ids": list(ids)}).scalars())

    def rows_each(self, connection: Connection, name: str, ids: Sequence[str], positions: Sequence[int]) -> pa.Table:
        """Return records by id, each as of its own position, in the order given; unknown ids are left out."""
        values = {"code": TABLE_CODES[name], "ids": list(ids), "ats": list(positions)}
        return self._opened(name, connection.execute(_READ_EACH, values).all())

    def _opened(self, name: str, stored: Sequence[Any]) -> pa.Table:
        plain = []
        for position, payload, person, wrapped in stored:
            key = self.data_key if person is None else unwrapped(self.data_key, person, wrapped)
            plain.append(orjson.loads(key.decrypt(payload, payload_context(name, position))))
        return rows_to_table(name, plain)[0]

    def _write_linked(self, connection: Connection, rows: pa.Table, facts: TableFacts, positions: list[int]) -> None:
        """Write records with the postings of the events that they form with stored ones."""
        fetched = Fetched(self.data_key, connection, _NEVER, _NEVER, skip_unreadable=True)
        self._write(connection, rows, facts, positions, postings_among_stored(fetched, facts.table, facts, positions))

    def _write(
        self,
        connection: Connection,
        rows: pa.Table,
        facts: TableFacts,
        positions: list[int],
        derived: Sequence[tuple[int, int, int, int]],
    ) -> None:
        raw: Any = connection.connection.driver_connection
        try:
            with raw.pipeline():
                insert_records(connection, self.data_key, rows, facts, positions)
                insert_postings(connection, self.data_key, chain(own_postings(facts, positions), derived))
        except UniqueViolation:
            # the batch names an id twice
            raise RecordExists(facts.table, 1) from None


def _lock(connection: Connection) -> None:
    _check_isolation(connection.connection.cursor().execute(_TAKE_LOCK))


def _check_isolation(lock: Any) -> None:
    if lock.fetchone()[0] != "read committed":
        raise RuntimeError("records are appended in READ COMMITTED: older snapshots do not see what these belong to")


def _new_positions(connection: Connection, name: str, ids: list[str]) -> list[int]:
    """Return the positions of new records, under the lock; raises `RecordExists` if any id is already stored."""
    raw: Any = connection.connection.driver_connection
    with raw.pipeline():
        lock = raw.execute(_TAKE_LOCK)
        there = raw.execute(_COUNT_KNOWN, (TABLE_CODES[name], ids))
        taken = raw.execute("select nextval('records.position') from generate_series(1, %s)", (len(ids),))
    _check_isolation(lock)
    known = int(there.fetchone()[0])
    if known:
        raise RecordExists(name, known)
    return [int(row[0]) for row in taken.fetchall()]
