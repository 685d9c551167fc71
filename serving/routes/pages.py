"""The officer's pages: sign in, the queue, one case. Rendered here, in Japanese and English, without any script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape

from features.catalogue import catalogue
from serving.access import COOKIE, Caller, holder
from serving.chart import waterfall
from serving.messages import MESSAGES
from serving.store import decisions
from serving.store.decisions import Decision
from serving.strict_json import read_body

router = APIRouter(include_in_schema=False)
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=select_autoescape(),
    trim_blocks=True,
)
CAPACITY = 20
STEPS = 8


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
    response.set_cookie("lang", language, samesite="strict", httponly=True)
    return response


def _caller(request: Request) -> Caller | None:
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    with request.app.state.desk.engine.connect() as connection:
        found = holder(connection, token)
    return found if found is not None and found.role in {"officer", "auditor"} else None


@router.get("/")
def root(request: Request) -> Response:
    """Go where one starts."""
    return RedirectResponse("/queue" if _caller(request) else "/sign-in", 303)


@router.get("/sign-in")
def sign_in(request: Request) -> Response:
    """Ask for a key."""
    return _page(request, "sign_in.html", wrong=False)


@router.post("/sign-in")
async def signed_in(request: Request) -> Response:
    """Take a key; it stays in a cookie that no script can read and no other site can send."""
    given = parse_qs((await read_body(request)).decode("utf-8", errors="replace")).get("key", [""])[0].strip()
    with request.app.state.desk.engine.connect() as connection:
        found = holder(connection, given)
    if found is None or found.role not in {"officer", "auditor"}:
        return _page(request, "sign_in.html", 401, wrong=True)
    response = RedirectResponse("/queue", 303)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, given, httponly=True, samesite="strict", secure=secure, max_age=8 * 3600)
    return response


@router.post("/sign-out")
def signed_out() -> Response:
    """Forget the key."""
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE)
    return response


@router.get("/queue")
def queue(request: Request) -> Response:
    """Show whom to interview next."""
    caller = _caller(request)
    if caller is None:
        return RedirectResponse("/sign-in", 303)
    with request.app.state.desk.engine.connect() as connection:
        found = decisions.queue_of(connection, caller.post, CAPACITY)
    return _page(request, "queue.html", cases=[json.loads(one.shown) for one in found], post=caller.post)


@router.get("/cases/{decision_id}")
def case(request: Request, decision_id: str, replay: bool = False) -> Response:
    """Show one case: what speaks for an interview and against, what to ask, and how the score came about."""
    caller = _caller(request)
    if caller is None:
        return RedirectResponse("/sign-in", 303)
    desk = request.app.state.desk
    with desk.engine.connect() as connection:
        try:
            found = decisions.find(connection, decision_id)
        except Exception:  # an id that is no uuid
            found = None
        if found is None or not caller.may_see(found.post):
            return _page(request, "missing.html", 404)
        replayed = desk.replay(connection, found) if replay else None
    shown = json.loads(found.shown)
    return _page(request, "case.html", case=shown, chart=_chart(request, found, shown), replayed=replayed)


def _chart(request: Request, decision: Decision, shown: dict[str, Any]) -> str:
    if shown["score"] is None:
        return ""
    language = _language(request)
    words = {key: MESSAGES[key][language] for key in ("base", "total", "chart")}
    known = catalogue(decision.subject)
    names = set(known.names)
    ordered = sorted(shown["contributions"], key=lambda one: -abs(one["contribution"]))
    steps = [
        (
            getattr(known.by_name(one["feature"]).meaning, language) if one["feature"] in names else one["feature"],
            one["contribution"],
        )
        for one in ordered[:STEPS]
    ]
    rest = sum(one["contribution"] for one in ordered[STEPS:])
    return waterfall(shown["base_value"], [*steps, (MESSAGES["other"][language], rest)], words)
