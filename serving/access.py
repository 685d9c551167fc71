"""Who is asking, and what may they do? Keys of 256 random bits, stored hashed; a role, and for officers a post."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy import Connection, text

from serving.errors import Refused

ROLES = ("officer", "scientist", "auditor", "admin", "feed")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who holds a key; ``key_hash`` tells two keys of one role apart."""

    role: str
    post: str | None
    key_hash: bytes

    def may_see(self, post: str | None) -> bool:
        """Say whether a case of a post may be shown: officers see their own, auditors all."""
        return self.role == "auditor" or (self.role == "officer" and self.post == post)


def create_key(connection: Connection, role: str, post: str | None) -> str:
    """Make a key and return it, the only time it is seen."""
    token = f"mmr_{secrets.token_urlsafe(32)}"
    connection.execute(
        text("insert into serving.api_key (token_hash, role, post) values (:hash, :role, :post)"),
        {"hash": hashed(token), "role": role, "post": post},
    )
    return token


def holder(connection: Connection, token: str) -> Caller | None:
    """Return who holds a key, None if nobody does."""
    row = connection.execute(
        text("select role, post, token_hash from serving.api_key where token_hash = :hash and revoked_at is null"),
        {"hash": hashed(token)},
    ).first()
    return None if row is None else Caller(row[0], row[1], bytes(row[2]))


def caller_of(request: Request, *roles: str) -> Caller:
    """Return who is calling.

    Raises
    ------
    Refused
        401 without a valid key, 403 if the role may not do this.
    """
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    with request.app.state.desk.engine.connect() as connection:
        found = holder(connection, token) if kind.lower() == "bearer" and token else None
    if found is None:
        raise Refused(401, "no_key", "no valid key was given", expected="Authorization: Bearer KEY")
    if roles and found.role not in roles:
        raise Refused(403, "role", f"role {found.role} may not do this", expected=" or ".join(roles))
    return found


def allowed(*roles: str) -> Callable[[Request], Caller]:
    """Return what a route depends on to know its caller, before it reads anything that was sent."""

    def caller(request: Request) -> Caller:
        return caller_of(request, *roles)

    return caller


def hashed(token: str) -> bytes:
    """Return what is stored in place of a secret; it has 256 random bits, so that no salt is needed."""
    return hashlib.sha256(token.encode()).digest()
