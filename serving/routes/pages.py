"""The officer's pages: sign in, the queue, one case. Rendered here, in Japanese and English, without any script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape

from features.catalogue import catalogue
from serving.access import holder
from serving.chart import waterfall
from serving.messages import MESSAGES
from serving.sign_in import begin, end, hand_over, may_sign_in, signed_in, take_back
from serving.store import decisions
from serving.strict_json import FORM, body_of

router = APIRouter(include_in_schema=False)
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=select_autoescape(),
    trim_blocks=True,
)
CAPACITY = 20
STEPS = 8
LEAST_STEP = 0.005
"""In log-odds: what would be drawn as 0.00 is told with the others."""


def _language(request: Request) -> str:
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    if asked in {"ja", "en"}:
        return asked
    return "en" if request.headers.get("accept-language", "ja").startswith("en") else "ja"


def _page(request: Request, template: str, status: int = 200, **content: Any) -> Response:
    language = _language(request)
    words = {key: both[language] for key, both in MESSAGES.items()}
    other = "en" if language == "ja" else "ja"
    html = _templates.get_template(template).render(
        t=words, lang=language, other=other, path=request.url.path, **content
    )
    response = HTMLResponse(html, status)
    response.set_cookie(
        "lang", language, samesite="strict", httponly=True, secure=request.url.scheme == "https", max_age=365 * 86400
    )
    return response


@router.get("/")
def root(request: Request) -> Response:
    """Go where one starts."""
    return RedirectResponse("/queue" if signed_in(request) else "/sign-in", 303)


@router.get("/sign-in")
def ask_key(request: Request) -> Response:
    """Ask for a key."""
    return _page(request, "sign_in.html", wrong=False)


@router.post("/sign-in")
def take_key(request: Request, body: Annotated[bytes, Depends(body_of(FORM))]) -> Response:
    """Take a key and give a token for the day in its place: the key itself is kept nowhere."""
    given = parse_qs(body.decode("utf-8", errors="replace")).get("key", [""])[0].strip()
    with request.app.state.desk.engine.begin() as connection:
        found = holder(connection, given)
        token = begin(connection, found) if found is not None and may_sign_in(found) else None
    if token is None:
        return _page(request, "sign_in.html", 401, wrong=True)
    response = RedirectResponse("/queue", 303)
    hand_over(request, response, token)
    return response


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """Sign out, here and on the server."""
    with request.app.state.desk.engine.begin() as connection:
        end(connection, request)
    response = RedirectResponse("/sign-in", 303)
    take_back(request, response)
    return response


@router.get("/queue")
def queue(request: Request) -> Response:
    """Show whom to interview next."""
    caller = signed_in(request)
    if caller is None:
        return RedirectResponse("/sign-in", 303)
    with request.app.state.desk.engine.connect() as connection:
        found = decisions.queue_of(connection, caller.post, CAPACITY)
    return _page(request, "queue.html", cases=[json.loads(one.shown) for one in found], post=caller.post)


@router.get("/cases/{decision_id}")
def case(request: Request, decision_id: str, replay: bool = False) -> Response:
    """Show one case: what speaks for an interview and against, what to ask, and how the score came about."""
    caller = signed_in(request)
    if caller is None:
        return RedirectResponse("/sign-in", 303)
    desk = request.app.state.desk
    with desk.engine.connect() as connection:
        found = decisions.find(connection, decision_id)
        if found is None or not caller.may_see(found.post):
            return _page(request, "missing.html", 404)
        replayed = desk.replay(connection, found) if replay else None
    shown, language = json.loads(found.shown), _language(request)
    meanings = {one.name: getattr(one.meaning, language) for one in catalogue(found.subject).features}
    steps = _steps(shown, language, meanings)
    words = {key: MESSAGES[key][language] for key in ("base", "total", "chart")}
    chart = waterfall(shown["base_value"], steps, words) if steps else ""
    return _page(request, "case.html", case=shown, chart=chart, steps=steps, meanings=meanings, replayed=replayed)


def _steps(shown: dict[str, Any], language: str, meanings: dict[str, str]) -> list[tuple[str, float]]:
    """Return the strongest contributions and the sum of the others, each with its label; none without a score."""
    ordered = sorted(shown["contributions"], key=lambda one: -abs(one["contribution"]))
    if not ordered:
        return []
    told = [one for one in ordered[:STEPS] if abs(one["contribution"]) >= LEAST_STEP]
    rest = sum(one["contribution"] for one in ordered[len(told) :])
    steps = [(meanings.get(one["feature"], one["feature"]), one["contribution"]) for one in told]
    return [*steps, (MESSAGES["other"][language], rest)]
