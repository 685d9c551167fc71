"""Limits of entries by hand: whoever tries names or ids one after another meets a limit, and an auditor an alarm.

The limit counts every entry, so that reaching it says nothing of a register. What the alarm counts is shown to auditors
alone.
"""

from __future__ import annotations

import pyarrow as pa
from sqlalchemy import Connection, Engine

from features.facts.table_facts import TableFacts
from features.matrix import TABLE_OF_SUBJECT
from features.online import view_case
from features.store.records import RecordStore
from serving.auth.permissions import ALL_POSTS, OFFICER, Caller
from serving.decisions.hand_entries import id_given
from serving.refusals import Refusal
from serving.store import hand_entry_counts
from serving.store.hand_entry_counts import DayCount
from serving.store.transactions import transaction

ENTRIES_PER_DAY = 200
"""For a person; far above what an officer enters at a counter, and too few to try a list of names."""
HINTS_PER_DAY = 5
REVIEWS = ("explained", "unexplained")
_PLACE = {"visa": "post", "entry": "port"}


def count_hand_entry(
    connection: Connection, store: RecordStore, caller: Caller, subject: str, row: pa.Table, own: TableFacts, position: int
) -> None:  # fmt: skip
    """Count an officer's entry or correction of a case; nothing for other roles.

    Call it after all that can fail: an entry that is refused is not counted.

    Raises `Refusal` 429 beyond the day's limit.
    """
    if caller.role is not OFFICER:
        return
    hint = _names_another_post(connection, store, caller, subject, row) or _matches_register(
        connection, store, subject, row, own, position
    )
    count = hand_entry_counts.add_entry(connection, caller.account_id, is_hint=hint)
    if count.entry_count > ENTRIES_PER_DAY:
        expected = f"at most {ENTRIES_PER_DAY} in a day; what a feed sends has no limit"
        raise Refusal(429, "hand_entries", "too many entries by hand in a day", expected=expected)
    if count.alarmed_at is None and (count.entry_count == ENTRIES_PER_DAY or count.hint_count >= HINTS_PER_DAY):
        hand_entry_counts.raise_alarm(connection, count)


def entry_alarms(engine: Engine, caller: Caller) -> list[DayCount]:
    """Return the alarms about entries by hand, for an auditor; an officer sees none."""
    if caller.scope is not ALL_POSTS:
        return []
    with transaction(engine, caller.reach) as connection:
        return hand_entry_counts.alarms(connection)


def review_alarm(engine: Engine, caller: Caller, account_id: int, day: str, answer: str) -> DayCount:
    """Close an alarm about entries by hand as explained or not, and return it.

    Raises `Refusal` 404 for an alarm that is not there or about the caller, 422 for another answer, 409 if it is closed.
    """
    if answer not in REVIEWS:
        raise Refusal(422, "answer", "there is no such answer", where=["answer"], expected=" or ".join(REVIEWS))
    with transaction(engine, caller.reach) as connection:
        listed = hand_entry_counts.alarms(connection)
        named = [row for row in listed if (row.account_id, str(row.day)) == (account_id, day)]
        if not named or account_id == caller.account_id:
            raise Refusal(404, "alarm", "no such alarm", expected="an alarm about another person")
        if not hand_entry_counts.insert_review(connection, named[0], caller.account_id, answer):
            raise Refusal(409, "answered", "this alarm is closed", expected="an open alarm")
    return named[0]._replace(answer=answer, answered_by=caller.name)


def _names_another_post(
    connection: Connection, store: RecordStore, caller: Caller, subject: str, row: pa.Table
) -> bool:
    """Return whether an entry has the id of another post's record, or names its application."""
    values = row.to_pylist()[0]
    named = {subject: id_given(next(iter(values.values())))}
    if subject == "entry" and values["application_id"] is not None:
        named["visa"] = values["application_id"]
    return any(
        place not in caller.posts
        for kind, name in named.items()
        for place in store.rows(connection, TABLE_OF_SUBJECT[kind], [name]).column(_PLACE[kind]).to_pylist()
    )


def _matches_register(
    connection: Connection, store: RecordStore, subject: str, row: pa.Table, own: TableFacts, position: int
) -> bool:
    view = view_case(connection, store, subject, row, position=position, own=own)
    return len(view.view.watch_list.case) > 0
