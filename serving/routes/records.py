"""Verbs that bring records in: applications and landings (each answered with a decision), the other tables, corrections."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Annotated

import orjson
import pyarrow as pa
from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection

from features.facts.facts import facts_of_table
from features.matrix import TABLE_OF_SUBJECT
from features.store.records import RecordExists
from features.tables.nine_tables import TABLES
from features.tables.rows import row_as_json, rows_to_table
from serving import described
from serving.access import Caller, allowed
from serving.deciding import Asked, Desk
from serving.errors import Refused, refused_records
from serving.interviews import keep_outcome
from serving.store import decisions
from serving.store.transaction import in_transaction, one_at_a_time
from serving.strict_json import LINES, RECORDS_LIMIT, body_of, parse_object

router = APIRouter()
OWNER = {"visa": "post", "entry": "port"}


@router.post(
    "/v1/visa-applications", status_code=201, openapi_extra=described.body(described.record("visa_applications"))
)
def post_application(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("feed", "officer"))],
    body: Annotated[bytes, Depends(body_of())],
) -> Response:
    """Store an application, decide about it, answer with the decision."""
    return _decide(request, caller, body, "visa")


@router.post("/v1/landings", status_code=201, openapi_extra=described.body(described.record("landings")))
def post_landing(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("feed", "officer"))],
    body: Annotated[bytes, Depends(body_of())],
) -> Response:
    """Store a landing, decide about it, answer with the decision."""
    return _decide(request, caller, body, "entry")


def _decide(request: Request, caller: Caller, body: bytes, subject: str) -> Response:
    row = one_row(TABLE_OF_SUBJECT[subject], parse_object(body))
    post = str(row.column(OWNER[subject])[0].as_py())
    _own_post(caller, post)
    desk: Desk = request.app.state.desk
    asked = _asked(request, caller, f"{subject}\n".encode() + body)
    decision, new = desk.decide(subject, row, post, asked=asked)
    if new:
        request.app.state.counted.labels(decision.subject, decision.route).inc()
    headers = {} if new else {"Idempotency-Replayed": "true"}
    status = 201 if new or asked is not None else 200
    return Response(decision.shown, status, headers=headers, media_type="application/json")


def _asked(request: Request, caller: Caller, content: bytes) -> Asked | None:
    """Return the request's Idempotency-Key, which is the caller's own: another may use the same word."""
    given = request.headers.get("idempotency-key")
    if given is None:
        return None
    if not 0 < len(given) <= 200 or not given.isascii() or not given.isprintable():
        raise Refused(
            400, "idempotency", "the Idempotency-Key cannot be used", expected="1 to 200 printable ASCII characters"
        )
    return Asked(hashlib.sha256(caller.key_hash + given.encode()).digest(), hashlib.sha256(content).digest())


def one_row(name: str, record: dict[str, object]) -> pa.Table:
    """Return one JSON record as a row, or refuse it with every fault."""
    rows, faults = rows_to_table(name, [record])
    if faults:
        raise refused_records(faults)
    return rows


def _own_post(caller: Caller, post: str) -> None:
    if caller.role == "officer" and caller.post != post:
        raise Refused(403, "post", "this key belongs to another post", expected="a record of the key's own post")


@router.post("/v1/records/{table}", status_code=201, openapi_extra=described.body({}, lines=True))
def post_records(
    request: Request,
    table: str,
    caller: Annotated[Caller, Depends(allowed("feed"))],
    body: Annotated[bytes, Depends(body_of(LINES, RECORDS_LIMIT))],
) -> dict[str, object]:
    """Store rows of another table, one JSON object a line; all or nothing."""
    if table not in TABLES:
        raise Refused(404, "table", "there is no such table", expected=" ".join(TABLES))
    lines = [line for line in body.split(b"\n") if line.strip()]
    rows, faults = rows_to_table(table, [parse_object(line) for line in lines])
    if faults:
        raise refused_records(faults)
    desk: Desk = request.app.state.desk
    try:
        in_transaction(desk.engine, lambda connection: desk.store.append(connection, table, rows))
    except RecordExists as error:
        raise Refused(409, "exists", str(error), expected="ids that are not stored yet") from None
    return {"table": table, "stored": rows.num_rows}


@router.post("/v1/interviews", status_code=201, openapi_extra=described.body(described.record("outcomes")))
def post_interview(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("officer"))],
    body: Annotated[bytes, Depends(body_of())],
) -> dict[str, object]:
    """Store the outcome of an interview as an outcomes record and take the case out of the queue."""
    return {"outcome_id": keep_outcome(request.app.state.desk, caller, parse_object(body))}


@router.post("/v1/corrections", status_code=201, openapi_extra=described.body(described.CORRECTION))
def post_correction(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("officer", "auditor"))],
    body: Annotated[bytes, Depends(body_of())],
) -> Response:
    """Supersede a record, decide again about its own case, and say what changed.

    Body: {"table": …, "record": the whole corrected record}.
    """
    given = parse_object(body)
    table, record = given.get("table"), given.get("record")
    if not isinstance(table, str) or table not in TABLES or not isinstance(record, dict):
        raise Refused(
            422, "correction", "table or record is missing", expected='{"table": one of the nine, "record": {…}}'
        )
    desk: Desk = request.app.state.desk
    row = one_row(table, record)
    return Response(
        orjson.dumps(in_transaction(desk.engine, lambda connection: _correct(connection, desk, caller, table, row))),
        201,
        media_type="application/json",
    )


def _correct(connection: Connection, desk: Desk, caller: Caller, table: str, row: pa.Table) -> dict[str, object]:
    record_id = str(row.column(TABLES[table].id_column)[0].as_py())
    subject = next((one for one, name in TABLE_OF_SUBJECT.items() if name == table), None)
    one_at_a_time(connection, table, record_id)
    before = None if subject is None else decisions.latest_of(connection, subject, record_id)
    old = desk.store.rows(connection, table, [record_id])
    # an officer corrects only applications and landings of the own post, and cannot move them to another
    whose = {str(one.column(OWNER[subject])[0].as_py()) for one in (old, row) if one.num_rows} if subject else set()
    if old.num_rows == 0 or (caller.role == "officer" and whose != {caller.post}):
        raise Refused(404, "record", "no such record", expected="an id that is stored, of the key's own post")
    own_position = desk.store.supersede(connection, table, record_id, row)
    was, now = row_as_json(old.to_pylist()[0]), row_as_json(row.to_pylist()[0])
    answer: dict[str, object] = {
        "table": table, "id": record_id, "position": own_position,
        "changed": sorted(name for name in {*was, *now} if was.get(name) != now.get(name)),
    }  # fmt: skip
    if subject is not None and before is not None:
        # the corrected record judges itself on the history as it was just before it
        own = facts_of_table(table, row)
        again = desk.judge(connection, subject, row, own, before.post, own_position - 1)
        again = replace(again, own_position=own_position)
        decisions.keep(connection, again)
        answer |= {
            "score_before": before.shown_score(),
            "score_after": again.shown_score(),
            "decision": orjson.loads(again.shown),
        }
    return answer
