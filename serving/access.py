"""Who is asking, and what may they do? Keys of 256 random bits, stored hashed; a role, and for officers a post."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy import Connection, text

from serving.errors import Refused

ROLES = ("officer", "scientist", "auditor", "admin", "feed")
COOKIE = "mimamori-key"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who holds a key."""

    role: str
    post: str | None

    def may_see(self, post: str | None) -> bool:
        """Say whether a case of a post may be shown: officers see their own, auditors all."""
        return self.role == "auditor" or (self.role == "officer" and self.post == post)


def create_key(connection: Connection, role: str, post: str | None) -> str:
    """Make a key and return it, the only time it is seen."""
    token = f"mmr_{secrets.token_urlsafe(32)}"
    connection.execute(
        text("insert into serving.api_key (token_hash, role, post) values (:hash, :role, :post)"),
        {"hash": _hashed(token), "role": role, "post": post},
    )
    return token


def holder(connection: Connection, token: str) -> Caller | None:
    """Return who holds a key, None if nobody does."""
    row = connection.execute(
        text("select role, post from serving.api_key where token_hash = :hash and revoked_at is null"),
        {"hash": _hashed(token)},
    ).first()
    return None if row is None else Caller(row[0], row[1])


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


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
