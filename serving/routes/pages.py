"""The pages that everybody meets: the start, signing in and out. Rendered here, in Japanese and English, without any script."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from serving.access import holder
from serving.page import page
from serving.sign_in import begin, end, hand_over, may_sign_in, signed_in, start_of, take_back
from serving.strict_json import FORM, body_of

router = APIRouter(include_in_schema=False)


@router.get("/")
def root(request: Request) -> Response:
    """Go where one starts."""
    caller = signed_in(request)
    return RedirectResponse("/sign-in" if caller is None else start_of(caller), 303)


@router.get("/sign-in")
def ask_key(request: Request) -> Response:
    """Ask for a key."""
    return page(request, "sign_in.html", wrong=None)


@router.post("/sign-in")
def take_key(request: Request, body: Annotated[bytes, Depends(body_of(FORM))]) -> Response:
    """Take a key and give a token for the day in its place: the key itself is kept nowhere."""
    given = parse_qs(body.decode("utf-8", errors="replace")).get("key", [""])[0].strip()
    with request.app.state.desk.engine.begin() as connection:
        found = holder(connection, given)
        token = begin(connection, found) if found is not None and may_sign_in(found) else None
    if found is None or token is None:
        return page(request, "sign_in.html", status=401, wrong="wrong_key" if found is None else "programs")
    response = RedirectResponse(start_of(found), 303)
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
