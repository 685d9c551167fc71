"""SQL of the queue: cases without an interview, page by page by a key, and their counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from serving.store import decisions
from serving.store.decisions import Decision

ORDERS = {
    "priority": "tier, sort_score, as_of, number",
    "due": "is_application, as_of, number",
    "arrival": "is_unpinned, arrived_at, number",
}
"""Columns of each order; the number of a decision is its own, so that no two cases have the same key.

Former victims stand first, then children. A traveller at the counter is due before every application.
"""
HELD = "act in ('take', 'open', 'hand') and act_until > now()"
"""Condition that an account has a case at hand, or was handed it."""
NOT_AT_HAND = "(act is null or act not in ('take', 'open', 'hand') or act_until <= now())"
"""Condition that nobody has a case at hand."""
LEAVING = dt.timedelta(days=7)
_SNOOZED = "(act = 'snooze' and act_until > now())"


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A case of the queue; ``holder`` is the name of the account that has it at hand, None if nobody has."""

    decision: Decision
    holder: str | None = None
    arrived_at: dt.datetime | None = None


class Counts(NamedTuple):
    """Counts of all waiting cases of a post."""

    waiting: int
    protect: int
    children: int
    unscored: int
    late: int
    soon: int
    leaving: int


def page(
    connection: Connection, post: str | None, limit: int, since: dt.datetime | None = None, *, order: str = "priority",
    after: str = "",
) -> list[WaitingCase]:  # fmt: skip
    """Return the next cases of a post, or of all posts in the transaction's reach.

    Parameters
    ----------
    since
        When a case must have arrived at the desk; nothing that a record says counts.
    after
        Id of the decision that the page before ended with; its case may have left the queue since.
    """
    columns = ORDERS[order]
    key = _key_of(connection, after, columns)
    condition = "true" if key is None else f"({columns}) > ({', '.join(f':key{at}' for at in range(len(key)))})"
    query = text(
        f"select w.decision_id::text, h.name, w.arrival from (select {columns}, decision_id, act, act_until, act_account, "
        "arrived_at as arrival "
        f"from serving.waiting_case where {_of(post)} and {arrived_since(since)} and {condition} and not coalesce({_SNOOZED}, false) "
        f"order by {columns} limit :limit) w left join serving.account h on h.account_id = act_account and {HELD} "
        f"order by {columns}"
    )
    values = {"post": post, "since": since, "limit": limit, **{f"key{at}": part for at, part in enumerate(key or ())}}
    return _with_decisions(connection, [tuple(row) for row in connection.execute(query, values)])


def landings_between(
    connection: Connection, post: str | None, begin: int, end: int, *, limit: int, order: str
) -> list[WaitingCase]:
    """Return waiting landings of a time ``[begin, end)``, microseconds UTC, at a port or all ports, in an order of the queue."""
    query = text(
        "select decision_id::text, null, arrived_at from serving.waiting_case where subject = 'entry' "
        f"and as_of >= :begin and as_of < :end and {_of(post)} order by {ORDERS[order]} limit :limit"
    )
    values = {"post": post, "begin": begin, "end": end, "limit": limit}
    return _with_decisions(connection, [(row[0], row[1], row[2]) for row in connection.execute(query, values)])


def queue(connection: Connection, post: str | None, capacity: int, since: dt.datetime | None = None) -> list[Decision]:
    """Return the decisions on the first cases by priority."""
    return [case.decision for case in page(connection, post, capacity, since)]


def counts(
    connection: Connection, post: str | None, since: dt.datetime | None, late_before: int, soon_before: int
) -> Counts:
    """Return the counts of waiting cases; ``leaving`` are those whose days in the queue run out within `LEAVING`.

    Parameters
    ----------
    late_before, soon_before
        Moments, microseconds UTC: applications lodged before these are overdue, or due today or the next working day.
    """
    query = text(
        "select count(*), count(*) filter (where tier = 0), count(*) filter (where tier = 1), count(*) filter (where tier = 3), "
        "count(*) filter (where is_application and as_of < :late), "
        "count(*) filter (where is_application and as_of >= :late and as_of < :soon), "
        "count(*) filter (where arrived_at < :leaving) "
        f"from serving.waiting_case where {_of(post)} and {arrived_since(since)}"
    )
    leaving = None if since is None else since + LEAVING
    values = {"post": post, "since": since, "late": late_before, "soon": soon_before, "leaving": leaving}
    return Counts(*connection.execute(query, values).one())


def arrivals(connection: Connection, post: str | None, since: dt.datetime) -> int:
    """Return the count of waiting cases that came to a post's queue, or were decided anew, after a moment."""
    query = text(
        f"select count(*) from serving.waiting_case where {_of(post)} and is_unpinned in (true, false) and arrived_at > :since"
    )
    return int(connection.execute(query, {"post": post, "since": since}).scalar_one())


def faults(connection: Connection) -> list[str]:
    """Return the ids (subject/id) of cases whose place in the queue is not what decisions and acts say."""
    columns = (
        "subject, subject_id, post, decision_id, number, tier, sort_score, as_of, arrived_at, is_unpinned, "
        "is_application, act, act_account, act_until"
    )
    stored = f"select {columns} from serving.waiting_case"
    right = f"select {columns} from serving.case_without_interview"
    query = f"select distinct subject || '/' || subject_id from (({stored} except {right}) union all ({right} except {stored})) d"
    return list(connection.execute(text(query)).scalars())


def _key_of(connection: Connection, after: str, columns: str) -> Sequence[Any] | None:
    """Return the key of a decision; None if there is no such decision in the transaction's reach."""
    if not decisions.is_id(after):
        return None
    query = text(f"select {columns} from serving.decision_order where decision_id = cast(:id as uuid)")
    return connection.execute(query, {"id": after}).first()


def _with_decisions(connection: Connection, rows: Sequence[tuple[str, str | None, dt.datetime]]) -> list[WaitingCase]:
    stored = {case.decision_id: case for case in decisions.by_ids(connection, [row[0] for row in rows])}
    return [WaitingCase(stored[row[0]], *row[1:]) for row in rows if row[0] in stored]


def _of(post: str | None) -> str:
    return "true" if post is None else "post = :post"


def arrived_since(since: dt.datetime | None) -> str:
    """Return the condition that a case arrived at the desk since a time, named ``:since``."""
    return "true" if since is None else "arrived_at >= :since"
