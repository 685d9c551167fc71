"""SQL of record ids by position and time in the record store."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from features.store.posting_kinds import TABLE_CODES
from features.tables.times import DAY_US


def newest_ids(connection: Connection, table: str, limit: int) -> list[str]:
    """Return the ids of the records of a table that became known last, newest first."""
    query = text("select record_id from records.record where table_code = :code order by known_at desc limit :n")
    return list(connection.execute(query, {"code": TABLE_CODES[table], "n": limit}).scalars())


def end_of_records(connection: Connection) -> int | None:
    """Return when the loaded world ends, microseconds UTC; None for an empty store.

    It is the latest time at which records came in together: a single mistyped year is no end of a world.
    """
    query = text(
        "select known_at from (select known_at, "
        "lead(known_at, 9) over newest as tenth, lead(known_at) over newest as second from "
        "(select known_at from records.record where superseded_at is null order by known_at desc limit 1000) r "
        "window newest as (order by known_at desc)) t "
        "order by (known_at - tenth < :month) is true desc, (known_at - second < :year) is true desc, known_at desc limit 1"
    )
    parameters = {"month": 30 * DAY_US, "year": 365 * DAY_US}
    end: int | None = connection.execute(query, parameters).scalar()
    return end


def latest_known_at(connection: Connection, positions: Sequence[int]) -> int:
    """Return when the latest of some records became known, microseconds UTC; the beginning of time for none."""
    query = text("select coalesce(max(known_at), -(2^62)::bigint) from records.record where position = any(:positions)")
    return int(connection.execute(query, {"positions": list(positions)}).scalar_one())


def ids_after(connection: Connection, table: str, position: int) -> list[str]:
    """Return the ids of current records of a table stored after a position."""
    query = text(
        "select record_id from records.record where table_code = :code and position > :at and superseded_at is null"
    )
    return list(connection.execute(query, {"code": TABLE_CODES[table], "at": position}).scalars())
