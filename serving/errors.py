"""How is a request refused? One shape everywhere: what was wrong, where, what was expected; never the input itself."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from features.tables.faults import Fault


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
        expected="records as in records.md",
    )


def _answer(status: int, code: str, message: str, where: list[object], expected: str) -> Response:
    body = {"error": {"code": code, "message": message, "where": where, "expected": expected}}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return Response(orjson.dumps(body), status, headers=headers, media_type="application/json")


def add_error_answers(app: FastAPI) -> None:
    """Let every error be answered in the one shape."""

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        return _answer(error.status, error.code, error.message, error.where, error.expected)

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        return _answer(error.status_code, "http", str(error.detail), [], "a path and method of /openapi.json")

    @app.exception_handler(RequestValidationError)
    async def parameters(_: Request, error: RequestValidationError) -> Response:
        names = sorted({str(one["loc"][-1]) for one in error.errors()})
        return _answer(422, "parameters", "a parameter cannot be read", list(names), "values as in /openapi.json")

    @app.exception_handler(Exception)
    async def unexpected(_: Request, error: Exception) -> Response:
        return _answer(500, "internal", f"{type(error).__name__}; nothing was stored", [], "")
