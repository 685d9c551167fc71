"""API keys: 256 random bits, stored hashed, with a role and for officers a post."""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection

from serving.auth.permissions import Caller, Role, authorise
from serving.refusals import Refusal
from serving.store import credentials


def create_key(connection: Connection, role: str, post: str | None) -> str:
    """Store a new key and return it; it cannot be read again."""
    token = f"mmr_{secrets.token_urlsafe(32)}"
    credentials.insert_key(connection, hash_of(token), Role(role), post)
    return token


def key_holder(connection: Connection, token: str) -> Caller | None:
    """Return the holder of a key, None if it is unknown or revoked."""
    return caller_from(credentials.key_row(connection, hash_of(token)))


def api_caller(request: Request) -> Caller:
    """Return the authorised holder of the request's key.

    Raises `Refusal` 401 without a valid key, 403 if the role may not use the route.
    """
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    holder = None
    if kind.lower() == "bearer" and token:
        with request.app.state.service.engine.connect() as connection:
            holder = key_holder(connection, token)
    if holder is None:
        raise Refusal(401, "no_key", "no valid key was given", expected="Authorization: Bearer KEY")
    return authorise(holder, request)


ApiCaller = Annotated[Caller, Depends(api_caller)]


def caller_from(row: credentials.KeyRow | None) -> Caller | None:
    """Return a stored key as a caller."""
    return None if row is None else Caller(Role(row.role), row.post, row.token_hash)


def hash_of(token: str) -> bytes:
    """Return the stored form of a secret; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).digest()
