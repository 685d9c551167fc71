"""What became of an interview? An outcome among the records, and the case leaves the queue; both or neither."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from sqlalchemy import Connection

from features.store.records import RecordExists
from features.tables.rows import rows_to_table
from serving.access import Caller
from serving.deciding import Desk, mark_interviewed
from serving.errors import Refused, refused_records
from serving.store import decisions
from serving.store.decisions import Decision
from serving.store.transaction import in_transaction

SUBJECTS = {"visa": "visa_application", "entry": "landing"}


def keep_outcome(desk: Desk, caller: Caller, record: Mapping[str, object]) -> str:
    """Store the outcome of an interview and return its id.

    Raises
    ------
    Refused
        422 for a record with faults, 404 for a case of another post, 409 for an id that is stored.
    """
    outcome_id = str(record.get("outcome_id") or f"OUT-{uuid.uuid4()}")
    rows, faults = rows_to_table("outcomes", [{**record, "outcome_id": record.get("outcome_id", outcome_id)}])
    if faults:
        raise refused_records(faults)
    subject = "visa" if record["subject"] == SUBJECTS["visa"] else "entry"
    subject_id = str(record["subject_id"])

    def work(connection: Connection) -> None:
        found = decisions.latest_of(connection, subject, subject_id)
        if found is None or not caller.may_see(found.post):
            raise Refused(404, "case", "no such case at this post", expected="a case of the queue")
        desk.store.append(connection, "outcomes", rows)
        mark_interviewed(connection, subject, subject_id)

    try:
        in_transaction(desk.engine, work)
    except RecordExists as error:
        raise Refused(409, "exists", str(error), expected="a new outcome_id") from None
    return outcome_id


def outcome_of(
    decision: Decision, at: dt.datetime, *, finding: str, typology: str | None, chosen: str
) -> dict[str, object]:
    """Return the record of an interview that was held now: in the queue's order it was certain, a referral has no chance."""
    told = f"{at:%Y-%m-%dT%H:%M:%S}Z"
    return {
        "subject": SUBJECTS[decision.subject], "subject_id": decision.subject_id, "occurred_at": told, "known_at": told,
        "arm": chosen, "inclusion_probability": 1.0 if chosen == "targeted" else None, "finding": finding,
        "typology": typology if finding in {"indications", "victim_identified"} else None,
    }  # fmt: skip
