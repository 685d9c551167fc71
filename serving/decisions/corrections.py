"""Corrections: a record is superseded, its own case decided again, and the change reported."""

from __future__ import annotations

from typing import Any

import orjson
import pyarrow as pa
from sqlalchemy import Connection

from features.facts.table_facts import facts_of_table
from features.languages import texts
from features.matrix import SUBJECT_OF_TABLE, TABLE_OF_SUBJECT
from features.tables.json_rows import row_as_json
from features.tables.schema import TABLES
from serving.auth.permissions import ALL_POSTS, Caller
from serving.decisions.hand_entry_limits import count_hand_entry
from serving.decisions.own_views import shown_to
from serving.decisions.register_matches import register_view
from serving.decisions.search_words import index_outcomes, words_of_record
from serving.decisions.service import DecisionService
from serving.decisions.sight import later_sight
from serving.log.leaves import append
from serving.refusals import Refusal
from serving.store import case_words, decisions
from serving.store.correction_requests import insert_reason
from serving.store.decisions import Decision
from serving.store.submissions import insert_submission
from serving.store.transactions import lock_until_commit

UNSTATED = "unstated"
REASONS = tuple(texts("serving.correction_reasons"))
POST_COLUMN = {"visa": "post", "entry": "port"}
"""Column of the post, by subject."""


def correct_record(
    connection: Connection, service: DecisionService, caller: Caller, table: str, row: pa.Table, reason: str = UNSTATED
) -> dict[str, Any]:
    """Supersede a record and return what changed, with the new decision if it is a case.

    Other open cases that the record touches are scored again soon after the commit (`serving.decisions.rescorer`).

    Raises `Refusal` 404 if no record with this id is in the caller's scope.
    """
    record_id = str(row.column(TABLES[table].id_column)[0].as_py())
    subject = SUBJECT_OF_TABLE.get(table)
    lock_until_commit(connection, table, record_id)
    before = None if subject is None else decisions.latest(connection, subject, record_id)
    old = service.store.rows(connection, table, [record_id])
    if old.num_rows == 0 or not _in_scope(caller, subject, old, row):
        expected = "an id that is stored, of the key's own post"
        raise Refusal(404, "record", "no such record", expected=expected)
    position = service.store.supersede(connection, table, record_id, row)
    insert_submission(connection, [position], caller.account_id, is_correction=True)
    insert_reason(connection, position, reason, caller.account_id)
    if table == "outcomes":
        index_outcomes(connection, service.store.data_key, row)
    was, now = row_as_json(old.to_pylist()[0]), row_as_json(row.to_pylist()[0])
    changed = sorted(name for name in {*was, *now} if was.get(name) != now.get(name))
    answer: dict[str, Any] = {"table": table, "id": record_id, "position": position, "changed": changed}
    if subject is not None and before is not None:
        answer |= _decide_again(connection, service, caller, before, row, position)
    content = {"table": table, "position": str(position), "changed": changed, "account_id": str(caller.account_id)}
    append(connection, "correction", record_id, content)
    return answer


def _in_scope(caller: Caller, subject: str | None, old: pa.Table, new: pa.Table) -> bool:
    """Return whether old and new record are cases of posts in scope: none can be moved to another post."""
    if caller.scope is ALL_POSTS:
        return True
    return subject is not None and all(
        caller.reaches(str(record.column(POST_COLUMN[subject])[0].as_py())) for record in (old, new)
    )


def _decide_again(
    connection: Connection, service: DecisionService, caller: Caller, before: Decision, row: pa.Table, position: int
) -> dict[str, object]:
    """Decide about the corrected record on the history just before it."""
    own = facts_of_table(TABLE_OF_SUBJECT[before.subject], row)
    register = register_view(connection, service.store, caller.role, before, row)
    sight = later_sight(connection, before, position - 1, int(own["known_at"][0]), before.seen_at(), register)
    computed = service.compute(connection, before.subject, row, own, before.post, sight)
    count_hand_entry(connection, service.store, caller, before.subject, row, own, position - 1)
    words = words_of_record(service.store.data_key, row.to_pylist()[0])
    case_words.insert(connection, before.post, before.subject, before.subject_id, words)
    again = computed.store(connection, record_position=position, account_id=caller.account_id, is_first=False)
    shown = orjson.loads(shown_to(connection, service, caller, again))
    score_before = None if shown.get("own_view_due") else before.shown_score()
    return {"score_before": score_before, "score_after": shown["score"], "decision": shown}
