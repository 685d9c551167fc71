"""SQL of own views: whether an officer writes one first, and what was written; sealed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
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


class Standing(NamedTuple):
    """Where a case and an account stand: the draw (None before it), the stages written, whether the case still waits."""

    is_first: bool | None
    stages: tuple[str, ...]
    is_waiting: bool


def standings(connection: Connection, cases: Sequence[Decision], account_id: int) -> dict[tuple[str, str], Standing]:
    """Return where an account stands with each of some cases, by (subject, subject id)."""
    query = text(
        "select c.subject, c.subject_id, d.is_first, array(select v.stage from serving.own_view v where v.subject = c.subject "
        "and v.subject_id = c.subject_id and v.account_id = :account), exists (select 1 from serving.waiting_case w "
        "where w.subject = c.subject and w.subject_id = c.subject_id) "
        "from unnest(cast(:subjects as text[]), cast(:ids as text[])) c(subject, subject_id) "
        "left join serving.own_view_draw d on d.subject = c.subject and d.subject_id = c.subject_id and d.account_id = :account"
    )
    values = {
        "account": account_id, "subjects": [case.subject for case in cases], "ids": [case.subject_id for case in cases],
    }  # fmt: skip
    return {(row[0], row[1]): Standing(row[2], tuple(row[3]), row[4]) for row in connection.execute(query, values)}


def insert_draw(connection: Connection, decision: Decision, account_id: int, *, share: float, is_first: bool) -> None:
    """Store a draw and seal it in the log; an earlier draw of the same case and officer stays."""
    query = (
        "insert into serving.own_view_draw (subject, subject_id, post, account_id, share, is_first) "
        "values (:subject, :case, :post, :account, :share, :first) on conflict do nothing "
        "returning draw_id::text, row_to_json(own_view_draw.*)::text"
    )
    values = _case(decision, account_id) | {"share": share, "first": is_first}
    row = connection.execute(text(query), values).first()
    if row is not None:
        append_row(connection, "own_view_draw", row[0], row[1])


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
