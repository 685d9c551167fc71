"""Outcomes of interviews: a record is stored and the case leaves the queue, both or neither."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

import pyarrow as pa
from sqlalchemy import Connection

from features.store.records import RecordExists
from serving.auth.permissions import Caller
from serving.decisions.acceptance import accepted_rows
from serving.decisions.case_acts import require_free
from serving.decisions.hand_entries import entered_by_hand
from serving.decisions.random_arm import stored_arm, with_arm
from serving.decisions.service import DecisionService
from serving.log.leaves import append
from serving.refusals import Refusal
from serving.store import decisions, interview_sheets, queue_acts
from serving.store.decisions import Decision, IdempotencyKey
from serving.store.transactions import in_transaction, lock_until_commit

OUTCOME_SUBJECTS = {"visa": "visa_application", "entry": "landing"}
"""``outcomes.subject`` by subject of a decision."""
_CLAIMED = "targeted"
"""Arm that counts as claimed where a request names none."""
_POSITIVE = {"indications", "victim_identified"}


def record_outcome(
    service: DecisionService, caller: Caller, record: Mapping[str, object], key: IdempotencyKey | None = None
) -> str:
    """Store the outcome of an interview and return its id, which ends in the post; once, however often a key is sent.

    How the case was chosen is stored as the service knows it (`serving.decisions.random_arm`), whatever the record claims.

    Raises `Refusal` 422 for a record with faults or a kind of exploitation without indications, 404 for a case out of the
    caller's scope, 409 for an id that exists, a key of another request, or a case that another account has at hand.
    """
    outcome_id = str(record.get("outcome_id") or f"OUT-{uuid.uuid4()}")
    claimed = str(record.get("arm", _CLAIMED))
    # a claim of the random sample counts for nothing, nor does any probability
    plain = {"outcome_id": outcome_id, **record, "arm": _CLAIMED if claimed == "random" else claimed, "inclusion_probability": None}  # fmt: skip
    rows = accepted_rows(service, "outcomes", [plain], caller)
    _require_no_contradiction(record)
    subject = "visa" if record["subject"] == OUTCOME_SUBJECTS["visa"] else "entry"
    subject_id = str(record["subject_id"])

    def store(connection: Connection) -> str:
        repeated = None if key is None else _answer_of_key(connection, key)
        if repeated is not None:
            return repeated
        decision = decisions.latest(connection, subject, subject_id)
        if decision is None or not caller.reaches(decision.post):
            raise Refusal(404, "case", "no such case at this post", expected="a case of the queue")
        _require_no_withdrawal(connection, decision)
        stored = store_outcome(connection, service, caller, decision, rows)
        if key is not None:
            interview_sheets.insert_key(connection, key.key_hash, key.request_hash, stored)
        return stored

    try:
        return in_transaction(service.engine, store, caller.reach)
    except RecordExists as error:
        raise Refusal(409, "exists", str(error), expected="a new outcome_id") from None


def _require_no_contradiction(record: Mapping[str, object]) -> None:
    if record.get("typology") is not None and record["finding"] not in _POSITIVE:
        expected = "null, or the finding indications or victim_identified"
        raise Refusal(
            422, "contradiction", "there is a typology without indications", where=["typology"], expected=expected
        )


def _require_no_withdrawal(connection: Connection, decision: Decision) -> None:
    """Refuse an outcome past a withdrawn sheet: only a sheet that supersedes the withdrawal ends the case's wait."""
    last = interview_sheets.latest_sheet(connection, decision.subject, decision.subject_id)
    if last is not None and last.outcome is None:
        raise Refusal(409, "withdrawn", "the interview was withdrawn", expected="the sheet on the case's page")


def _answer_of_key(connection: Connection, key: IdempotencyKey) -> str | None:
    """Return the outcome id that this key was answered with, None for a new key; requests with one key wait for each other."""
    lock_until_commit(connection, "interview_key", key.key_hash.hex())
    stored = interview_sheets.answer_of_key(connection, key.key_hash)
    if stored is not None and stored[0] != key.request_hash:
        message = "this Idempotency-Key was used for another request"
        raise Refusal(409, "idempotency", message, expected="a new key")
    return None if stored is None else stored[1]


def store_outcome(
    connection: Connection, service: DecisionService, caller: Caller, decision: Decision, rows: pa.Table
) -> str:
    """Store the accepted outcome of a case with how it was chosen, take it out of the queue, and return the id of the record."""
    place = queue_acts.place_of(connection, decision.subject, decision.subject_id)
    if place is not None:
        require_free(place, caller)
    claimed = str(rows.column("arm")[0].as_py())
    decided = with_arm(rows, *stored_arm(connection, decision.subject, decision.subject_id, claimed))
    marked = decided if decision.post is None else entered_by_hand("outcomes", decided, decision.post)
    service.append(connection, "outcomes", marked, caller.account_id)
    decisions.mark_interviewed(connection, decision.subject, decision.subject_id, caller.account_id)
    marked_id = str(marked.column("outcome_id")[0].as_py())
    content = {
        "subject": decision.subject, "subject_id": decision.subject_id, "account_id": str(caller.account_id),
    }  # fmt: skip
    append(connection, "interview", marked_id, content)
    return marked_id


def outcome_record(
    decision: Decision, at: dt.datetime, *, finding: str, typology: str | None, arm: str
) -> dict[str, object]:
    """Return the outcome of an interview held at ``at``; ``arm`` is how the officer says that the case was chosen."""
    moment = f"{at:%Y-%m-%dT%H:%M:%S}Z"
    return {
        "subject": OUTCOME_SUBJECTS[decision.subject], "subject_id": decision.subject_id, "occurred_at": moment,
        "known_at": moment, "arm": arm, "finding": finding,
        "typology": typology if finding in _POSITIVE else None,
    }  # fmt: skip
