"""SQL of erasures: which keys of people were destroyed, sealed in the log, and when the record of a case was erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, text

from features.store.posting_kinds import TABLE_CODES
from serving.log.leaves import append_row

_ERASED_AT = (
    "select min(e.erased_at) from records.record r join serving.erasure e on r.key_id = any(e.key_ids) "
    "where r.table_code = :code and r.record_id = :id"
)
_FORGET = ("serving.case_word", "serving.case_lookup", "serving.touched_case")


def insert(connection: Connection, key_ids: Sequence[int], reason: str, record_count: int) -> None:
    """Store an erasure and seal it."""
    query = (
        "insert into serving.erasure (key_ids, reason, record_count) values (:keys, :reason, :count) "
        "returning erasure_id::text, row_to_json(erasure.*)::text"
    )
    values = {"keys": list(key_ids), "reason": reason, "count": record_count}
    erasure_id, row = connection.execute(text(query), values).one()
    append_row(connection, "erasure", erasure_id, row)


def erased_at(connection: Connection, table: str, record_id: str) -> dt.datetime | None:
    """Return when the person of a record was erased; None otherwise."""
    moment: dt.datetime | None = connection.execute(
        text(_ERASED_AT), {"code": TABLE_CODES[table], "id": record_id}
    ).scalar()
    return moment


def forget_case(connection: Connection, subject: str, subject_id: str) -> None:
    """Delete the words by which a case is found, and the look-ups by which later records find it."""
    for table in _FORGET:
        query = text(f"delete from {table} where subject = :subject and subject_id = :id")
        connection.execute(query, {"subject": subject, "id": subject_id})


def unexplained_keys(connection: Connection) -> list[tuple[int, bool]]:
    """Return keys of people that are gone without an erasure, and those that are there again after one (True), by id."""
    query = text(
        "select distinct key_id, false from records.record r where key_id is not null "
        "and not exists (select 1 from records.person_key k where k.key_id = r.key_id) "
        "and not exists (select 1 from serving.erasure e where r.key_id = any(e.key_ids)) "
        "union all select key_id, true from records.person_key k "
        "where exists (select 1 from serving.erasure e where k.key_id = any(e.key_ids)) order by 1"
    )
    return [(key_id, is_back) for key_id, is_back in connection.execute(query)]


def erased_decisions(connection: Connection, decision_ids: Sequence[str]) -> int:
    """Return how many of some decisions rest on the record of a person who was erased."""
    query = text(
        "select count(*) from serving.decision d join records.record r on r.position = d.record_position "
        "where d.decision_id = any(cast(:ids as uuid[])) and r.key_id is not null "
        "and not exists (select 1 from records.person_key k where k.key_id = r.key_id)"
    )
    return int(connection.execute(query, {"ids": list(decision_ids)}).scalar_one())
