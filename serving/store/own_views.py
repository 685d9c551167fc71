"""SQL of own views: whether an officer writes one first, and what was written; sealed."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection, text

from serving.log.leaves import append_row
from serving.store.decisions import Decision


class ViewPair(NamedTuple):
    """Views of an officer about a case before and after the findings; ``after`` is None until it is written."""

    subject: str
    subject_id: str
    post: str
    account_id: int
    advice: str
    first: str
    after: str | None


def draw_of(connection: Connection, decision: Decision, account_id: int) -> bool | None:
    """Return whether an officer writes an own view about a case first; None if nothing was drawn yet."""
    query = "select is_first from serving.own_view_draw where subject = :subject and subject_id = :case and account_id = :account"
    drawn: bool | None = connection.execute(text(query), _case(decision, account_id)).scalar()
    return drawn


def insert_draw(connection: Connection, decision: Decision, account_id: int, *, share: float, is_first: bool) -> bool:
    """Store a draw, seal it in the log, and return what holds: an earlier draw of the same case and officer stays."""
    query = (
        "insert into serving.own_view_draw (subject, subject_id, post, account_id, share, is_first) "
        "values (:subject, :case, :post, :account, :share, :first) on conflict do nothing "
        "returning draw_id::text, row_to_json(own_view_draw.*)::text"
    )
    values = _case(decision, account_id) | {"share": share, "first": is_first}
    row = connection.execute(text(query), values).first()
    if row is None:
        return bool(draw_of(connection, decision, account_id))
    append_row(connection, "own_view_draw", row[0], row[1])
    return is_first


def stages_of(connection: Connection, decision: Decision, account_id: int) -> dict[str, str]:
    """Return an officer's views about a case by stage."""
    query = "select stage, view from serving.own_view where subject = :subject and subject_id = :case and account_id = :account"
    return {row[0]: row[1] for row in connection.execute(text(query), _case(decision, account_id))}


def insert_view(
    connection: Connection, decision: Decision, account_id: int, stage: str, view: str, reason: str, advice: str
) -> None:
    """Store a view and seal it in the log; the first of a stage stays."""
    query = (
        "insert into serving.own_view (subject, subject_id, post, account_id, decision_id, stage, view, reason, advice) "
        "values (:subject, :case, :post, :account, cast(:decision as uuid), :stage, :view, :reason, :advice) "
        "on conflict do nothing returning view_id::text, row_to_json(own_view.*)::text"
    )
    values = _case(decision, account_id) | {
        "decision": decision.decision_id, "stage": stage, "view": view, "reason": reason, "advice": advice,
    }  # fmt: skip
    row = connection.execute(text(query), values).first()
    if row is not None:
        append_row(connection, "own_view", row[0], row[1])


def pairs(connection: Connection, since: dt.datetime | None = None, until: dt.datetime | None = None) -> list[ViewPair]:
    """Return the views in the transaction's reach, those before the findings beside those after; all, or those of a period."""
    query = (
        "select f.subject, f.subject_id, f.post, f.account_id, f.advice, f.view, a.view from serving.own_view f "
        "left join serving.own_view a on (a.subject, a.subject_id, a.account_id, a.stage) "
        "= (f.subject, f.subject_id, f.account_id, 'after') where f.stage = 'first' "
        "and (cast(:since as timestamptz) is null or f.viewed_at >= :since) "
        "and (cast(:until as timestamptz) is null or f.viewed_at < :until) order by f.view_id"
    )
    return [ViewPair(*row) for row in connection.execute(text(query), {"since": since, "until": until})]


def _case(decision: Decision, account_id: int) -> dict[str, object]:
    return {
        "subject": decision.subject, "case": decision.subject_id, "post": decision.post, "account": account_id,
    }  # fmt: skip
