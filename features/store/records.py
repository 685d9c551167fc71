"""What has VISA WAN recorded, and in which order did it arrive? An append-only store with positions.

Positions are taken while an advisory lock is held until commit, so they become visible in their own order: every
snapshot of the database sees exactly the records up to some position, and a decision need only remember that number
to have its history rebuilt. A correction supersedes a record by a new version at a new position; both are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Engine, text

from features.facts.facts import TableFacts, encode_rows, facts_of_table
from features.facts.layout import LAYOUT_VERSION, POSTINGS
from features.store.deriving import Posting, derived_postings, postings_among_stored
from features.store.fetching import Fetched, array_text, facts_place
from features.store.keys import KINDS, TABLE_CODES
from features.store.migrating import migrate
from features.store.secrets import Secrets
from features.tables.rows import row_as_json, rows_to_table

_LOCK = 7305412
_NEVER = 2**62
_AT_ONCE = 10_000
_TAKE_LOCK = f"select current_setting('transaction_isolation') from (select pg_advisory_xact_lock({_LOCK})) taken"
_COUNT_KNOWN = "select count(*) from records.record where table_code = %s and record_id = any(%b::text[]) and superseded_at is null"
_WRITE = (
    "insert into records.record (position, table_code, record_id, known_at, facts, layout_version, payload) "
    "select at, %s, id, known, facts, %s, payload "
    "from unnest(%s::bigint[], %b::text[], %s::bigint[], %b::bytea[], %b::bytea[]) as new(at, id, known, facts, payload)"
)
_POST = (
    "insert into records.posting (kind, key, known_at, position) "
    "select * from unnest(%s::smallint[], %s::bigint[], %s::bigint[], %s::bigint[])"
)
Tell = Callable[[str, int], None]


def _check_isolation(lock: Any) -> None:
    if lock.fetchone()[0] != "read committed":
        raise RuntimeError("records are appended in READ COMMITTED: older snapshots do not see what these belong to")


def _say_nothing(name: str, rows: int) -> None:
    """Tell nobody."""


class RecordExists(Exception):
    """Raised when a record's id is already there; nothing of the batch is stored."""

    def __init__(self, table: str, count: int) -> None:
        super().__init__(
            f"{count} of these {table} are already stored; a correction (POST /v1/corrections) supersedes a record"
        )


class OtherLayout(Exception):
    """Raised when stored facts are of another layout than this version's."""

    def __init__(self) -> None:
        super().__init__(
            "the records in this database were stored by another version of Mimamori; load them again into a new one"
        )


class RecordStore:
    """Appends, supersedes and reads records."""

    def __init__(self, engine: Engine, secrets: Secrets) -> None:
        self.engine = engine
        self.secrets = secrets

    @staticmethod
    def open(engine: Engine, key_path: Path) -> RecordStore:
        """Return a store whose tables are there.

        Raises
        ------
        OtherLayout
            If its records were stored by a version that kept other facts.
        """
        migrate(engine, Path(__file__).with_name("migrations"), "records")
        with engine.connect() as connection:
            other = text("select 1 from records.record where layout_version <> :version limit 1")
            if connection.execute(other, {"version": LAYOUT_VERSION}).first():
                raise OtherLayout
        return RecordStore(engine, Secrets.load_or_create(key_path))

    def head(self, connection: Connection) -> int:
        """Return the position of the latest record that this transaction sees, 0 for none."""
        return int(connection.execute(text("select coalesce(max(position), 0) from records.record")).scalar_one())

    def append(self, connection: Connection, name: str, rows: pa.Table, facts: TableFacts | None = None) -> list[int]:
        """Append records of one table, all or nothing.

        Raises
        ------
        RecordExists
            If any id is already stored.
        """
        if rows.num_rows == 0:
            return []
        facts = facts or facts_of_table(name, rows)
        positions = self._positions(connection, name, [facts.id_of(row) for row in range(len(facts))])
        around = Fetched(self.secrets, connection, _NEVER, _NEVER)
        self._write(connection, name, rows, facts, positions, postings_among_stored(around, name, facts, positions))
        return positions

    def append_all(self, connection: Connection, tables: Mapping[str, pa.Table], tell: Tell = _say_nothing) -> None:
        """Append records of several tables, all or nothing; into an empty store much faster than one by one.

        Parameters
        ----------
        tell
            Called with (table, rows) before each table is written.

        Raises
        ------
        RecordExists
            If any id is already stored.
        """
        self._lock(connection)
        is_first = self.head(connection) == 0
        facts: dict[str, TableFacts] = {}
        positions: dict[str, list[int]] = {}
        for name, rows in tables.items():
            tell(name, rows.num_rows)
            if not is_first:
                self.append(connection, name, rows)
            elif rows.num_rows:
                facts[name] = some = facts_of_table(name, rows)
                positions[name] = self._positions(connection, name, [some.id_of(row) for row in range(len(some))])
                self._write(connection, name, rows, some, positions[name])
        if is_first:
            fresh = {name: np.ones(len(some), dtype=bool) for name, some in facts.items()}
            self._post(connection, derived_postings(facts, positions, fresh))

    def supersede(self, connection: Connection, name: str, record_id: str, row: pa.Table) -> int:
        """Put a corrected version in place of a record; the old one stays for replay.

        Raises
        ------
        KeyError
            If there is no such record.
        """
        self._lock(connection)
        position = int(connection.execute(text("select nextval('records.position')")).scalar_one())
        changed = connection.execute(
            text(
                "update records.record set superseded_at = :at where table_code = :code and record_id = :id and superseded_at is null"
            ),
            {"at": position, "code": TABLE_CODES[name], "id": record_id},
        )
        if changed.rowcount != 1:
            raise KeyError(record_id)
        facts = facts_of_table(name, row)
        around = Fetched(self.secrets, connection, _NEVER, _NEVER)
        self._write(connection, name, row, facts, [position], postings_among_stored(around, name, facts, [position]))
        return position

    @staticmethod
    def _lock(connection: Connection) -> None:
        _check_isolation(connection.connection.cursor().execute(_TAKE_LOCK))

    @staticmethod
    def _positions(connection: Connection, name: str, ids: list[str]) -> list[int]:
        """Return the positions of new records; the lock is held from here on, and each statement sees what it let in."""
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

    def _write(
        self,
        connection: Connection,
        name: str,
        rows: pa.Table,
        facts: TableFacts,
        positions: list[int],
        derived: Iterable[Posting] = (),
    ) -> None:
        """Write records with their own postings and those derived from them, in one round."""
        ids = [facts.id_of(row) for row in range(len(facts))]
        packed, known, plain = encode_rows(facts), facts["known_at"].tolist(), rows.to_pylist()
        columns = [(KINDS[kind], facts[column].tolist()) for kind, column in POSTINGS[name]]
        own = (
            (kind, key, known[at], position)
            for at, position in enumerate(positions)
            for kind, key in {(kind, keys[at]) for kind, keys in columns if keys[at] != 0}
        )
        seal = self.secrets.seal
        raw: Any = connection.connection.driver_connection
        try:
            with raw.pipeline():
                for begin in range(0, len(ids), _AT_ONCE):
                    at = slice(begin, begin + _AT_ONCE)
                    some = range(len(ids))[at]
                    sealed = [seal(packed[n], facts_place(name, positions[n])) for n in some]
                    payload = [
                        seal(orjson.dumps(row_as_json(plain[n])), f"{name}/{positions[n]}".encode()) for n in some
                    ]
                    raw.execute(
                        _WRITE,
                        (
                            TABLE_CODES[name],
                            LAYOUT_VERSION,
                            array_text(positions[at]),
                            ids[at],
                            array_text(known[at]),
                            sealed,
                            payload,
                        ),
                    )
                self._post(connection, chain(own, derived))
        except UniqueViolation:
            # the batch names an id twice
            raise RecordExists(name, 1) from None

    def _post(self, connection: Connection, postings: Iterable[Posting]) -> None:
        blind = self.secrets.blind
        raw: Any = connection.connection.driver_connection
        remaining = iter(postings)
        while some := list(islice(remaining, _AT_ONCE)):
            kinds, keys, known, positions = zip(*some, strict=True)
            blinded = map(blind, kinds, keys)
            raw.execute(_POST, (array_text(kinds), array_text(blinded), array_text(known), array_text(positions)))

    def rows(self, connection: Connection, name: str, ids: Sequence[str], position: int | None = None) -> pa.Table:
        """Return records by id, as they were at a position (or are now), decrypted; unknown ids are left out."""
        found = connection.execute(
            text(
                "select position, payload from records.record where table_code = :code and record_id = any(:ids) "
                "and position <= :at and (superseded_at is null or superseded_at > :at) order by position"
            ),
            {"code": TABLE_CODES[name], "ids": list(ids), "at": 2**62 if position is None else position},
        ).all()
        plain = [orjson.loads(self.secrets.unseal(row[1], f"{name}/{row[0]}".encode())) for row in found]
        return rows_to_table(name, plain)[0]
