"""Scoring page: the stop button with its way back, which models serve on which terms, and who stopped what and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.languages import texts
from serving.auth.permissions import STOP_SCOPES, Caller
from serving.auth.sessions import PageReader
from serving.decisions.scoring_stops import may_switch, stops_of, switch_scoring
from serving.decisions.service import DecisionService
from serving.refusals import Refusal
from serving.registry.loaded_models import SUBJECTS
from serving.store import scoring_stops, touched_cases
from serving.store.scoring_stops import ALL, MODEL, POST, Switch
from serving.store.touched_cases import Backlog
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render
from serving.web.request_bodies import FormFields
from serving.web.stop_banner import place_of_switch

router = APIRouter(include_in_schema=False)
LISTED = 50


@dataclass(frozen=True, slots=True)
class SwitchView:
    """A stop, or its end, in one language; ``value`` names it in the form, empty where the reader may not switch it."""

    value: str
    place: str
    is_stopped: bool
    reason: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class ScoringPage(Page):
    """Where scoring is stopped, and where the reader may stop it.

    ``any_post`` says that the reader may name any post; ``error`` is a key of texts, empty without one.
    """

    name: ClassVar[str] = "scoring"
    stops: list[SwitchView]
    choices: list[tuple[str, str]]
    any_post: bool
    reasons: list[tuple[str, str]]
    resume_reasons: list[tuple[str, str]]
    past: list[SwitchView]
    backlog: Backlog
    error: str


@router.get("/scoring")
def scoring(request: Request, caller: PageReader) -> Response:
    """Show where scoring is stopped."""
    return _response(request, caller)


@router.post("/scoring")
def switch(request: Request, caller: PageReader, form: FormFields) -> Response:
    """Stop scoring, or let it go on."""
    scope, _, name = form.get("where", "").partition(" ")
    is_stopped = form.get("do", "stop") == "stop"
    name = form.get("post", "").strip() if (scope, name) == (POST, "") else name
    service: DecisionService = request.app.state.service
    try:
        switch_scoring(service, caller, scope, name, is_stopped=is_stopped, reason=form.get("reason", ""))
    except Refusal as refusal:
        key = {403: "error_where", 422: "error_reason", 409: "error_state"}.get(refusal.status)
        if key is None:
            raise
        return _response(request, caller, error=key, status=refusal.status)
    return RedirectResponse("/scoring", 303)


def _response(request: Request, caller: Caller, *, error: str = "", status: int = 200) -> Response:
    service: DecisionService = request.app.state.service
    language = language_of(request)
    with transaction(service.engine, caller.reach) as connection:
        now, past = stops_of(connection, caller), scoring_stops.switches(connection, LISTED)
        backlog = touched_cases.backlog(connection)
    may_see = [item for item in past if item.scope != POST or ALL in _scopes(caller) or item.name in caller.posts]
    page = ScoringPage(
        [_view(item, caller, language) for item in now], _choices(caller, now, language), ALL in _scopes(caller),
        _reasons("serving.stop_reasons", language), _reasons("serving.resume_reasons", language),
        [_view(item, caller, language) for item in may_see], backlog, error,
    )  # fmt: skip
    return render(request, page, caller, status=status)


def _scopes(caller: Caller) -> tuple[str, ...]:
    return STOP_SCOPES.get(caller.role, ())


def _choices(caller: Caller, now: list[Switch], language: str) -> list[tuple[str, str]]:
    """Return where the reader may stop scoring that is not stopped."""
    stopped = {(stop.scope, stop.name) for stop in now}
    places = [(POST, post) for post in caller.posts] + [(ALL, ""), *((MODEL, subject) for subject in SUBJECTS)]
    return [
        (f"{scope} {name}", place_of_switch(scope, name, language))
        for scope, name in places
        if (scope, name) not in stopped and may_switch(caller, scope, name)
    ]


def _reasons(section: str, language: str) -> list[tuple[str, str]]:
    return [(code, name[language]) for code, name in texts(section).items()]


def _view(item: Switch, caller: Caller, language: str) -> SwitchView:
    value = f"{item.scope} {item.name}" if may_switch(caller, item.scope, item.name) else ""
    reasons = {**texts("serving.stop_reasons"), **texts("serving.resume_reasons")}
    return SwitchView(
        value, place_of_switch(item.scope, item.name, language), item.is_stopped, reasons[item.reason][language], item.by,
        f"{item.at:%Y-%m-%d %H:%M} UTC",
    )  # fmt: skip
