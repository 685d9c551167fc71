"""Routes that read decisions: as shown, replayed, by queue and by search."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response

from serving.auth.api_keys import ApiCaller
from serving.decisions.decision_search import FIELDS, NothingToSearch, search_decisions
from serving.decisions.hand_entry_limits import REVIEWS, entry_alarms, review_alarm
from serving.decisions.interview_queue import interview_queue
from serving.decisions.own_views import REASONS, VIEWS, require_own_view, shown_to, write_own_view
from serving.decisions.replay import replay
from serving.decisions.service import DecisionService
from serving.log.readings import log_readings
from serving.refusals import Refusal
from serving.store import decisions
from serving.store.decisions import Decision
from serving.store.readings import Reading
from serving.store.submissions import acts_of_case
from serving.store.transactions import transaction
from serving.web.openapi import DECISION_SEARCH, access_answer_schema, own_view_schema, with_body
from serving.web.request_bodies import JsonBody, parse_object

router = APIRouter()
LIMIT = 500
_OWN_VIEW = own_view_schema([view for views in VIEWS.values() for view in views], REASONS)


def decision_in_scope(request: Request, decision_id: str, caller: ApiCaller) -> Decision:
    """Return a decision in the caller's scope.

    Raises `Refusal` 404 if there is none: a decision out of scope does not exist for the caller.
    """
    with transaction(request.app.state.service.engine, caller.reach) as connection:
        decision = decisions.by_id(connection, decision_id)
    if decision is None or not caller.reaches(decision.post):
        raise Refusal(404, "decision", "no such decision", expected="a decision_id of the key's own post")
    return decision


DecisionInScope = Annotated[Decision, Depends(decision_in_scope)]


@router.get("/v1/decisions/{decision_id}")
def get_decision(request: Request, caller: ApiCaller, decision: DecisionInScope) -> Response:
    """Return a decision as it was shown, and in ``acts`` who decided, corrected and interviewed."""
    with transaction(request.app.state.service.engine, caller.reach) as connection:
        acts = acts_of_case(connection, decision.subject, decision.subject_id)
        shown = shown_to(connection, request.app.state.service, caller, decision)
    log_readings(request, caller, [Reading("decision", decision.decision_id)])
    # what was shown stays as it is, byte for byte
    added = orjson.dumps([act.as_json() for act in acts]).decode()
    return Response(f'{shown[:-1]},"acts":{added}}}', media_type="application/json")


@router.post("/v1/decisions/{decision_id}/own-view", openapi_extra=with_body(_OWN_VIEW))
def post_own_view(request: Request, caller: ApiCaller, decision: DecisionInScope, body: JsonBody) -> Response:
    """Store the own view that is due about a case (``own_view_due``), and return the decision as it is shown then."""
    given, service = parse_object(body), request.app.state.service
    write_own_view(service, caller, decision, str(given.get("view")), str(given.get("reason")))
    with transaction(service.engine, caller.reach) as connection:
        shown = shown_to(connection, service, caller, decision)
    log_readings(request, caller, [Reading("decision", decision.decision_id)])
    return Response(shown, media_type="application/json")


@router.get("/v1/decisions/{decision_id}/replay")
def get_replay(request: Request, caller: ApiCaller, decision: DecisionInScope) -> dict[str, object]:
    """Recompute a decision and say whether every bit is the same."""
    service: DecisionService = request.app.state.service
    service.models.reload()
    with transaction(service.engine, caller.reach) as connection:
        require_own_view(connection, service, caller, decision)
        replayed = replay(service, connection, decision)
    log_readings(request, caller, [Reading("replay", decision.decision_id)])
    return replayed


@router.get("/v1/queue")
def get_queue(
    request: Request, caller: ApiCaller, post: str | None = None, capacity: int = 10, after: str = ""
) -> Response:
    """Return whom to interview next at a post, and why; ``after`` is the ``next`` of the answer before."""
    post = caller.post if post is None else post
    if not caller.reaches(post):
        raise Refusal(403, "post", "this post is not the account's own", expected="a post of the account")
    if not 1 <= capacity <= LIMIT:
        raise Refusal(422, "capacity", "capacity is out of range", expected=f"1 to {LIMIT}")
    service: DecisionService = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        queued = interview_queue(connection, service, caller, post, capacity, after=after)
    cases = [
        {"rank": rank, "due": case.due and case.due.as_json(), **case.shown} for rank, case in enumerate(queued, 1)
    ]
    log_readings(request, caller, [Reading("queue", case.decision.decision_id) for case in queued])
    following = queued[-1].decision.decision_id if len(queued) == capacity else None
    return _json({"post": post, "capacity": capacity, "cases": cases, "next": following})


@router.get("/v1/audit/decisions")
def audit_decisions(  # noqa: PLR0913, PLR0917 (a parameter each)
    request: Request, caller: ApiCaller, post: str = "", subject_id: str = "", subject: str = "", since: str = "",
    until: str = "", model: str = "", finding: str = "", outcome: str = "", route: str = "", before: str = "", limit: int = 50,
) -> Response:  # fmt: skip
    """Search decisions by what names nobody, the latest cases first; ``before`` is the last ``decision_id`` of the answer before."""
    fields = {
        "post": post, "subject_id": subject_id, "subject": subject, "since": since, "until": until, "model": model,
        "finding": finding, "outcome": outcome, "route": route,
    }  # fmt: skip
    return _results(request, caller, fields, before, limit)


@router.post("/v1/audit/decisions", openapi_extra=with_body(DECISION_SEARCH))
def search_by_name(request: Request, caller: ApiCaller, body: JsonBody) -> Response:
    """Search decisions by name in any script, passport, officer, and all that GET searches by; a name stands in no address."""
    given = parse_object(body)
    fields = {name: str(given.get(name) or "") for name in FIELDS}
    limit = given.get("limit", 50)
    return _results(request, caller, fields, str(given.get("before") or ""), limit if isinstance(limit, int) else 50)


def _results(request: Request, caller: ApiCaller, fields: dict[str, str], before: str, limit: int) -> Response:
    service: DecisionService = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        try:
            cases = search_decisions(connection, service, fields, min(max(limit, 1), LIMIT), before=before)
        except NothingToSearch as error:
            expected = "a name with letters, a passport with digits, a day as 2012-12-24"
            raise Refusal(
                422, "search", "nothing can be found by this", where=[error.field], expected=expected
            ) from None
    log_readings(request, caller, [Reading("search", case.decision.decision_id) for case in cases])
    return _json([orjson.loads(case.decision.shown) for case in cases])


@router.get("/v1/audit/alarms")
def audit_alarms(request: Request, caller: ApiCaller) -> dict[str, object]:
    """Return who entered many records by hand in a day, or several that match a register or name another post's record."""
    rows = entry_alarms(request.app.state.service.engine, caller)
    return {"entries": [row._asdict() for row in rows]}


@router.post("/v1/audit/alarms/{account_id}/{day}/answer", openapi_extra=with_body(access_answer_schema(REVIEWS)))
def answer_alarm(request: Request, caller: ApiCaller, account_id: int, day: str, body: JsonBody) -> dict[str, object]:
    """Close an alarm about a person's entries by hand as explained or unexplained."""
    answer = str(parse_object(body).get("answer"))
    return review_alarm(request.app.state.service.engine, caller, account_id, day, answer)._asdict()


def _json(content: object) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")
