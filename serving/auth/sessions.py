"""Sessions of the pages: a random token in a cookie that no script reads, stored hashed, with an end."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlalchemy import Connection

from serving.auth.api_keys import caller_from, hash_of
from serving.auth.permissions import NAVIGATION, Caller, Role, route_name
from serving.auth.purpose_firewall import authorise_and_count
from serving.practice_cases import read_practice
from serving.store import credentials
from serving.store.practice import answers_of
from serving.store.transactions import transaction

HOURS = 8
_AFTER_PRACTICE = ("/queue", "/cases/")
"""Beginning of the pages that open after practice, where a setting asks for it."""


class PracticeRequired(Exception):
    """Raised by a page that opens only after practice."""


class SignInRequired(Exception):
    """Raised by a page that needs a session."""


def cookie_name(request: Request) -> str:
    """Return the cookie's name; browsers accept ``__Host-`` over https only."""
    return "__Host-mimamori" if request.url.scheme == "https" else "mimamori"


def start_session(connection: Connection, caller: Caller) -> str:
    """Store a session and return its token; it cannot be read again."""
    token = secrets.token_urlsafe(32)
    credentials.insert_session(connection, hash_of(token), caller.account_id, HOURS)
    return token


def end_session(connection: Connection, request: Request) -> None:
    """Delete the request's session."""
    credentials.delete_session(connection, session_hash(request))


def session_hash(request: Request) -> bytes:
    """Return the stored form of the request's token."""
    return hash_of(request.cookies.get(cookie_name(request), ""))


def session_caller(request: Request) -> Caller | None:
    """Return the account of the request's session, None if the session has ended or the account is disabled."""
    if not request.cookies.get(cookie_name(request)):
        return None
    with request.app.state.service.engine.connect() as connection:
        return caller_from(credentials.session_account(connection, session_hash(request)))


def page_reader(request: Request) -> Caller:
    """Return the authorised reader of a page.

    Raises `SignInRequired` without a session; `Refusal` 403 if the role may not open the page; `PracticeRequired` before an
    officer has answered enough practice cases.
    """
    caller = session_caller(request)
    if caller is None:
        raise SignInRequired
    allowed = authorise_and_count(caller, request)
    if caller.role is Role.OFFICER and route_name(request).partition(" ")[2].startswith(_AFTER_PRACTICE):
        _require_practice(request, allowed)
    return allowed


def _require_practice(request: Request, caller: Caller) -> None:
    settings = request.app.state.service.models.settings
    if not settings.practice_cases:
        return
    cases = read_practice(settings.home)
    with transaction(request.app.state.service.engine, caller.reach) as connection:
        count = len(answers_of(connection, caller.account_id, cases.name))
    if count < min(settings.practice_cases, len(cases.cases)):
        raise PracticeRequired


PageReader = Annotated[Caller, Depends(page_reader)]


def start_page(caller: Caller) -> str:
    """Return the address of a role's first page."""
    return f"/{NAVIGATION[caller.role][0]}"


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Give the token to the browser."""
    response.set_cookie(
        cookie_name(request), token, httponly=True, samesite="strict", secure=request.url.scheme == "https",
        max_age=HOURS * 3600, path="/",
    )  # fmt: skip


def clear_cookie(request: Request, response: Response) -> None:
    """Remove the token from the browser."""
    secure = request.url.scheme == "https"
    response.delete_cookie(cookie_name(request), httponly=True, samesite="strict", secure=secure, path="/")
