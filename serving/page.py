"""How does a page leave the service? A template, the words of one language, and links for whoever is signed in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.datastructures import Headers
from starlette.types import Scope

from serving.messages import MESSAGES

if TYPE_CHECKING:  # access refuses in the one shape, and a refusal may be a page
    from serving.access import Caller

LINKS = {
    "officer": ("queue",),
    "auditor": ("decisions", "queue", "models"),
    "scientist": ("models",),
    "admin": ("models",),
}
"""Pages by role, the first one being where somebody starts."""
_PROGRAMS = ("/v1/", "/openapi", "/metrics", "/healthz", "/readyz")
_PLAIN = {
    401: ("not_allowed", "not_found_help"), 403: ("not_allowed", "not_found_help"),
    404: ("not_found", "not_found_help"), 500: ("broken", "broken_help"), 503: ("busy", "busy_help"),
}  # fmt: skip
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(),
    trim_blocks=True,
    lstrip_blocks=True,
)


def language_of(request: Request) -> str:
    """Return the language asked for: by the address, by what was asked before, or by the browser."""
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    if asked in {"ja", "en"}:
        return asked
    return "en" if request.headers.get("accept-language", "ja").startswith("en") else "ja"


def words_of(language: str) -> dict[str, str]:
    """Return every message in a language."""
    return {key: both[language] for key, both in MESSAGES.items()}


def page(
    request: Request, template: str, caller: Caller | None = None, *, status: int = 200, **content: Any
) -> HTMLResponse:
    """Render a page; the language is remembered for a year."""
    language = language_of(request)
    other = "en" if language == "ja" else "ja"
    html = _templates.get_template(template).render(
        t=words_of(language), lang=language, path=request.url.path,
        other=other, switch=str(request.url.include_query_params(lang=other).query),
        links=LINKS.get(caller.role, ()) if caller else (), **content,
    )  # fmt: skip
    response = HTMLResponse(html, status)
    response.set_cookie(
        "lang", language, samesite="strict", httponly=True, secure=request.url.scheme == "https", max_age=365 * 86400
    )
    return response


def wants_page(scope: Scope) -> bool:
    """Say whether it is a person with a browser that is answered, rather than a program."""
    path = scope["path"]
    return "text/html" in Headers(scope=scope).get("accept", "") and not path.startswith(_PROGRAMS)


def plain_page(request: Request, status: int) -> HTMLResponse:
    """Return the page of an error: what happened and what to do, and nothing of what was sent."""
    title, text = _PLAIN.get(status, ("cannot", "not_found_help"))
    return page(request, "plain.html", status=status, title=MESSAGES[title], text=MESSAGES[text])
