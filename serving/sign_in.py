"""Who is signed in to the pages? A random token in a cookie that no script reads and no other site sends; stored hashed, with an end."""

from __future__ import annotations

import secrets

from fastapi import Request, Response
from sqlalchemy import Connection, text

from serving.access import Caller, hashed
from serving.errors import Refused
from serving.page import LINKS

HOURS = 8


def cookie_name(request: Request) -> str:
    """Return the cookie's name: browsers take ``__Host-`` over https only, which a trial on one machine has not."""
    return "__Host-mimamori" if request.url.scheme == "https" else "mimamori"


def begin(connection: Connection, caller: Caller) -> str:
    """Sign somebody in and return the token, the only time it is seen; those that ended are forgotten."""
    connection.execute(text("delete from serving.signed_in where ends_at <= now()"))
    token = secrets.token_urlsafe(32)
    connection.execute(
        text(
            "insert into serving.signed_in (token_hash, key_hash, ends_at) "
            "values (:token, :key, now() + make_interval(hours => :hours))"
        ),
        {"token": hashed(token), "key": caller.key_hash, "hours": HOURS},
    )
    return token


def signed_in(request: Request) -> Caller | None:
    """Return who is signed in; None if nobody, if the time is over or if the key was revoked."""
    token = request.cookies.get(cookie_name(request))
    if not token:
        return None
    with request.app.state.desk.engine.connect() as connection:
        row = connection.execute(
            text(
                "select k.role, k.post, k.token_hash from serving.signed_in s "
                "join serving.api_key k on k.token_hash = s.key_hash "
                "where s.token_hash = :token and s.ends_at > now() and k.revoked_at is null"
            ),
            {"token": hashed(token)},
        ).first()
    return None if row is None else Caller(row[0], row[1], bytes(row[2]))


def may_sign_in(caller: Caller | None) -> bool:
    """Say whether there are pages for somebody."""
    return caller is not None and caller.role in LINKS


def start_of(caller: Caller) -> str:
    """Return the page on which somebody starts."""
    return f"/{LINKS[caller.role][0]}"


def end(connection: Connection, request: Request) -> None:
    """Sign out: the token is worth nothing from now on."""
    token = request.cookies.get(cookie_name(request), "")
    connection.execute(text("delete from serving.signed_in where token_hash = :token"), {"token": hashed(token)})


def hand_over(request: Request, response: Response, token: str) -> None:
    """Put the token into the browser."""
    response.set_cookie(
        cookie_name(request), token, httponly=True, samesite="strict", secure=request.url.scheme == "https",
        max_age=HOURS * 3600, path="/",
    )  # fmt: skip


def take_back(request: Request, response: Response) -> None:
    """Take the token out of the browser."""
    response.delete_cookie(
        cookie_name(request), httponly=True, samesite="strict", secure=request.url.scheme == "https", path="/"
    )


class SignInFirst(Exception):
    """Raised by a page that only somebody signed in may see."""


def reader_of(request: Request, *roles: str) -> Caller:
    """Return who is signed in.

    Raises
    ------
    SignInFirst
        If nobody is.
    Refused
        403 if the page is not for this role.
    """
    caller = signed_in(request)
    if caller is None:
        raise SignInFirst
    if caller.role not in roles:
        raise Refused(403, "role", f"role {caller.role} may not see this", expected=" or ".join(roles))
    return caller
