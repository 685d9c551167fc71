"""Verbs that read: decisions, replays, the queue, what-if scores, models, health and figures of the service."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import orjson
from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from features.facts.facts import facts_of_records
from features.matrix import TABLE_OF_SUBJECT, take
from features.online import case_from_facts
from features.tables.folder import empty_records
from features.tables.nine_tables import TABLES
from features.tables.rows import rows_to_table
from serving import described
from serving.access import Caller, allowed, caller_of
from serving.deciding import Desk, decision_of
from serving.errors import Refused, refused_records
from serving.store import decisions
from serving.store.decisions import Decision
from serving.strict_json import RECORDS_LIMIT, body_of, parse_object
from serving.waiting import waiting_at

router = APIRouter()
MOST = 500


def decision_for(request: Request, caller: Caller, decision_id: str) -> Decision:
    """Return a decision that the caller may see; what they may not see does not exist for them."""
    with request.app.state.desk.engine.connect() as connection:
        found = decisions.find(connection, decision_id)
    if found is None or not caller.may_see(found.post):
        raise Refused(404, "decision", "no such decision", expected="a decision_id of the key's own post")
    return found


@router.get("/v1/decisions/{decision_id}")
def get_decision(request: Request, decision_id: str) -> Response:
    """Return a decision as it was shown."""
    found = decision_for(request, caller_of(request, "officer", "auditor"), decision_id)
    return Response(found.shown, media_type="application/json")


@router.get("/v1/decisions/{decision_id}/replay")
def get_replay(request: Request, decision_id: str) -> dict[str, object]:
    """Recompute a decision and say whether every bit is the same."""
    found = decision_for(request, caller_of(request, "officer", "auditor"), decision_id)
    desk: Desk = request.app.state.desk
    desk.shelf.reload()
    with desk.engine.connect() as connection:
        return desk.replay(connection, found)


@router.get("/v1/queue")
def get_queue(request: Request, post: str | None = None, capacity: int = 10) -> Response:
    """Return whom to interview next at a post, and why."""
    caller = caller_of(request, "officer")
    if post is not None and post != caller.post:
        raise Refused(403, "post", "this key belongs to another post", expected="the key's own post")
    if not 1 <= capacity <= MOST:
        raise Refused(422, "capacity", "capacity is out of range", expected=f"1 to {MOST}")
    desk: Desk = request.app.state.desk
    with desk.engine.connect() as connection:
        found, _ = waiting_at(connection, desk, caller.post, capacity)
    cases = [{"rank": one.rank, "due": one.due and one.due.as_json(), **one.shown} for one in found]
    return Response(
        orjson.dumps({"post": caller.post, "capacity": capacity, "cases": cases}),
        media_type="application/json",
    )


@router.get("/v1/audit/decisions")
def audit_decisions(
    request: Request, post: str | None = None, subject_id: str | None = None, limit: int = 50
) -> Response:
    """Search decisions."""
    caller_of(request, "auditor")
    with request.app.state.desk.engine.connect() as connection:
        found = decisions.search(connection, post=post, subject_id=subject_id, limit=min(max(limit, 1), MOST))
    return Response(orjson.dumps([orjson.loads(one.shown) for one in found]), media_type="application/json")


@router.post("/v1/score", openapi_extra=described.body(described.WHAT_IF))
def score(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("scientist", "auditor"))],
    content: Annotated[bytes, Depends(body_of(limit=RECORDS_LIMIT))],
) -> Response:
    """Score a case on records given with the request; nothing is stored.

    Body: {"subject": "visa" or "entry", "subject_id": …, "records": {table: [rows]}}.
    """
    body = parse_object(content)
    subject, subject_id, given = body.get("subject"), body.get("subject_id"), body.get("records")
    if (
        not isinstance(subject, str)
        or subject not in TABLE_OF_SUBJECT
        or not isinstance(given, dict)
        or not set(given) <= set(TABLES)
    ):
        raise Refused(
            422,
            "what_if",
            "subject or records cannot be used",
            expected="subject visa or entry, records by table",
        )
    tables = dict(empty_records().tables)
    faults = []
    for name, rows in given.items():
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Refused(422, "what_if", "a table is not a list of objects", where=[name], expected="lists of objects")
        tables[name], found = rows_to_table(name, rows)
        faults += found
    if faults:
        raise refused_records(faults)
    facts = facts_of_records(tables)
    name = TABLE_OF_SUBJECT[str(subject)]
    ids = tables[name].column(0).to_pylist()
    if subject_id not in ids:
        raise Refused(422, "what_if", "the case is not among the records", expected=f"an id of {name}")
    row = ids.index(subject_id)
    view = case_from_facts(facts, take(facts[name], np.array([row])), str(subject), tables[name].slice(row, 1))
    desk: Desk = request.app.state.desk
    desk.shelf.reload()
    return Response(
        decision_of(view, desk.shelf.bundles.get(str(subject)), None, 0).shown, media_type="application/json"
    )


@router.get("/v1/models")
def models(request: Request) -> dict[str, object]:
    """Return the models in use."""
    caller_of(request)
    shelf = request.app.state.desk.shelf
    shelf.reload()
    serving = {
        subject: {"version": one.version, "sha256": one.sha256, "features": len(one.catalogue.names), "catalogue": one.catalogue.fingerprint}
        for subject, one in shelf.bundles.items()
    }  # fmt: skip
    return {"serving": serving, "refused": shelf.refused}


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """Say that the process lives."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(request: Request, response: Response) -> dict[str, object]:
    """Say whether cases can be scored."""
    desk: Desk = request.app.state.desk
    desk.shelf.reload()
    with desk.engine.connect() as connection:
        connection.execute(text("select 1"))
    missing = sorted({"visa", "entry"} - set(desk.shelf.bundles))
    if missing:
        response.status_code = 503
    return {"ready": not missing, "without_model": missing, "refused": desk.shelf.refused}


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Return figures for Prometheus; none speaks of a person."""
    return Response(generate_latest(request.app.state.registry), media_type=CONTENT_TYPE_LATEST)
