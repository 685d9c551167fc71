"""How is a request refused? One shape everywhere: what was wrong, where, what was expected; never the input itself."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from traceback import extract_tb

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg import OperationalError as DriverError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as OutOfConnections
from starlette.exceptions import HTTPException

from features.tables.faults import Fault
from serving.page import plain_page, wants_page

log = logging.getLogger("mimamori")
_ROOT = Path(__file__).parent.parent


class Refused(Exception):
    """Raised to answer with an error."""

    def __init__(
        self, status: int, code: str, message: str, *, where: Sequence[object] = (), expected: str = ""
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.where, self.expected = list(where), expected


def refused_records(faults: Sequence[Fault]) -> Refused:
    """Return the refusal of records with faults, naming all of them."""
    where = [
        {
            "table": one.table,
            "row": one.row,
            "column": one.column,
            "found": one.found,
            "expected": one.expected,
        }
        for one in faults[:100]
    ]
    return Refused(
        422,
        "records",
        f"{len(faults)} fault(s) in the records",
        where=where,
        expected="records as in features/tables/nine_tables.py",
    )


def answer(refusal: Refused) -> Response:
    """Return the one shape of an error."""
    body = {
        "error": {
            "code": refusal.code,
            "message": refusal.message,
            "where": refusal.where,
            "expected": refusal.expected,
        }
    }
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    if refusal.status == 503:
        headers["Retry-After"] = "1"
    return Response(orjson.dumps(body), refusal.status, headers=headers, media_type="application/json")


def respond(request: Request, refusal: Refused) -> Response:
    """Return the error in the one shape, or as a page where a person looks."""
    return plain_page(request, refusal.status) if wants_page(request.scope) else answer(refusal)


def busy() -> Refused:
    """Return the refusal of what may be tried again as it is."""
    return Refused(503, "busy", "the service is busy; nothing was stored", expected="the same request again, later")


def broken() -> Refused:
    """Return the refusal after an error that nobody foresaw."""
    return Refused(500, "internal", "this should not happen; nothing was stored", expected="tell the operator")


def place_of(error: BaseException) -> str:
    """Return an error's kind and where it arose; never its words, which might quote a record."""
    ours = [frame for frame in extract_tb(error.__traceback__) if _ROOT in Path(frame.filename).parents]
    if not ours:
        return type(error).__name__
    return (
        f"{type(error).__name__} at {Path(ours[-1].filename).relative_to(_ROOT)}:{ours[-1].lineno} in {ours[-1].name}"
    )


def add_error_answers(app: FastAPI) -> None:
    """Let every foreseen error be answered in the one shape; see `serving.guard` for the others."""

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        return respond(request, error)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        given = respond(
            request, Refused(error.status_code, "http", error.detail, expected="a path and method of /openapi.json")
        )
        given.headers.update(error.headers or {})
        return given

    @app.exception_handler(RequestValidationError)
    async def parameters(request: Request, error: RequestValidationError) -> Response:
        names = sorted({str(one["loc"][-1]) for one in error.errors()})
        return respond(
            request,
            Refused(
                422, "parameters", "a parameter cannot be read", where=names, expected="values as in /openapi.json"
            ),
        )

    @app.exception_handler(OutOfConnections)
    async def crowded(request: Request, error: OutOfConnections) -> Response:
        return respond(request, busy())

    # what goes to the driver without SQLAlchemy comes back without it
    @app.exception_handler(DriverError)
    @app.exception_handler(OperationalError)
    async def database(request: Request, error: Exception) -> Response:
        log.error("database: %s", place_of(error))
        return respond(request, busy())
