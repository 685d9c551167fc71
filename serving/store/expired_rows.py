"""SQL of retention: rows and people whose time is over."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, text

AGE = {
    "serving.hand_entry_count": "day",
    "serving.attempt": "attempted_at",
    "serving.oidc_start": "started_at",
    "serving.idempotency_key": "(select created_at from serving.decision d where d.decision_id = idempotency_key.decision_id)",
}
"""When a row of a table began."""
_PEOPLE = text(
    "select min(r.position) from records.person_key k join records.record r using (key_id) group by k.key_id "
    "having max(r.known_at) < :before order by 1"
)
_RECORD_AT = text("select table_code, record_id from records.record where position = any(:positions) order by position")


def count(connection: Connection, table: str, before: dt.datetime) -> int:
    """Return how many rows of a table began before a time."""
    query = text(f"select count(*) from {table} where {AGE[table]} < :before")
    return int(connection.execute(query, {"before": before}).scalar_one())


def delete(connection: Connection, table: str, before: dt.datetime) -> int:
    """Delete the rows of a table that began before a time; return how many."""
    return connection.execute(text(f"delete from {table} where {AGE[table]} < :before"), {"before": before}).rowcount


def people(connection: Connection, before_us: int) -> list[tuple[int, str]]:
    """Return a record, (table code, id), of every person about whom nothing became known since a time (microseconds UTC)."""
    positions = list(connection.execute(_PEOPLE, {"before": before_us}).scalars())
    return [(code, name) for code, name in connection.execute(_RECORD_AT, {"positions": positions})]
