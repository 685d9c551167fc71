"""SQL of submissions: which account sent which records; and of acts, who did what about a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from serving.log.leaves import append_row


class Act(NamedTuple):
    """An act about a case: ``decision``, ``correction``, ``wrong_link``, ``rescoring``, ``interview``, ``closing`` or one on the queue.

    ``role`` is that of the account; a rescoring is nobody's, and has neither.
    """

    act: str
    account: str
    role: str
    at: dt.datetime

    def as_json(self) -> dict[str, str]:
        """Return the act as the API shows it."""
        at = self.at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return {"act": self.act, "by": self.account, "role": self.role, "at": at}


def insert_submission(
    connection: Connection, positions: Sequence[int], account_id: int, *, is_correction: bool = False
) -> None:
    """Store and seal who sent records that were stored together; their positions follow one another."""
    if not positions:
        return
    query = text(
        "insert into serving.submission values (:first, :last, :account, :correction) "
        "returning row_to_json(submission.*)::text"
    )
    values = {"first": positions[0], "last": positions[-1], "account": account_id, "correction": is_correction}
    append_row(connection, "submission", str(positions[0]), connection.execute(query, values).scalar_one())


def role_of_sender(connection: Connection, position: int) -> str | None:
    """Return the role of the account that sent the record at a position; None for what did not come over HTTP."""
    return roles_of_senders(connection, [position]).get(position)


def roles_of_senders(connection: Connection, positions: Sequence[int]) -> dict[int, str]:
    """Return the role of the account that sent the record at each position; none for what did not come over HTTP."""
    query = text(
        "select q.at, s.role from unnest(cast(:positions as bigint[])) as q(at) cross join lateral ("
        "select s.last_position, a.role from serving.submission s join serving.account a using (account_id) "
        "where s.first_position <= q.at order by s.first_position desc limit 1) s where q.at <= s.last_position"
    )
    return {row[0]: row[1] for row in connection.execute(query, {"positions": list(positions)})}


def acts_of_case(connection: Connection, subject: str, subject_id: str) -> list[Act]:
    """Return who decided about a case, corrected its record, held the interview or did what on the queue, and when it was scored again."""
    rows = connection.execute(
        text(
            "select act, case when act = 'rescoring' then '' else a.name end, case when act = 'rescoring' then '' else a.role end, "
            "at from (select case when r.decision_id is not null then 'rescoring' when w.link_id is not null then 'wrong_link' "
            "when s.is_correction then 'correction' else 'decision' end as act, d.account_id, d.created_at as at "
            "from serving.decision d left join serving.submission s on s.first_position = d.record_position "
            "left join serving.rescoring r using (decision_id) left join serving.wrong_link w "
            "on w.subject = d.subject and w.subject_id = d.subject_id and w.position = d.position "
            "where d.subject = :s and d.subject_id = :i union all "
            "select 'interview', account_id, recorded_at from serving.interviewed_case where subject = :s and subject_id = :i "
            "union all select 'closing', account_id, recorded_at from serving.closed_case where subject = :s and subject_id = :i "
            "union all select case act when 'close' then 'closing' else act end, account_id, acted_at from serving.queue_act "
            "where subject = :s and subject_id = :i"
            ") acts join serving.account a using (account_id) order by at, act"
        ),
        {"s": subject, "i": subject_id},
    )
    return [Act(*row) for row in rows]
