"""SQL of acts on the queue, each with its leaf: who took, opened, gave back, passed over, put off, closed or restored a case."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, text

from serving.log.leaves import append_row
from serving.store.waiting_cases import HELD, ORDERS, arrived_since

HOLDS = ("take", "open")
"""Acts by which an account has a case at hand: given by the queue, or opened by hand."""
HAND = "hand"
"""Act by which an account hands a case to another, whose id is its reason."""
PUT_OFF = ("skip", "snooze")
_PLACES = (
    "select w.subject, w.subject_id, w.post, w.decision_id::text, w.arrived_at, w.act, a.name, w.act_account, w.act_until, "
    "l.reason, l.name, l.account_id from serving.waiting_case w left join serving.account a on a.account_id = w.act_account "
    "left join lateral (select q.reason, q.account_id, g.name from serving.queue_act q "
    "join serving.account g using (account_id) where q.subject = w.subject and q.subject_id = w.subject_id "
    "order by q.act_id desc limit 1) l on true"
)
# whom an officer passed over stays free for the others
_FREE = "(act is null or act_until <= now() or (act = 'skip' and act_account <> :account))"


@dataclass(frozen=True, slots=True)
class QueueAct:
    """An act: what, why, and until when it stands."""

    act: str
    reason: str | None = None
    until: dt.datetime | None = None


class Place(NamedTuple):
    """Place of a waiting case; ``act`` is the last one that concerns it.

    Attributes
    ----------
    account, account_id
        Who has it at hand, was handed it, or put it off.
    giver, giver_id
        Who did the act: of a case that was handed over, the one who handed it.
    """

    subject: str
    subject_id: str
    post: str | None
    decision_id: str
    arrived_at: dt.datetime
    act: str | None
    account: str | None
    account_id: int | None
    until: dt.datetime | None
    reason: str | None
    giver: str | None
    giver_id: int | None

    def stands(self, now: dt.datetime) -> bool:
        """Return whether the act has not run out."""
        return self.act is not None and self.until is not None and self.until > now

    def is_held(self, now: dt.datetime) -> bool:
        """Return whether an account has the case at hand, or was handed it."""
        return self.act in (*HOLDS, HAND) and self.stands(now)

    def is_held_from(self, account_id: int, now: dt.datetime) -> bool:
        """Return whether others have the case, so that this account may not act on it; who handed it over may."""
        own = {self.account_id, self.giver_id} if self.act == HAND else {self.account_id}
        return self.is_held(now) and account_id not in own


def insert(connection: Connection, subject: str, subject_id: str, account_id: int, act: QueueAct) -> None:
    """Store an act on a case as its latest decision left it, and seal it in the log."""
    query = (
        "insert into serving.queue_act (subject, subject_id, post, number, account_id, act, reason, until) "
        "select subject, subject_id, post, number, :account, :act, :reason, :until from serving.decision "
        "where subject = :s and subject_id = :i order by number desc limit 1 "
        "returning act_id::text, row_to_json(queue_act.*)::text"
    )
    values = {"account": account_id, "act": act.act, "reason": act.reason, "until": act.until}
    act_id, row = connection.execute(text(query), {**values, "s": subject, "i": subject_id}).one()
    append_row(connection, "queue_act", act_id, row)


def close(connection: Connection, subject: str, subject_id: str, reason: str, account_id: int) -> None:
    """Take a case out of the queue by hand, with the reason and the account of who did."""
    if closing_reason(connection, subject, subject_id) is None:
        insert(connection, subject, subject_id, account_id, QueueAct("close", reason))


def place_of(connection: Connection, subject: str, subject_id: str) -> Place | None:
    """Return the place of a case; None if it does not wait."""
    query = text(f"{_PLACES} where w.subject = :s and w.subject_id = :i")
    row = connection.execute(query, {"s": subject, "i": subject_id}).first()
    return None if row is None else Place(*row)


def next_free(
    connection: Connection, post: str, account_id: int, since: dt.datetime | None, order: str = "priority"
) -> tuple[str, str] | None:
    """Return (subject, subject id) of the first case of a post that nobody has at hand or put off; None without.

    By priority, cases that were drawn come up by themselves, but for former victims and children, whom nobody lets wait.
    """
    drawn = "exists (select 1 from serving.drawn_case d where d.subject = w.subject and d.subject_id = w.subject_id)"
    apart = f"(tier < 2 or not {drawn})" if order == "priority" else "true"
    query = text(
        f"select subject, subject_id from serving.waiting_case w where post = :post and {arrived_since(since)} and {_FREE} "
        f"and {apart} order by {ORDERS[order]} limit 1"
    )
    row = connection.execute(query, {"post": post, "since": since, "account": account_id}).first()
    return None if row is None else (row[0], row[1])


def last_hold(connection: Connection, subject: str, subject_id: str) -> tuple[str, int] | None:
    """Return the act by which an officer last got a case at hand, and the account; None if nobody did."""
    query = text(
        "select act, account_id from serving.queue_act where subject = :s and subject_id = :i and act in ('take', 'open') "
        "order by act_id desc limit 1"
    )
    row = connection.execute(query, {"s": subject, "i": subject_id}).first()
    return None if row is None else (row[0], row[1])


def at_hand(connection: Connection, account_id: int) -> list[Place]:
    """Return the cases that an account has at hand or was handed, the earliest to run out first."""
    query = text(f"{_PLACES} where {HELD} and w.act_account = :account order by w.act_until, w.number")
    return [Place(*row) for row in connection.execute(query, {"account": account_id})]


def handed_over(connection: Connection, account_id: int) -> list[Place]:
    """Return the cases that an account handed to others, who have not accepted them yet."""
    condition = "w.act = 'hand' and w.act_until > now() and l.account_id = :account"
    query = text(f"{_PLACES} where {condition} order by w.act_until, w.number")
    return [Place(*row) for row in connection.execute(query, {"account": account_id})]


def put_off(connection: Connection, post: str | None, since: dt.datetime | None, limit: int) -> list[Place]:
    """Return the cases of a post that are passed over or put off, the earliest to come back first."""
    of_post = "true" if post is None else "w.post = :post"
    condition = f"w.act in ('skip', 'snooze') and w.act_until > now() and {of_post} and {arrived_since(since)}"
    query = text(f"{_PLACES} where {condition} order by w.act_until, w.number limit :limit")
    return [Place(*row) for row in connection.execute(query, {"post": post, "since": since, "limit": limit})]


def closing_reason(connection: Connection, subject: str, subject_id: str) -> str | None:
    """Return why a case was taken out of the queue by hand; None if it was not, or came back."""
    query = text(
        "select case when act = 'close' then reason end from ("
        "select act, reason, act_id from serving.queue_act where subject = :s and subject_id = :i "
        "and act in ('close', 'restore') union all "
        "select 'close', reason, 0 from serving.closed_case where subject = :s and subject_id = :i"
        ") acts order by act_id desc limit 1"
    )
    reason: str | None = connection.execute(query, {"s": subject, "i": subject_id}).scalar()
    return reason
