"""SQL of interview sheets and their drafts, encrypted and sealed, and of the answers to keys of interviews."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, text

from serving.log.leaves import append_row
from serving.store.decisions import Decision

UNDO_HOURS = 24


@dataclass(frozen=True, slots=True)
class InterviewSheet:
    """A recorded sheet.

    Attributes
    ----------
    outcome
        Code of the outcome; None for a withdrawal.
    outcome_id
        Id of the record in ``outcomes``.
    supersedes, superseded_by
        The sheet before and the sheet after.
    draft_id
        Version of the draft that was recorded; None for a withdrawal.
    content
        The answers, encrypted.
    is_recent
        Whether it may still be superseded.
    """

    sheet_id: str
    subject: str
    subject_id: str
    decision_id: str
    post: str
    account_id: int
    author: str
    outcome: str | None
    outcome_id: str
    supersedes: str | None
    draft_id: int | None
    superseded_by: str | None
    content: bytes
    recorded_at: dt.datetime
    is_recent: bool


_NAMES = ", ".join(field.name for field in fields(InterviewSheet))
_SHEETS = (
    "(select s.sheet_id::text, s.subject, s.subject_id, s.decision_id::text, s.post, s.account_id, a.name as author, "
    "s.outcome, s.outcome_id, s.supersedes::text, s.draft_id, n.sheet_id::text as superseded_by, s.content, s.recorded_at, "
    f"s.recorded_at > now() - interval '{UNDO_HOURS} hours' as is_recent "
    "from serving.interview_sheet s join serving.account a on a.account_id = s.account_id "
    "left join serving.interview_sheet n on n.supersedes = s.sheet_id) sheets"
)


def insert_sheet(  # noqa: PLR0913, PLR0917 (a column each)
    connection: Connection, sheet_id: str, decision: Decision, account_id: int, outcome: str | None, outcome_id: str,
    supersedes: str | None, draft_id: int | None, content: bytes,
) -> None:  # fmt: skip
    """Store a sheet and seal it in the log."""
    query = (
        "insert into serving.interview_sheet (sheet_id, subject, subject_id, decision_id, post, account_id, outcome, "
        "outcome_id, supersedes, draft_id, content) values (cast(:sheet as uuid), :subject, :case, cast(:decision as uuid), :post, "
        ":account, :outcome, :record, cast(:supersedes as uuid), :draft, :content) returning row_to_json(interview_sheet.*)::text"
    )
    values = {"sheet": sheet_id, "outcome": outcome, "record": outcome_id, "draft": draft_id}
    row = connection.execute(text(query), values | _values(decision, account_id, supersedes, content)).scalar_one()
    append_row(connection, "interview_sheet", sheet_id, row)


def sheet_by_id(connection: Connection, sheet_id: str) -> InterviewSheet | None:
    """Return a sheet; None if it is missing, out of the transaction's reach, or the id cannot be one."""
    try:
        given = str(uuid.UUID(sheet_id))
    except ValueError:
        return None
    return _sheet(connection, "sheet_id = :id", id=given)


def latest_sheet(connection: Connection, subject: str, subject_id: str) -> InterviewSheet | None:
    """Return the sheet of a case that no other supersedes; None without any."""
    return _sheet(
        connection, "subject = :subject and subject_id = :id and superseded_by is null", subject=subject, id=subject_id
    )


def sheet_of_draft(connection: Connection, draft_id: int, account_id: int) -> InterviewSheet | None:
    """Return the sheet that an account recorded from a version of its draft; None without any."""
    return _sheet(connection, "draft_id = :draft and account_id = :account", draft=draft_id, account=account_id)


def _sheet(connection: Connection, condition: str, **values: object) -> InterviewSheet | None:
    row = connection.execute(text(f"select {_NAMES} from {_SHEETS} where {condition}"), values).first()
    if row is None:
        return None
    stored: dict[str, Any] = dict(row._mapping)
    return InterviewSheet(**stored | {"content": bytes(row.content)})


def insert_draft(
    connection: Connection, decision: Decision, account_id: int, supersedes: str | None, content: bytes
) -> None:
    """Store a version of a draft and seal it in the log."""
    query = (
        "insert into serving.interview_draft (subject, subject_id, decision_id, post, account_id, supersedes, content) "
        "values (:subject, :case, cast(:decision as uuid), :post, :account, cast(:supersedes as uuid), :content) "
        "returning draft_id::text, row_to_json(interview_draft.*)::text"
    )
    draft_id, row = connection.execute(text(query), _values(decision, account_id, supersedes, content)).one()
    append_row(connection, "interview_draft", draft_id, row)


def latest_draft(
    connection: Connection, decision: Decision, account_id: int, supersedes: str | None
) -> tuple[int, bytes] | None:
    """Return number and content of an account's latest draft about a case, for the sheet that it would supersede."""
    query = (
        "select draft_id, content from serving.interview_draft where subject = :subject and subject_id = :case "
        "and account_id = :account and supersedes is not distinct from cast(:supersedes as uuid) "
        "order by draft_id desc limit 1"
    )
    values = _values(decision, account_id, supersedes, b"")
    row = connection.execute(
        text(query), {name: values[name] for name in ("subject", "case", "account", "supersedes")}
    ).first()
    return None if row is None else (int(row[0]), bytes(row[1]))


def answer_of_key(connection: Connection, key_hash: bytes) -> tuple[bytes, str] | None:
    """Return (request hash, outcome id) stored for a key of an interview."""
    query = text("select request_hash, outcome_id from serving.interview_key where key_hash = :key")
    row = connection.execute(query, {"key": key_hash}).first()
    return None if row is None else (bytes(row[0]), str(row[1]))


def insert_key(connection: Connection, key_hash: bytes, request_hash: bytes, outcome_id: str) -> None:
    """Store the answer to a key, in the transaction of the interview."""
    query = text("insert into serving.interview_key values (:key, :request, :id)")
    connection.execute(query, {"key": key_hash, "request": request_hash, "id": outcome_id})


def _values(decision: Decision, account_id: int, supersedes: str | None, content: bytes) -> dict[str, object]:
    return {
        "subject": decision.subject, "case": decision.subject_id, "decision": decision.decision_id, "post": decision.post,
        "account": account_id, "supersedes": supersedes, "content": content,
    }  # fmt: skip
