"""What has VISA WAN recorded, and in which order did it arrive? An append-only store with positions.

Positions are taken while an advisory lock is held until commit, so they become visible in their own order: every
snapshot of the database sees exactly the records up to some position, and a decision need only remember that number
to have its history rebuilt. A correction supersedes a record by a new version at a new position; both are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Engine, text

from features.facts.facts import TableFacts, encode_rows, facts_of_table
from features.facts.layout import LAYOUT_VERSION, POSTINGS
from features.store.keys import KINDS, TABLE_CODES
from features.store.migrating import migrate
from features.store.secrets import Secrets
from features.tables.rows import row_as_json, rows_to_table

_LOCK = 7305412


class RecordExists(Exception):
    """Raised when a record's id is already there; nothing of the batch is stored."""

    def __init__(self, table: str, count: int) -> None:
        super().__init__(f"{count} of these {table} are already stored; a correction supersedes a record")


class RecordStore:
    """Appends, supersedes and reads records."""

    def __init__(self, engine: Engine, secrets: Secrets) -> None:
        self.engine = engine
        self.secrets = secrets

    @staticmethod
    def open(engine: Engine, key_path: Path) -> RecordStore:
        """Return a store whose tables are there."""
        migrate(engine, Path(__file__).with_name("migrations"), "records")
        return RecordStore(engine, Secrets.load_or_create(key_path))

    def head(self, connection: Connection) -> int:
        """Return the position of the latest record that this transaction sees, 0 for none."""
        return int(connection.execute(text("select coalesce(max(position), 0) from records.record")).scalar_one())

    def append(self, connection: Connection, name: str, rows: pa.Table, facts: TableFacts | None = None) -> list[int]:
        """Append records, all or nothing.

        Raises
        ------
        RecordExists
            If any id is already stored.
        """
        if rows.num_rows == 0:
            return []
        facts = facts or facts_of_table(name, rows)
        ids = [facts.id_of(row) for row in range(len(facts))]
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        there = connection.execute(
            text(
                "select count(*) from records.record where table_code = :code and record_id = any(:ids) and superseded_at is null"
            ),
            {"code": TABLE_CODES[name], "ids": ids},
        ).scalar_one()
        if there:
            raise RecordExists(name, int(there))
        try:
            return self._write(connection, name, rows, facts, ids)
        except UniqueViolation:
            # in a snapshot older than the lock, another transaction's record is not seen above but still collides;
            # or the batch names an id twice
            raise RecordExists(name, 1) from None

    def supersede(self, connection: Connection, name: str, record_id: str, row: pa.Table) -> int:
        """Put a corrected version in place of a record; the old one stays for replay.

        Raises
        ------
        KeyError
            If there is no such record.
        """
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        position = int(connection.execute(text("select nextval('records.position')")).scalar_one())
        changed = connection.execute(
            text(
                "update records.record set superseded_at = :at where table_code = :code and record_id = :id and superseded_at is null"
            ),
            {"at": position, "code": TABLE_CODES[name], "id": record_id},
        )
        if changed.rowcount != 1:
            raise KeyError(record_id)
        self._write(connection, name, row, facts_of_table(name, row), [record_id], [position])
        return position

    def _write(
        self, connection: Connection, name: str, rows: pa.Table, facts: TableFacts, ids: list[str],
        positions: list[int] | None = None,
    ) -> list[int]:  # fmt: skip
        if positions is None:
            positions = [
                int(row[0])
                for row in connection.execute(
                    text("select nextval('records.position') from generate_series(1, :n)"), {"n": len(ids)}
                )
            ]
        code = TABLE_CODES[name]
        packed = encode_rows(facts)
        known = facts["known_at"].tolist()
        plain = rows.to_pylist()
        seal = self.secrets.seal
        raw: Any = connection.connection.cursor()
        with raw.copy(
            "copy records.record (position, table_code, record_id, known_at, facts, layout_version, payload) from stdin"
        ) as copy:
            for at, position in enumerate(positions):
                payload = seal(orjson.dumps(row_as_json(plain[at])), f"{name}/{position}".encode())
                copy.write_row((position, code, ids[at], known[at], packed[at], LAYOUT_VERSION, payload))
        columns = [(KINDS[kind], facts[column].tolist()) for kind, column in POSTINGS[name]]
        blind = self.secrets.blind
        with raw.copy("copy records.posting (kind, key, known_at, position) from stdin") as copy:
            for at, position in enumerate(positions):
                for kind, key in {(kind, keys[at]) for kind, keys in columns if keys[at] != 0}:
                    copy.write_row((kind, blind(kind, key), known[at], position))
        raw.close()
        return positions

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
