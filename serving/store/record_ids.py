"""SQL of record ids by position and time in the record store."""

from __future__ import annotations

from sqlalchemy import Connection, text

from features.store.posting_kinds import TABLE_CODES


def newest_ids(connection: Connection, table: str, limit: int) -> list[str]:
    """Return the ids of the records of a table that became known last, newest first."""
    query = text("select record_id from records.record where table_code = :code order by known_at desc limit :n")
    return list(connection.execute(query, {"code": TABLE_CODES[table], "n": limit}).scalars())


def ids_after(connection: Connection, table: str, position: int) -> list[str]:
    """Return the ids of current records of a table stored after a position."""
    query = text(
        "select record_id from records.record where table_code = :code and position > :at and superseded_at is null"
    )
    return list(connection.execute(query, {"code": TABLE_CODES[table], "at": position}).scalars())
