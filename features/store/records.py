"""What has VISA WAN recorded, and in which order did it arrive? An append-only store with positions.

Positions are taken while an advisory lock is held until commit, so they become visible in their own order: every
snapshot of the database sees exactly the records up to some position, and a decision need only remember that number
to have its history rebuilt. A correction supersedes a record by a new version at a new position; both are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
from features.store.fetching import Fetched, facts_place
from features.store.keys import KINDS, TABLE_CODES
from features.store.migrating import migrate
from features.store.secrets import Secrets
from features.tables.rows import row_as_json, rows_to_table

_LOCK = 7305412
_NEVER = 2**62
Tell = Callable[[str, int], None]


def _say_nothing(name: str, rows: int) -> None:
    """Tell nobody."""


class RecordExists(Exception):
    """Raised when a record's id is already there; nothing of the batch is stored."""

    def __init__(self, table: str, count: int) -> None:
        super().__init__(f"{count} of these {table} are already stored; a correction supersedes a record")


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
        self._lock(connection)
        positions = self._write(connection, name, rows, facts)
        around = Fetched(self.secrets, connection, _NEVER, _NEVER)
        self._post(connection, postings_among_stored(around, name, facts, positions))
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
                facts[name] = facts_of_table(name, rows)
                positions[name] = self._write(connection, name, rows, facts[name])
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
        self._write(connection, name, row, facts, [position])
        around = Fetched(self.secrets, connection, _NEVER, _NEVER)
        self._post(connection, postings_among_stored(around, name, facts, [position]))
        return position

    @staticmethod
    def _lock(connection: Connection) -> None:
        sees = text("select current_setting('transaction_isolation') from (select pg_advisory_xact_lock(:lock)) taken")
        if connection.execute(sees, {"lock": _LOCK}).scalar_one() != "read committed":
            raise RuntimeError(
                "records are appended in READ COMMITTED: an older snapshot would not see what these belong to"
            )

    def _write(
        self, connection: Connection, name: str, rows: pa.Table, facts: TableFacts, positions: list[int] | None = None
    ) -> list[int]:
        ids = [facts.id_of(row) for row in range(len(facts))]
        if positions is None:
            self._refuse_known(connection, name, ids)
            taken = text("select nextval('records.position') from generate_series(1, :n)")
            positions = [int(row[0]) for row in connection.execute(taken, {"n": len(ids)})]
        code = TABLE_CODES[name]
        packed = encode_rows(facts)
        known = facts["known_at"].tolist()
        plain = rows.to_pylist()
        seal = self.secrets.seal
        raw: Any = connection.connection.cursor()
        try:
            with raw.copy(
                "copy records.record (position, table_code, record_id, known_at, facts, layout_version, payload) from stdin"
            ) as copy:
                for at, position in enumerate(positions):
                    sealed = seal(packed[at], facts_place(name, position))
                    payload = seal(orjson.dumps(row_as_json(plain[at])), f"{name}/{position}".encode())
                    copy.write_row((position, code, ids[at], known[at], sealed, LAYOUT_VERSION, payload))
        except UniqueViolation:
            # the batch names an id twice
            raise RecordExists(name, 1) from None
        finally:
            raw.close()
        columns = [(KINDS[kind], facts[column].tolist()) for kind, column in POSTINGS[name]]
        self._post(
            connection,
            (
                (kind, key, known[at], position)
                for at, position in enumerate(positions)
                for kind, key in {(kind, keys[at]) for kind, keys in columns if keys[at] != 0}
            ),
        )
        return positions

    def _refuse_known(self, connection: Connection, name: str, ids: list[str]) -> None:
        there = connection.execute(
            text(
                "select count(*) from records.record where table_code = :code and record_id = any(:ids) and superseded_at is null"
            ),
            {"code": TABLE_CODES[name], "ids": ids},
        ).scalar_one()
        if there:
            raise RecordExists(name, int(there))

    def _post(self, connection: Connection, postings: Iterable[Posting]) -> None:
        blind = self.secrets.blind
        raw: Any = connection.connection.cursor()
        with raw.copy("copy records.posting (kind, key, known_at, position) from stdin") as copy:
            for kind, key, known, position in postings:
                copy.write_row((kind, blind(kind, key), known, position))
        raw.close()

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
