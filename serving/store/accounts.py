"""SQL of accounts: people, who sign in by password, and programs, which have keys alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from serving.log.leaves import append_state

UNKNOWN_ACCOUNT = 0
"""Account of whatever was done before there were accounts."""


class AccountRow(NamedTuple):
    """An account that is not disabled."""

    account_id: int
    name: str
    role: str
    posts: tuple[str, ...]


class Colleague(NamedTuple):
    """An officer who signs in at some posts."""

    account_id: int
    name: str
    posts: tuple[str, ...]


class AccountListing(NamedTuple):
    """An account as it is listed."""

    name: str
    role: str
    posts: tuple[str, ...]
    is_person: bool
    created_at: dt.datetime
    disabled_at: dt.datetime | None
    session_count: int
    key_count: int


ACCOUNT_COLUMNS = "a.account_id, a.name, a.role, a.posts"


def insert_account(
    connection: Connection, name: str, role: str, posts: Sequence[str], password_hash: str | None
) -> int | None:
    """Store an account, seal it in the log, and return its id; None if the name is taken."""
    query = text(
        "insert into serving.account (name, role, posts, password_hash) values (:name, :role, :posts, :hash) "
        "on conflict do nothing returning account_id"
    )
    values = {"name": name, "role": role, "posts": list(posts), "hash": password_hash}
    account_id: int | None = connection.execute(query, values).scalar()
    append_state(connection, "account", [] if account_id is None else [account_id])
    return account_id


def account_by_name(connection: Connection, name: str) -> tuple[AccountRow, str | None] | None:
    """Return an account with its password hash, None if it is unknown or disabled."""
    query = text(
        f"select {ACCOUNT_COLUMNS}, a.password_hash from serving.account a "
        "where lower(a.name) = lower(:name) and a.disabled_at is null"
    )
    row = connection.execute(query, {"name": name}).first()
    return None if row is None else (account_of(row), row.password_hash)


def has_person(connection: Connection, roles: Sequence[str]) -> bool:
    """Return whether a person of one of these roles has an account in use."""
    query = text(
        "select exists (select 1 from serving.account "
        "where role = any(:roles) and password_hash is not null and disabled_at is null)"
    )
    return bool(connection.execute(query, {"roles": list(roles)}).scalar_one())


def list_accounts(connection: Connection) -> list[AccountListing]:
    """Return all accounts by name, but that of acts before accounts."""
    rows = connection.execute(
        text(
            "select name, role, posts, password_hash is not null, created_at, disabled_at, "
            "(select count(*) from serving.session s where s.account_id = a.account_id and s.ends_at > now()), "
            "(select count(*) from serving.api_key k where k.account_id = a.account_id and k.revoked_at is null "
            "and k.expires_at > now()) from serving.account a where account_id > 0 order by lower(name)"
        )
    )
    return [AccountListing(row[0], row[1], tuple(row[2]), *row[3:]) for row in rows]


def colleagues(connection: Connection, posts: Sequence[str], account_id: int) -> list[Colleague]:
    """Return the other officers who work at any of some posts, by name."""
    query = text(
        "select account_id, name, posts from serving.account where role = 'officer' and password_hash is not null "
        "and disabled_at is null and account_id <> :account and posts && cast(:posts as text[]) order by lower(name)"
    )
    rows = connection.execute(query, {"account": account_id, "posts": list(posts)})
    return [Colleague(row[0], row[1], tuple(row[2])) for row in rows]


def disable_account(connection: Connection, account_id: int) -> None:
    """Close an account for good; its acts stay. The caller seals it, after all other changes (`append_state`)."""
    query = text("update serving.account set disabled_at = now() where account_id = :id and disabled_at is null")
    connection.execute(query, {"id": account_id})


def password_of(connection: Connection, account_id: int) -> str | None:
    """Return the stored password of an account that is not disabled; None without."""
    query = text("select password_hash from serving.account where account_id = :id and disabled_at is null")
    stored: str | None = connection.execute(query, {"id": account_id}).scalar()
    return stored


def set_password(connection: Connection, account_id: int, password_hash: str) -> None:
    """Replace the password of an account. The caller seals it, after all other changes (`append_state`)."""
    query = text("update serving.account set password_hash = :hash where account_id = :id")
    connection.execute(query, {"id": account_id, "hash": password_hash})


def account_of(row: object) -> AccountRow:
    """Return the account of a row with `ACCOUNT_COLUMNS`."""
    account_id, name, role, posts = row[:4]  # type: ignore[index]
    return AccountRow(account_id, name, role, tuple(posts))
