"""Acts on the queue by form: take the next case, give back, pass over, put off, bring back; and the cases put off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.languages import texts
from serving.auth.sessions import PageReader
from serving.decisions.case_acts import act_on_case, give_back_all, take_next
from serving.decisions.desk_clock import queued_since
from serving.decisions.evidence import decision_in_scope
from serving.decisions.hand_overs import hand_over
from serving.decisions.service import DecisionService
from serving.log.readings import log_readings
from serving.pages.case_acts import until_label
from serving.pages.queue_desk import cases_of
from serving.pages.queue_page import post_of, reading_of
from serving.refusals import Refusal
from serving.store import decisions, queue_acts
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render
from serving.web.request_bodies import FormFields

router = APIRouter(include_in_schema=False)
LIMIT = 200


@dataclass(frozen=True, slots=True)
class PutOffRow:
    """A case that was passed over or put off; ``until`` is a time or a day at its post."""

    decision_id: str
    name: str
    subject_id: str
    act: str
    who: str
    reason: str
    until: str


@dataclass(frozen=True, slots=True)
class PutOffPage(Page):
    """Cases of a post that officers passed over or put off, the earliest to come back first."""

    name: ClassVar[str] = "queue_put_off"
    rows: list[PutOffRow]
    post: str | None
    may_act: bool
    limit: int


@router.post("/queue/take")
def take(request: Request, caller: PageReader, form: FormFields) -> Response:
    """Give the next case to the officer, and open it."""
    post, service = form.get("post", ""), request.app.state.service
    if not caller.reaches(post):
        raise Refusal(403, "post", "this post is not the account's own", expected="a post of the account")
    try:
        case = take_next(service, caller, post)
    except Refusal as refusal:
        if refusal.code != "full":
            raise
        return _to_queue(post=post, done="full")
    if case is None:
        return _to_queue(post=post, done="none")
    with transaction(service.engine, caller.reach) as connection:
        decision = decisions.latest(connection, *case)
    return RedirectResponse(f"/cases/{decision.decision_id}" if decision else "/queue", 303)


@router.post("/queue/release")
def give_back(request: Request, caller: PageReader) -> Response:
    """Give back every case at hand."""
    give_back_all(request.app.state.service, caller)
    return _to_queue(done="all")


@router.post("/queue/hand-over")
def hand(request: Request, caller: PageReader, form: FormFields) -> Response:
    """Hand all cases at hand, or the one that the form names, to a colleague."""
    service: DecisionService = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, form["case"]) if form.get("case") else None
    hand_over(service, caller, form.get("to", ""), decision)
    return _to_queue(done="hand")


@router.post("/cases/{decision_id}/acts")
def act(request: Request, caller: PageReader, decision_id: str, form: FormFields) -> Response:
    """Do an act on a case; what opens it leads to it, what puts it away to the queue."""
    service: DecisionService = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, decision_id)
    done = form.get("act", "")
    try:
        act_on_case(service, caller, decision, done, reason=form.get("reason", ""), day=form.get("day", ""))
    except Refusal as refusal:
        if refusal.status != 409:
            raise
        done = "open"  # its page says who has the case, or what became of it
    if done == "open":
        return RedirectResponse(f"/cases/{decision_id}", 303)
    return _to_queue(post=decision.post or "", done=done, case=decision_id)


@router.get("/queue/put-off")
def put_off(request: Request, caller: PageReader, post: str = "") -> Response:
    """Show the cases that were passed over or put off."""
    service, language, chosen = request.app.state.service, language_of(request), post_of(caller, post)
    reasons = texts("serving.skip_reasons")
    with transaction(service.engine, caller.reach) as connection:
        since = queued_since(service.now(connection), service.models.settings)
        places = queue_acts.put_off(connection, chosen, since, LIMIT)
        cases = cases_of(connection, service, caller, places)
    rows = [
        PutOffRow(
            place.decision_id, case.name, place.subject_id, str(place.act), place.account or "",
            reasons[place.reason][language] if place.reason else "", until_label(place, case.decision.post, language),
        )
        for place, case in zip(places, cases, strict=True)
    ]  # fmt: skip
    log_readings(request, caller, [reading_of(case) for case in cases])
    return render(request, PutOffPage(rows, chosen, caller.role == "officer", LIMIT), caller)


def _to_queue(**words: str) -> Response:
    return RedirectResponse("/queue?" + urlencode({name: word for name, word in words.items() if word}), 303)
