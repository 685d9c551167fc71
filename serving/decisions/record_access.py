"""Access to another post's record: an officer requests it with a purpose, its post answers; at once for urgent protection.

A grant opens the record for the officer who requested it, not for the post, and ends by itself. An urgent opening is an
alarm for the record's post and for auditors until another person has reviewed it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import Connection

from features.languages import texts
from serving.auth.permissions import ALL_POSTS, Caller
from serving.decisions.evidence import Evidence, decision_in_scope, evidence_of, missing_record
from serving.decisions.service import DecisionService
from serving.refusals import Refusal
from serving.store import access_requests
from serving.store.access_requests import AccessRequest
from serving.store.transactions import lock_until_commit, transaction

PURPOSES = tuple(texts("serving.access_purposes"))
URGENT_REASONS = tuple(texts("serving.urgent_reasons"))
ANSWERS, REVIEWS = ("granted", "declined"), ("justified", "unjustified")
GRANT_HOURS = 7 * 24
URGENT_HOURS = 24
REQUESTS_PER_DAY = 50
URGENT_PER_DAY = 5
"""Each lets a person see what the other post did not grant: the limit is low, and every one is reviewed."""
LISTED = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What an officer requests: a record behind one of the own post's decisions, and why."""

    decision_id: str
    table: str
    record_id: str
    purpose: str
    is_urgent: bool


def request_access(service: DecisionService, caller: Caller, wish: Wish) -> AccessRequest:
    """Store a request and return it; a request that waits or is in force is returned as it is.

    Raises `Refusal` 422 for an unknown purpose, 404 for a record that no other post keeps behind the decision, 403 for an
    urgent opening behind an entry by hand, 429 beyond the day's limit.
    """
    allowed = URGENT_REASONS if wish.is_urgent else PURPOSES
    if wish.purpose not in allowed:
        raise Refusal(422, "purpose", "there is no such purpose", where=["purpose"], expected=" ".join(allowed))
    with transaction(service.engine, caller.reach) as connection:
        lock_until_commit(connection, "access_request", str(caller.account_id))
        decision = decision_in_scope(connection, caller, wish.decision_id)
        evidence = evidence_of(connection, service, caller, decision, wish.table, wish.record_id)
        repeated = _repeated(evidence, wish)
        if repeated is not None:
            return repeated
        if evidence.card is None or not evidence.card.place:
            raise missing_record()
        _require_allowed(connection, caller, evidence, wish)
        hours, request_id = URGENT_HOURS if wish.is_urgent else None, str(uuid.uuid4())
        access_requests.insert(
            connection, request_id, caller.account_id, decision, wish.table, wish.record_id, evidence.card.place,
            wish.purpose, hours,
        )  # fmt: skip
        return _stored(connection, request_id)


def _repeated(evidence: Evidence, wish: Wish) -> AccessRequest | None:
    """Return the request that is in force, or one that waits as this one would."""
    if evidence.purpose() is not None:
        return evidence.requests[0]
    waiting = [request for request in evidence.requests if request.answer is None and not request.is_urgent]
    return waiting[0] if waiting and not wish.is_urgent else None


def _require_allowed(connection: Connection, caller: Caller, evidence: Evidence, wish: Wish) -> None:
    if wish.is_urgent and evidence.by_hand:
        expected = "a case that a feed sent, or a request that the other post answers"
        raise Refusal(403, "hand_entry", "an entry by hand opens nothing at once", expected=expected)
    limit = URGENT_PER_DAY if wish.is_urgent else REQUESTS_PER_DAY
    if access_requests.count_of_day(connection, caller.account_id, is_urgent=wish.is_urgent) >= limit:
        raise Refusal(429, "limit", "too many requests in a day", expected=f"at most {limit} in 24 hours")


def _stored(connection: Connection, request_id: str) -> AccessRequest:
    request = access_requests.by_id(connection, request_id)
    assert request is not None  # noqa: S101 (this transaction stored or read it)
    return request


def visible_requests(service: DecisionService, caller: Caller) -> list[AccessRequest]:
    """Return the caller's own requests and those to the own posts, unanswered first; all for an auditor."""
    with transaction(service.engine, caller.reach) as connection:
        rows = access_requests.newest(connection, LISTED)
    return [row for row in rows if row.account_id == caller.account_id or caller.reaches(row.post)]


def may_answer(caller: Caller, request: AccessRequest) -> bool:
    """Return whether a caller answers a request: officers of its post, and auditors an urgent opening; never the requester."""
    if request.account_id == caller.account_id or not caller.reaches(request.post):
        return False
    return request.is_urgent or caller.scope is not ALL_POSTS


def answer_request(service: DecisionService, caller: Caller, request_id: str, answer: str) -> AccessRequest:
    """Grant or decline a request, or close the review of an urgent opening, and return it.

    Raises `Refusal` 404 for a request that the caller does not answer, 422 for an answer of another kind, 409 if it has an answer.
    """
    with transaction(service.engine, caller.reach) as connection:
        request = access_requests.by_id(connection, request_id)
        if request is None or not may_answer(caller, request):
            raise Refusal(404, "request", "no such request", expected="a request to the own post")
        allowed = REVIEWS if request.is_urgent else ANSWERS
        if answer not in allowed:
            raise Refusal(422, "answer", "there is no such answer", where=["answer"], expected=" or ".join(allowed))
        hours = GRANT_HOURS if answer == "granted" else None
        if not access_requests.insert_answer(connection, request_id, caller.account_id, answer, hours):
            raise Refusal(409, "answered", "this request has an answer", expected="a request without an answer")
        return _stored(connection, request_id)
