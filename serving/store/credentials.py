"""SQL of API keys and of sessions."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text


class KeyRow(NamedTuple):
    """A stored key."""

    role: str
    post: str | None
    token_hash: bytes


def insert_key(connection: Connection, token_hash: bytes, role: str, post: str | None) -> None:
    """Store a key."""
    connection.execute(
        text("insert into serving.api_key (token_hash, role, post) values (:hash, :role, :post)"),
        {"hash": token_hash, "role": role, "post": post},
    )


def key_row(connection: Connection, token_hash: bytes) -> KeyRow | None:
    """Return a key that is not revoked."""
    query = text("select role, post, token_hash from serving.api_key where token_hash = :hash and revoked_at is null")
    return _key(connection.execute(query, {"hash": token_hash}).first())


def insert_session(connection: Connection, token_hash: bytes, key_hash: bytes, hours: int) -> None:
    """Store a session and delete those that have ended."""
    connection.execute(text("delete from serving.session where ends_at <= now()"))
    connection.execute(
        text(
            "insert into serving.session (token_hash, key_hash, ends_at) "
            "values (:token, :key, now() + make_interval(hours => :hours))"
        ),
        {"token": token_hash, "key": key_hash, "hours": hours},
    )


def session_key(connection: Connection, token_hash: bytes) -> KeyRow | None:
    """Return the key of a session, None if session or key have ended."""
    query = text(
        "select k.role, k.post, k.token_hash from serving.session s "
        "join serving.api_key k on k.token_hash = s.key_hash "
        "where s.token_hash = :token and s.ends_at > now() and k.revoked_at is null"
    )
    return _key(connection.execute(query, {"token": token_hash}).first())


def delete_session(connection: Connection, token_hash: bytes) -> None:
    """Delete a session."""
    connection.execute(text("delete from serving.session where token_hash = :token"), {"token": token_hash})


def _key(row: Row[Any] | None) -> KeyRow | None:
    return None if row is None else KeyRow(row.role, row.post, bytes(row.token_hash))
