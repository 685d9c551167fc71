"""Rendering of pages: a dataclass of content, its template, the texts of one language, and the reader's links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import ClassVar

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from features.languages import LANGUAGES, texts
from serving.auth.permissions import NO_CASES, PERMISSIONS, Caller, links_of
from serving.decisions.service import DecisionService
from serving.store.transactions import transaction
from serving.web.alarm_banner import alarm_banners
from serving.web.change_banner import change_banners
from serving.web.stop_banner import stop_banners
from serving.web.trial_banner import trial_banners

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "pages" / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
COMMON_CONTEXT = frozenset({"t", "lang", "path", "languages", "links", "banners"})
"""What every template gets beside the fields of its page."""
_YEAR_SECONDS = 365 * 86400


class Page:
    """Content of a page; ``name`` is that of its template and of its section ``pages.<name>`` of texts."""

    __slots__ = ()
    name: ClassVar[str]


def language_of(request: Request) -> str:
    """Return the language of the address, else of the cookie, else of the browser."""
    chosen = request.query_params.get("lang") or request.cookies.get("lang")
    if chosen in LANGUAGES:
        return chosen
    wanted = request.headers.get("accept-language", "")
    return next((code for code in reversed(LANGUAGES) if wanted.startswith(code)), LANGUAGES[0])


def page_texts(name: str, language: str) -> Mapping[str, str]:
    """Return the texts of a page in a language, with those common to all pages."""
    both = {**texts("pages.common"), **texts(f"pages.{name}")}
    return {key: by_language[language] for key, by_language in both.items()}


def render(request: Request, page: Page, caller: Caller | None = None, *, status: int = 200) -> HTMLResponse:
    """Return a page as HTML; a cookie keeps its language for a year."""
    language, service = language_of(request), request.app.state.service
    own_names = texts("pages.common")["language"]
    html = TEMPLATES.get_template(f"{page.name}.html").render(
        t=page_texts(page.name, language), lang=language, path=request.url.path,
        languages=[
            (code, own_names[code], str(request.url.include_query_params(lang=code).query))
            for code in LANGUAGES if code != language
        ],
        banners=[*_banners_of(service, caller, language), *trial_banners(service.models, language)],
        links=links_of(caller) if caller else (),
        **{field.name: getattr(page, field.name) for field in fields(page)},  # type: ignore[arg-type]
    )  # fmt: skip
    response = HTMLResponse(html, status)
    set_language_cookie(request, response, language)
    return response


def _banners_of(service: DecisionService, caller: Caller | None, language: str) -> list[str]:
    """Return what every page tells a reader; one transaction for all, since each costs every page its turn at the database."""
    if caller is None:
        return []
    reader = replace(caller, scope=PERMISSIONS["GET /requests"].get(caller.role, NO_CASES))
    with transaction(service.engine, reader.reach) as connection:
        return [
            *stop_banners(connection, service, caller, language), *alarm_banners(connection, reader, language),
            *change_banners(connection, reader, language),
        ]  # fmt: skip


def set_language_cookie(request: Request, response: Response, language: str) -> None:
    """Let the browser keep a language for a year."""
    secure = request.url.scheme == "https"
    response.set_cookie("lang", language, samesite="strict", httponly=True, secure=secure, max_age=_YEAR_SECONDS)
