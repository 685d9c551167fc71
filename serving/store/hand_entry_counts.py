"""SQL of the counts of entries by hand, by person and day (UTC), and of the alarms that they raise."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection, text

from serving.log.leaves import append, append_row

ALARMS_LISTED_DAYS = 30


class DayCount(NamedTuple):
    """Entries of a person in a day, and the review of the alarm about them.

    Attributes
    ----------
    account
        Name of the person; empty where only the counts are asked for.
    hint_count
        Entries that match a register or name another post's record.
    answer, answered_by
        Review of the alarm: ``explained`` or ``unexplained``, and by whom; None if it is open.
    """

    account_id: int
    account: str
    day: dt.date
    entry_count: int
    hint_count: int
    alarmed_at: dt.datetime | None
    answer: str | None = None
    answered_by: str | None = None


def add_entry(connection: Connection, account_id: int, *, is_hint: bool) -> DayCount:
    """Count an entry and return the day's counts; others who count for this person wait until this transaction ends."""
    query = text(
        "insert into serving.hand_entry_count as c (account_id, day, entry_count, hint_count) "
        "values (:account, (now() at time zone 'UTC')::date, 1, :hint) on conflict (account_id, day) do update "
        "set entry_count = c.entry_count + 1, hint_count = c.hint_count + :hint "
        "returning account_id, '' as account, day, entry_count, hint_count, alarmed_at"
    )
    return DayCount(*connection.execute(query, {"account": account_id, "hint": int(is_hint)}).one())


def raise_alarm(connection: Connection, count: DayCount) -> None:
    """Store an alarm about a person's day and seal it in the log."""
    query = "update serving.hand_entry_count set alarmed_at = now() where account_id = :account and day = :day"
    connection.execute(text(query), {"account": count.account_id, "day": count.day})
    content = {"entries": str(count.entry_count), "hints": str(count.hint_count)}
    append(connection, "entry_alarm", f"{count.account_id}/{count.day}", content)


def alarms(connection: Connection) -> list[DayCount]:
    """Return open alarms and those of the past days in the transaction's reach, the open and newest first."""
    query = text(
        "select c.account_id, a.name, c.day, c.entry_count, c.hint_count, c.alarmed_at, r.answer, reviewer.name "
        "from serving.hand_entry_count c join serving.account a using (account_id) "
        "left join serving.entry_review r on r.account_id = c.account_id and r.day = c.day "
        "left join serving.account reviewer on reviewer.account_id = r.reviewer_id where c.alarmed_at is not null "
        "and (r.answer is null or c.alarmed_at > now() - make_interval(days => :days)) "
        "order by r.answer is not null, c.alarmed_at desc"
    )
    return [DayCount(*row) for row in connection.execute(query, {"days": ALARMS_LISTED_DAYS})]


def insert_review(connection: Connection, count: DayCount, reviewer_id: int, answer: str) -> bool:
    """Store the review of an alarm and seal it in the log; return False if there is one already."""
    row = connection.execute(
        text(
            "insert into serving.entry_review (account_id, day, reviewer_id, answer) values (:account, :day, :reviewer, :answer) "
            "on conflict do nothing returning row_to_json(entry_review.*)::text"
        ),
        {"account": count.account_id, "day": count.day, "reviewer": reviewer_id, "answer": answer},
    ).scalar()
    if row is not None:
        append_row(connection, "entry_review", f"{count.account_id}/{count.day}", row)
    return row is not None
