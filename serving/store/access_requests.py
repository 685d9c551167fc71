"""SQL of requests for another post's record, of their answers, and of reviews of urgent openings."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, fields

from sqlalchemy import Connection, text

from serving.log.leaves import append_row
from serving.store.decisions import Decision


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A request with its answer.

    Attributes
    ----------
    account, from_post
        Name and post of the officer who requests.
    decision_id
        The officer's case that the record stands behind.
    post
        Post or port that keeps the record.
    purpose
        Code of a purpose, or of the reason for an urgent opening.
    answer
        ``granted`` or ``declined``; of an urgent opening ``justified`` or ``unjustified``; None if open.
    is_in_force
        Whether the record opens now.
    """

    request_id: str
    account_id: int
    account: str
    from_post: str
    decision_id: str
    record_table: str
    record_id: str
    post: str
    purpose: str
    is_urgent: bool
    requested_at: dt.datetime
    expires_at: dt.datetime | None
    answer: str | None
    answered_by: str | None
    is_in_force: bool


_SELECT = (
    "(select r.request_id::text, r.account_id, asker.name as account, r.from_post, r.decision_id::text, r.record_table, "
    "r.record_id, r.post, r.purpose, r.is_urgent, r.requested_at, coalesce(a.expires_at, r.expires_at) as expires_at, "
    "a.answer, answerer.name as answered_by, coalesce(a.expires_at, r.expires_at) > now() "
    "and a.answer is distinct from 'unjustified' as is_in_force "
    "from serving.access_request r join serving.account asker on asker.account_id = r.account_id "
    "left join serving.access_answer a on a.request_id = r.request_id "
    "left join serving.account answerer on answerer.account_id = a.account_id) requests"
)


def insert(  # noqa: PLR0913, PLR0917 (a column each)
    connection: Connection, request_id: str, account_id: int, decision: Decision, table: str, record_id: str, post: str,
    purpose: str, urgent_hours: int | None,
) -> None:  # fmt: skip
    """Store a request and seal it in the log; an urgent opening is in force for some hours."""
    row = connection.execute(
        text(
            "insert into serving.access_request (request_id, account_id, from_post, decision_id, record_table, record_id, "
            "post, purpose, is_urgent, expires_at) values (cast(:request as uuid), :account, :from_post, "
            "cast(:decision as uuid), :table, :id, :post, :purpose, :urgent, "
            "now() + make_interval(hours => cast(:hours as integer))) returning row_to_json(access_request.*)::text"
        ),
        {
            "request": request_id, "account": account_id, "from_post": decision.post, "decision": decision.decision_id,
            "table": table, "id": record_id, "post": post, "purpose": purpose, "urgent": urgent_hours is not None,
            "hours": urgent_hours,
        },
    ).scalar_one()  # fmt: skip
    append_row(connection, "access_request", request_id, row)


def insert_answer(connection: Connection, request_id: str, account_id: int, answer: str, hours: int | None) -> bool:
    """Store an answer and seal it in the log; return False if there is another already."""
    row = connection.execute(
        text(
            "insert into serving.access_answer (request_id, account_id, answer, expires_at) "
            "values (cast(:id as uuid), :account, :answer, now() + make_interval(hours => cast(:hours as integer))) "
            "on conflict do nothing returning row_to_json(access_answer.*)::text"
        ),
        {"id": request_id, "account": account_id, "answer": answer, "hours": hours},
    ).scalar()
    if row is not None:
        append_row(connection, "access_answer", request_id, row)
    return row is not None


def by_id(connection: Connection, request_id: str) -> AccessRequest | None:
    """Return a request; None if it is missing, out of the transaction's reach, or the id cannot be one."""
    try:
        given = str(uuid.UUID(request_id))
    except ValueError:
        return None
    rows = _select(connection, "request_id = :id", id=given)
    return rows[0] if rows else None


def newest(connection: Connection, limit: int) -> list[AccessRequest]:
    """Return the requests in the transaction's reach: unanswered first, then the newest."""
    return _select(connection, "true order by answer is not null, requested_at desc limit :limit", limit=limit)


def latest_of(connection: Connection, account_id: int, table: str, record_id: str, post: str) -> list[AccessRequest]:
    """Return the requests of an account for a record, the newest first."""
    return _select(
        connection,
        "account_id = :account and record_table = :table and record_id = :id and post = :post order by requested_at desc",
        account=account_id, table=table, id=record_id, post=post,
    )  # fmt: skip


def count_of_day(connection: Connection, account_id: int, *, is_urgent: bool) -> int:
    """Return how many requests an account sent in the past 24 hours."""
    query = text(
        "select count(*) from serving.access_request where account_id = :account and is_urgent = :urgent "
        "and requested_at > now() - interval '24 hours'"
    )
    return int(connection.execute(query, {"account": account_id, "urgent": is_urgent}).scalar_one())


def count_unanswered(connection: Connection, account_id: int) -> tuple[int, int]:
    """Return how many urgent openings and how many requests of others wait for an answer."""
    query = text(
        f"select count(*) filter (where is_urgent), count(*) filter (where not is_urgent) from {_SELECT} "
        "where answer is null and account_id <> :account"
    )
    urgent, others = connection.execute(query, {"account": account_id}).one()
    return int(urgent), int(others)


def _select(connection: Connection, condition: str, **parameters: object) -> list[AccessRequest]:
    names = [field.name for field in fields(AccessRequest)]
    query = text(f"select {', '.join(names)} from {_SELECT} where {condition}")
    return [AccessRequest(*row) for row in connection.execute(query, parameters)]
