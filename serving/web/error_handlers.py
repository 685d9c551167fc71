"""Error handlers: every foreseen error in the one shape, or as a page where a browser asks."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import ClassVar

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from psycopg import OperationalError as DriverError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from features.error_origin import origin
from features.languages import texts
from serving.auth.sessions import PracticeRequired, SignInRequired
from serving.refusals import Refusal, busy
from serving.web.rendering import Page, language_of, render

log = logging.getLogger("mimamori")
_PROGRAM_PATHS = ("/v1/", "/openapi", "/metrics", "/healthz", "/readyz")
_TEXTS = {
    401: ("not_allowed", "missing_help"), 403: ("not_allowed", "missing_help"), 404: ("missing", "missing_help"),
    500: ("unexpected", "unexpected_help"), 503: ("busy", "busy_help"),
}  # fmt: skip
_UNKNOWN = ("cannot", "missing_help")


@dataclass(frozen=True, slots=True)
class ErrorPage(Page):
    """What happened and what to do; nothing of what was sent."""

    name: ClassVar[str] = "error"
    title: str
    text: str


def error_response(request: Request, refusal: Refusal) -> Response:
    """Return an error as JSON, or as a page where a browser asks."""
    if "text/html" in Headers(scope=request.scope).get("accept", "") and not _is_program_path(request):
        language = language_of(request)
        keys = ("cannot", "period_help") if refusal.code == "period" else _TEXTS.get(refusal.status, _UNKNOWN)
        title, text = (texts("pages.error")[key][language] for key in keys)
        return render(request, ErrorPage(title, text), status=refusal.status)
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    if refusal.status == 503:
        headers["Retry-After"] = "1"
    return Response(orjson.dumps(refusal.as_json()), refusal.status, headers=headers, media_type="application/json")


def _is_program_path(request: Request) -> bool:
    return str(request.scope["path"]).startswith(_PROGRAM_PATHS)


def refusal_for(error: Exception) -> Refusal:
    """Return the refusal that answers a foreseen error."""
    match error:
        case Refusal():
            return error
        case HTTPException():
            expected = "a path and method of /openapi.json"
            return Refusal(error.status_code, "http", error.detail, expected=expected)
        case RequestValidationError():
            names = sorted({str(detail["loc"][-1]) for detail in error.errors()})
            message, expected = "a parameter cannot be read", "values as in /openapi.json"
            return Refusal(422, "parameters", message, where=names, expected=expected)
        case OperationalError() | DriverError():
            log.error("database: %s", origin(error))
    return busy()


async def _answer(request: Request, error: Exception) -> Response:
    if isinstance(error, PracticeRequired):
        return RedirectResponse("/practice", 303)
    if isinstance(error, SignInRequired):
        return RedirectResponse("/sign-in", 303)
    response = error_response(request, refusal_for(error))
    if isinstance(error, HTTPException):
        response.headers.update(error.headers or {})
    return response


def add_error_handlers(app: FastAPI) -> None:
    """Register the handler of foreseen errors; `serving.web.middleware` answers the others."""
    # COPY goes past SQLAlchemy to the driver, whose errors come back bare
    for error in (
        Refusal,
        HTTPException,
        RequestValidationError,
        PoolTimeout,
        DriverError,
        OperationalError,
        SignInRequired,
        PracticeRequired,
    ):
        app.add_exception_handler(error, _answer)
