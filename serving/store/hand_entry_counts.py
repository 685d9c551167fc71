"""SQL of the counts of entries by hand, by person and day (UTC), and of the alarms that they raise."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection, text

from serving.log.leaves import append

ALARMS_LISTED_DAYS = 30


class DayCount(NamedTuple):
    """Entries of a person in a day; ``hint_count`` are those that match a register or name another post's record."""

    account: str
    day: dt.date
    entry_count: int
    hint_count: int
    alarmed_at: dt.datetime | None


def add_entry(connection: Connection, account_id: int, *, is_hint: bool) -> DayCount:
    """Count an entry and return the day's counts; others who count for this person wait until this transaction ends."""
    query = text(
        "insert into serving.hand_entry_count as c (account_id, day, entry_count, hint_count) "
        "values (:account, (now() at time zone 'UTC')::date, 1, :hint) on conflict (account_id, day) do update "
        "set entry_count = c.entry_count + 1, hint_count = c.hint_count + :hint "
        "returning '' as account, day, entry_count, hint_count, alarmed_at"
    )
    return DayCount(*connection.execute(query, {"account": account_id, "hint": int(is_hint)}).one())


def raise_alarm(connection: Connection, account_id: int, count: DayCount) -> None:
    """Store an alarm about a person's day and seal it in the log."""
    query = "update serving.hand_entry_count set alarmed_at = now() where account_id = :account and day = :day"
    connection.execute(text(query), {"account": account_id, "day": count.day})
    content = {"entries": str(count.entry_count), "hints": str(count.hint_count)}
    append(connection, "entry_alarm", f"{account_id}/{count.day}", content)


def alarms(connection: Connection) -> list[DayCount]:
    """Return the alarms of the past days in the transaction's reach, the newest first."""
    query = text(
        "select a.name, c.day, c.entry_count, c.hint_count, c.alarmed_at from serving.hand_entry_count c "
        "join serving.account a using (account_id) where c.alarmed_at > now() - make_interval(days => :days) "
        "order by c.alarmed_at desc"
    )
    return [DayCount(*row) for row in connection.execute(query, {"days": ALARMS_LISTED_DAYS})]
