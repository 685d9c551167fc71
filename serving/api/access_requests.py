"""Routes of records behind a decision, and of requests for those that another post keeps."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from features.tables.json_rows import row_as_json
from serving.auth.api_keys import ApiCaller
from serving.auth.permissions import Caller
from serving.decisions.evidence import decision_in_scope, evidence_of
from serving.decisions.record_access import (
    ANSWERS,
    PURPOSES,
    REVIEWS,
    URGENT_REASONS,
    Wish,
    answer_request,
    request_access,
    visible_requests,
)
from serving.log.readings import log_readings
from serving.refusals import Refusal
from serving.store.access_requests import AccessRequest
from serving.store.readings import Reading
from serving.store.transactions import transaction
from serving.web.openapi import access_answer_schema, access_request_schema, with_body
from serving.web.request_bodies import JsonBody, parse_object

router = APIRouter()
_WISH = access_request_schema((*PURPOSES, *URGENT_REASONS))
_ANSWER = access_answer_schema((*ANSWERS, *REVIEWS))
_KEEPER_SEES = ("request_id", "account", "from_post", "post", "purpose", "answer", "answered_by")


@router.get("/v1/decisions/{decision_id}/records/{table}/{record_id:path}")
def get_record(request: Request, caller: ApiCaller, decision_id: str, table: str, record_id: str) -> dict[str, Any]:
    """Return a record behind a decision, or the card of another post's: who keeps it, when, which fields agree, what followed."""
    service = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, decision_id)
        evidence = evidence_of(connection, service, caller, decision, table, record_id)
    answer: dict[str, Any] = {"table": table, "id": record_id}
    if evidence.card is None:
        row = row_as_json(dict(evidence.row))
        answer["record"] = {column.name: row.get(column.name) for column in evidence.columns()}
    else:
        answer["card"] = evidence.card.as_json()
    log_readings(request, caller, [evidence.reading()], evidence.purpose())
    return answer


@router.post("/v1/access-requests", status_code=201, openapi_extra=with_body(_WISH))
def post_request(request: Request, caller: ApiCaller, body: JsonBody) -> dict[str, Any]:
    """Request the record behind a card: its post answers; with ``urgent`` it opens at once, is an alarm and is reviewed."""
    given = parse_object(body)
    names = ("decision_id", "table", "id", "purpose")
    texts, urgent = [given.get(name) for name in names], given.get("urgent", False)
    if not isinstance(urgent, bool) or not all(isinstance(text, str) for text in texts):
        expected = '{"decision_id": …, "table": …, "id": …, "purpose": …, "urgent": true or false}'
        raise Refusal(422, "request", "the request lacks a part", where=list(names), expected=expected)
    decision_id, table, record_id, purpose = (str(text) for text in texts)
    wish = Wish(decision_id, table, record_id, purpose, urgent)
    return _as_json(request_access(request.app.state.service, caller, wish), caller)


@router.get("/v1/access-requests")
def get_requests(request: Request, caller: ApiCaller) -> dict[str, Any]:
    """Return the account's own requests and those to its posts, unanswered first; all for an auditor."""
    rows = visible_requests(request.app.state.service, caller)
    log_readings(request, caller, [Reading("request", None, row.record_table, row.record_id) for row in rows])
    return {"requests": [_as_json(row, caller) for row in rows]}


@router.post("/v1/access-requests/{request_id}/answer", openapi_extra=with_body(_ANSWER))
def post_answer(request: Request, caller: ApiCaller, request_id: str, body: JsonBody) -> dict[str, Any]:
    """Grant or decline a request to an own post; close the review of an urgent opening as justified or not."""
    answer = parse_object(body).get("answer")
    return _as_json(answer_request(request.app.state.service, caller, request_id, str(answer)), caller)


def _as_json(row: AccessRequest, caller: Caller) -> dict[str, Any]:
    """Return a request; the requester's own case is nobody else's but the auditor's."""
    shown: dict[str, Any] = {name: getattr(row, name) for name in _KEEPER_SEES}
    if row.account_id == caller.account_id or caller.reach.all_posts:
        shown["decision_id"] = row.decision_id
    return {
        **shown, "table": row.record_table, "id": row.record_id, "urgent": row.is_urgent, "in_force": row.is_in_force,
        "requested_at": row.requested_at.isoformat(), "expires_at": row.expires_at and row.expires_at.isoformat(),
    }  # fmt: skip
