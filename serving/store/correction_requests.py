"""SQL of corrections' reasons, and of requests for correction that applicants make, with their answers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from serving.log.leaves import append_row
from serving.store.decisions import Decision


class CorrectionRequest(NamedTuple):
    """An applicant's request that a record be corrected.

    Attributes
    ----------
    columns
        Columns of the record that the applicant says are wrong.
    answer
        ``corrected``, ``partly`` or ``unchanged``; None while it waits.
    """

    request_id: str
    subject: str
    subject_id: str
    post: str | None
    received_on: dt.date
    columns: tuple[str, ...]
    entered_by: str
    answer: str | None
    answered_at: dt.datetime | None


_SELECT = (
    "select r.request_id::text, r.subject, r.subject_id, r.post, r.received_on, r.columns, a.name, w.answer, w.answered_at "
    "from serving.correction_request r join serving.account a using (account_id) "
    "left join serving.correction_answer w using (request_id) "
)


def insert_reason(connection: Connection, position: int, reason: str, account_id: int) -> None:
    """Store why a record was corrected, and seal it in the log."""
    query = text(
        "insert into serving.correction_reason (position, reason, account_id) values (:position, :reason, :account) "
        "returning row_to_json(correction_reason.*)::text"
    )
    row = connection.execute(query, {"position": position, "reason": reason, "account": account_id}).scalar_one()
    append_row(connection, "correction_reason", str(position), row)


def insert_request(
    connection: Connection, decision: Decision, received_on: dt.date, columns: Sequence[str], account_id: int
) -> str:
    """Store an applicant's request, seal it in the log, and return its id."""
    request_id = str(uuid.uuid4())
    query = text(
        "insert into serving.correction_request (request_id, subject, subject_id, post, received_on, columns, account_id) "
        "values (cast(:id as uuid), :s, :i, :post, :day, :columns, :account) returning row_to_json(correction_request.*)::text"
    )
    values = {
        "id": request_id, "s": decision.subject, "i": decision.subject_id, "post": decision.post, "day": received_on,
        "columns": list(columns), "account": account_id,
    }  # fmt: skip
    append_row(connection, "correction_request", request_id, connection.execute(query, values).scalar_one())
    return request_id


def insert_answer(connection: Connection, request: CorrectionRequest, answer: str, account_id: int) -> bool:
    """Store the answer to a request and seal it in the log; False if it has one."""
    query = text(
        "insert into serving.correction_answer (request_id, post, answer, account_id) "
        "values (cast(:id as uuid), :post, :answer, :account) on conflict do nothing returning row_to_json(correction_answer.*)::text"
    )
    values = {"id": request.request_id, "post": request.post, "answer": answer, "account": account_id}
    row = connection.execute(query, values).scalar()
    if row is not None:
        append_row(connection, "correction_answer", request.request_id, row)
    return row is not None


def first_officers(connection: Connection, request: CorrectionRequest) -> set[int]:
    """Return the accounts that have dealt with the case of a request: who interviewed, closed or entered it, or took the request."""
    query = text(
        "select account_id from serving.interviewed_case where subject = :s and subject_id = :i "
        "union select account_id from serving.interview_sheet where subject = :s and subject_id = :i "
        "union select account_id from serving.queue_act where subject = :s and subject_id = :i and act = 'close' "
        "union select d.account_id from serving.decision d join serving.account a using (account_id) "
        "where d.subject = :s and d.subject_id = :i and a.role = 'officer' "
        "union select account_id from serving.correction_request where request_id = cast(:r as uuid)"
    )
    values = {"s": request.subject, "i": request.subject_id, "r": request.request_id}
    return set(connection.execute(query, values).scalars())


def requests_of(connection: Connection, subject: str, subject_id: str) -> list[CorrectionRequest]:
    """Return the requests about a case, the latest first."""
    query = text(f"{_SELECT} where r.subject = :s and r.subject_id = :i order by r.entered_at desc, r.request_id")
    return _requests(connection.execute(query, {"s": subject, "i": subject_id}))


def waiting_requests(connection: Connection, limit: int) -> list[CorrectionRequest]:
    """Return requests without an answer in the transaction's reach, the earliest received first."""
    query = text(f"{_SELECT} where w.answer is null order by r.received_on, r.entered_at, r.request_id limit :limit")
    return _requests(connection.execute(query, {"limit": limit}))


def _requests(rows: Iterable[Any]) -> list[CorrectionRequest]:
    return [CorrectionRequest(*row)._replace(columns=tuple(row[5])) for row in rows]
