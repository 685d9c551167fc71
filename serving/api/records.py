"""Routes that store records: applications and landings (answered with a decision), other tables, interviews, corrections."""

from __future__ import annotations

import hashlib

import orjson
from fastapi import APIRouter, Request, Response

from features.matrix import TABLE_OF_SUBJECT
from features.store.records import RecordExists
from features.tables.schema import TABLES
from serving.auth.api_keys import ApiCaller
from serving.auth.permissions import OFFICER, Caller
from serving.decisions.acceptance import accepted_rows
from serving.decisions.arrivals import decide_landing
from serving.decisions.corrections import POST_COLUMN, correct_record
from serving.decisions.hand_entries import entered_by_hand
from serving.decisions.interviews import record_outcome
from serving.decisions.own_views import shown_to
from serving.decisions.service import DecisionService
from serving.log.readings import log_readings
from serving.refusals import Refusal
from serving.store.decisions import IdempotencyKey
from serving.store.readings import Reading
from serving.store.transactions import in_transaction, transaction
from serving.web.openapi import CORRECTION, record_schema, with_body
from serving.web.request_bodies import JsonBody, LinesBody, parse_object

router = APIRouter()
DECIDED_BY = {"visa_applications": "/v1/visa-applications", "landings": "/v1/landings"}
"""The deciding verbs: a case that is only stored would wait in no queue."""


@router.post("/v1/visa-applications", status_code=201, openapi_extra=with_body(record_schema("visa_applications")))
def post_application(request: Request, caller: ApiCaller, body: JsonBody) -> Response:
    """Store an application, decide about it, answer with the decision; an officer's own entry gets the post into its id."""
    return _decide(request, caller, body, "visa")


@router.post("/v1/landings", status_code=201, openapi_extra=with_body(record_schema("landings")))
def post_landing(request: Request, caller: ApiCaller, body: JsonBody) -> Response:
    """Store a landing, decide about it, answer with the decision; an officer's own entry gets the port into its id."""
    return _decide(request, caller, body, "entry")


@router.post("/v1/records/{table}", status_code=201, openapi_extra=with_body({}, lines=True))
def post_records(request: Request, caller: ApiCaller, table: str, body: LinesBody) -> dict[str, object]:
    """Store rows of another table, one JSON object a line; all or nothing."""
    if table not in TABLES:
        raise Refusal(404, "table", "there is no such table", expected=" ".join(TABLES))
    service: DecisionService = request.app.state.service
    if table in DECIDED_BY:
        expected = f"one record a request to POST {DECIDED_BY[table]}, which stores it, decides about it and queues it"
        raise Refusal(
            422, "decided", f"{table} are not only stored: each gets a decision", where=[table], expected=expected
        )
    rows = accepted_rows(service, table, [parse_object(line) for line in body.split(b"\n") if line.strip()], caller)
    try:
        in_transaction(
            service.engine, lambda connection: service.append(connection, table, rows, caller.account_id), caller.reach
        )
    except RecordExists as error:
        raise Refusal(409, "exists", str(error), expected="ids that are not stored yet") from None
    return {"table": table, "stored": rows.num_rows}


@router.post("/v1/interviews", status_code=201, openapi_extra=with_body(record_schema("outcomes")))
def post_interview(request: Request, caller: ApiCaller, body: JsonBody) -> dict[str, object]:
    """Store the outcome of an interview as an outcomes record and take the case out of the queue; `Idempotency-Key` honoured.

    ``arm`` and ``inclusion_probability`` are stored as the service knows them: what the request claims is not taken over.
    """
    key = _idempotency_key(request, caller, b"interview\n" + body)
    outcome_id = record_outcome(request.app.state.service, caller, parse_object(body), key)
    # the same in every answer: one that said whether the claim differs would tell who was drawn
    return {"outcome_id": outcome_id, "decided_by_service": ["arm", "inclusion_probability"]}


@router.post("/v1/corrections", status_code=201, openapi_extra=with_body(CORRECTION))
def post_correction(request: Request, caller: ApiCaller, body: JsonBody) -> Response:
    """Supersede a record, decide again about its own case, and say what changed.

    Body: {"table": …, "record": the whole corrected record}.
    """
    given = parse_object(body)
    table, record = given.get("table"), given.get("record")
    if not isinstance(table, str) or table not in TABLES or not isinstance(record, dict):
        expected = '{"table": one of the nine, "record": {…}}'
        raise Refusal(422, "correction", "table or record is missing", expected=expected)
    service: DecisionService = request.app.state.service
    row = accepted_rows(service, table, [record], caller)
    answer = in_transaction(
        service.engine, lambda connection: correct_record(connection, service, caller, table, row), caller.reach
    )
    if "decision" in answer:
        log_readings(request, caller, [Reading("answer", answer["decision"]["decision_id"], table, str(answer["id"]))])
    return Response(orjson.dumps(answer), 201, media_type="application/json")


def _decide(request: Request, caller: Caller, body: bytes, subject: str) -> Response:
    row = accepted_rows(request.app.state.service, TABLE_OF_SUBJECT[subject], [parse_object(body)], caller)
    post = str(row.column(POST_COLUMN[subject])[0].as_py())
    if not caller.reaches(post):
        raise Refusal(403, "post", "this key belongs to another post", expected="a record of the key's own post")
    if caller.role is OFFICER:
        row = entered_by_hand(TABLE_OF_SUBJECT[subject], row, post)
    key = _idempotency_key(request, caller, f"{subject}\n".encode() + body)
    service: DecisionService = request.app.state.service
    if subject == "entry" and caller.role is not OFFICER:
        decision, new = decide_landing(service, caller, row, key)
    else:
        decision, new = service.decide(subject, row, post, caller=caller, key=key)
    if new:
        request.app.state.decision_counter.labels(decision.subject, decision.route).inc()
    with transaction(request.app.state.service.engine, caller.reach) as connection:
        shown = shown_to(connection, request.app.state.service, caller, decision)
    log_readings(request, caller, [Reading("answer", decision.decision_id)])
    headers = {} if new else {"Idempotency-Replayed": "true"}
    status = 201 if new or key is not None else 200
    return Response(shown, status, headers=headers, media_type="application/json")


def _idempotency_key(request: Request, caller: Caller, content: bytes) -> IdempotencyKey | None:
    """Return the request's Idempotency-Key, hashed with the caller's account: others may use the same word."""
    given = request.headers.get("idempotency-key")
    if given is None:
        return None
    if not 0 < len(given) <= 200 or not given.isascii() or not given.isprintable():
        expected = "1 to 200 printable ASCII characters"
        raise Refusal(400, "idempotency", "the Idempotency-Key cannot be used", expected=expected)
    scoped = f"{caller.account_id}\n{given}".encode()
    return IdempotencyKey(hashlib.sha256(scoped).digest(), hashlib.sha256(content).digest())
