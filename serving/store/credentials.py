"""SQL of API keys and of sessions; both end with their account, and none is remembered between requests."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection, text

from serving.log.leaves import append_state
from serving.store.accounts import ACCOUNT_COLUMNS, AccountRow, account_of


class KeyListing(NamedTuple):
    """A key as it is listed; its secret is stored nowhere."""

    key_id: int
    name: str
    account: str
    role: str
    posts: tuple[str, ...]
    created_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None
    has_expired: bool


class SessionListing(NamedTuple):
    """A running session as it is listed."""

    session_id: int
    started_at: dt.datetime
    ends_at: dt.datetime
    is_this: bool


def insert_key(connection: Connection, token_hash: bytes, account_id: int, name: str, days: int) -> None:
    """Store a key that expires after some days, and seal it in the log."""
    query = text(
        "insert into serving.api_key (token_hash, account_id, name, expires_at) "
        "values (:hash, :account, :name, now() + make_interval(days => :days)) returning key_id"
    )
    values = {"hash": token_hash, "account": account_id, "name": name, "days": days}
    append_state(connection, "api_key", connection.execute(query, values).scalars().all())


def key_account(connection: Connection, token_hash: bytes) -> AccountRow | None:
    """Return the account of a key, None if the key was revoked or has expired, or the account is disabled."""
    query = text(
        f"select {ACCOUNT_COLUMNS} from serving.api_key k join serving.account a using (account_id) "
        "where k.token_hash = :hash and k.revoked_at is null and k.expires_at > now() and a.disabled_at is null"
    )
    row = connection.execute(query, {"hash": token_hash}).first()
    return None if row is None else account_of(row)


def list_keys(connection: Connection, account_id: int | None = None) -> list[KeyListing]:
    """Return all keys, or those of an account, in order of creation."""
    rows = connection.execute(
        text(
            "select k.key_id, k.name, a.name as account, a.role, a.posts, k.created_at, k.expires_at, k.revoked_at, "
            "k.expires_at <= now() as has_expired from serving.api_key k join serving.account a using (account_id) "
            "where cast(:account as bigint) is null or account_id = :account order by k.key_id"
        ),
        {"account": account_id},
    )
    return [KeyListing(**dict(row._mapping) | {"posts": tuple(row.posts)}) for row in rows]


def revoke_key(connection: Connection, key_id: int, account_id: int | None = None) -> bool:
    """Revoke a key, of an account if given, and seal it in the log; return whether it could still be used."""
    query = text(
        "update serving.api_key set revoked_at = now() where key_id = :id and revoked_at is null and expires_at > now() "
        "and (cast(:account as bigint) is null or account_id = :account) returning key_id"
    )
    revoked = connection.execute(query, {"id": key_id, "account": account_id}).scalars().all()
    append_state(connection, "api_key", revoked)
    return bool(revoked)


def insert_successor(connection: Connection, key_id: int, token_hash: bytes) -> None:
    """Store a key of the same account, name and lifetime as another, and seal it in the log."""
    query = text(
        "insert into serving.api_key (token_hash, account_id, name, expires_at) "
        "select :hash, account_id, name, now() + (expires_at - created_at) from serving.api_key where key_id = :id "
        "returning key_id"
    )
    values = {"hash": token_hash, "id": key_id}
    append_state(connection, "api_key", connection.execute(query, values).scalars().all())


def insert_session(connection: Connection, token_hash: bytes, account_id: int, hours: int) -> None:
    """Store a session, delete those that have ended, and seal both in the log."""
    query = text(
        "insert into serving.session (token_hash, account_id, ends_at) "
        "values (:token, :account, now() + make_interval(hours => :hours)) returning session_id"
    )
    values = {"token": token_hash, "account": account_id, "hours": hours}
    ended = connection.execute(text("delete from serving.session where ends_at <= now() returning session_id"))
    started = connection.execute(query, values)
    append_state(connection, "session", [*ended.scalars(), *started.scalars()])


def session_account(connection: Connection, token_hash: bytes) -> AccountRow | None:
    """Return the account of a session, None if the session has ended or the account is disabled."""
    query = text(
        f"select {ACCOUNT_COLUMNS} from serving.session s join serving.account a using (account_id) "
        "where s.token_hash = :token and s.ends_at > now() and a.disabled_at is null"
    )
    row = connection.execute(query, {"token": token_hash}).first()
    return None if row is None else account_of(row)


def list_sessions(connection: Connection, account_id: int, token_hash: bytes) -> list[SessionListing]:
    """Return the running sessions of an account, the latest first; ``token_hash`` marks the reader's own."""
    query = text(
        "select session_id, started_at, ends_at, token_hash = :token from serving.session "
        "where account_id = :account and ends_at > now() order by started_at desc, session_id desc"
    )
    rows = connection.execute(query, {"account": account_id, "token": token_hash})
    return [SessionListing(*row) for row in rows]


def delete_session(connection: Connection, token_hash: bytes) -> None:
    """Delete a session by its token, and seal its end in the log."""
    query = text("delete from serving.session where token_hash = :token returning session_id")
    append_state(connection, "session", connection.execute(query, {"token": token_hash}).scalars().all())


def delete_other_sessions(connection: Connection, account_id: int, token_hash: bytes) -> None:
    """Delete all sessions of an account but that of a token, and seal their end in the log."""
    query = text(
        "delete from serving.session where account_id = :account and token_hash <> :token returning session_id"
    )
    ended = connection.execute(query, {"account": account_id, "token": token_hash})
    append_state(connection, "session", ended.scalars().all())


def delete_sessions(connection: Connection, account_id: int, session_id: int | None = None) -> int:
    """Delete all sessions of an account, or one of them, seal their end in the log, and return the count."""
    query = text(
        "delete from serving.session where account_id = :account "
        "and (cast(:id as bigint) is null or session_id = :id) returning session_id"
    )
    ended = connection.execute(query, {"account": account_id, "id": session_id}).scalars().all()
    append_state(connection, "session", ended)
    return len(ended)
