"""SQL of records that an officer says are not about the person of a case: for that case they do not count."""

from __future__ import annotations

from sqlalchemy import Connection, text

from serving.log.leaves import append_row
from serving.store.decisions import Decision


def insert_wrong_link(
    connection: Connection, decision: Decision, record: tuple[str, str], *, reason: str, position: int, account_id: int
) -> bool:
    """Store that a record is not about a case's person from a position on, and seal it; False if that was said before."""
    table, record_id = record
    query = text(
        "insert into serving.wrong_link (subject, subject_id, post, record_table, record_id, reason, position, account_id) "
        "values (:s, :i, :post, :table, :id, :reason, :position, :account) on conflict do nothing "
        "returning link_id::text, row_to_json(wrong_link.*)::text"
    )
    values = {
        "s": decision.subject, "i": decision.subject_id, "post": decision.post, "table": table, "id": record_id,
        "reason": reason, "position": position, "account": account_id,
    }  # fmt: skip
    stored = connection.execute(query, values).first()
    if stored is not None:
        append_row(connection, "wrong_link", stored[0], stored[1])
    return stored is not None


def records_of(connection: Connection, subject: str, subject_id: str, position: int) -> set[tuple[str, str]]:
    """Return the records that do not count for a case as of a position."""
    query = text(
        "select record_table, record_id from serving.wrong_link where subject = :s and subject_id = :i and position <= :at"
    )
    return {(row[0], row[1]) for row in connection.execute(query, {"s": subject, "i": subject_id, "at": position})}
