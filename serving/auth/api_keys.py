"""API keys: 256 random bits, stored hashed, with a name and an end; each belongs to an account."""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection

from serving.auth.attempts import count_wrong_key
from serving.auth.permissions import Caller, Role
from serving.auth.purpose_firewall import authorise_and_count
from serving.refusals import Refusal
from serving.store import credentials
from serving.store.accounts import AccountRow, insert_account

LIFETIME_DAYS = 365


def create_key(
    connection: Connection, role: str, post: str | None = None, *, name: str = "key", days: int = LIFETIME_DAYS
) -> str:
    """Store a program's account with a key of its own and return the key; it cannot be read again."""
    account_id, posts = None, [post] if post else []
    while account_id is None:
        account = "-".join((role, *posts, secrets.token_hex(3)))
        account_id = insert_account(connection, account, Role(role), posts, None)
    return add_key(connection, account_id, name, days)


def add_key(connection: Connection, account_id: int, name: str, days: int = LIFETIME_DAYS) -> str:
    """Store a new key of an account and return it; it cannot be read again."""
    token = _new_token()
    credentials.insert_key(connection, hash_of(token), account_id, name, days)
    return token


def rotate_key(connection: Connection, key_id: int, account_id: int | None = None) -> str | None:
    """Revoke a key, of an account if given, and return its successor; None if there is no such key in use."""
    if not credentials.revoke_key(connection, key_id, account_id):
        return None
    token = _new_token()
    credentials.insert_successor(connection, key_id, hash_of(token))
    return token


def api_caller(request: Request) -> Caller:
    """Return the authorised account of the request's key.

    Raises `Refusal` 401 without a valid key, 429 after too many, 403 if the role may not use the route.
    """
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    holder = None
    if kind.lower() == "bearer" and token:
        engine = request.app.state.service.engine
        with engine.connect() as connection:
            holder = caller_from(credentials.key_account(connection, hash_of(token)))
        if holder is None:
            count_wrong_key(engine, request, token)
    if holder is None:
        raise Refusal(401, "no_key", "no valid key was given", expected="Authorization: Bearer KEY")
    return authorise_and_count(holder, request)


ApiCaller = Annotated[Caller, Depends(api_caller)]


def caller_from(row: AccountRow | None) -> Caller | None:
    """Return a stored account as a caller."""
    return None if row is None else Caller(Role(row.role), row.posts, row.account_id, row.name)


def hash_of(token: str) -> bytes:
    """Return the stored form of a secret; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).digest()


def _new_token() -> str:
    return f"mmr_{secrets.token_urlsafe(32)}"
