"""Accounts of people: made and closed by an operator, opened by name and password."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from serving.auth.api_keys import caller_from
from serving.auth.names import canonical_name
from serving.auth.passwords import new_password, password_hash, password_matches
from serving.auth.permissions import NAVIGATION, Caller, Role
from serving.log.leaves import append_state
from serving.store import accounts, credentials
from serving.store.accounts import AccountRow


def create_person(connection: Connection, name: str, role: Role, posts: Sequence[str]) -> str | None:
    """Store a person's account and return its password, which cannot be read again; None if the name is taken."""
    password = new_password()
    stored = accounts.insert_account(connection, canonical_name(name), role, posts, password_hash(password))
    return None if stored is None else password


def account_named(connection: Connection, name: str) -> AccountRow | None:
    """Return an account that is not disabled."""
    stored = accounts.account_by_name(connection, canonical_name(name))
    return None if stored is None else stored[0]


def caller_by_password(connection: Connection, name: str, password: str) -> Caller | None:
    """Return the person of a name and a password.

    An unknown name, an account without pages and a wrong password take the same time and give the same answer.
    """
    row, stored = accounts.account_by_name(connection, canonical_name(name)) or (None, None)
    if not password_matches(stored, password):
        return None
    caller = caller_from(row)
    return caller if caller is not None and caller.role in NAVIGATION else None


def reset_password(connection: Connection, account_id: int) -> str:
    """Give a person another password, end their sessions and return the password."""
    password = new_password()
    accounts.set_password(connection, account_id, password_hash(password))
    credentials.delete_sessions(connection, account_id)
    append_state(connection, "account", [account_id])
    return password


def disable(connection: Connection, account_id: int) -> None:
    """Close an account for good and end its sessions; its keys open nothing from then on."""
    accounts.disable_account(connection, account_id)
    credentials.delete_sessions(connection, account_id)
    append_state(connection, "account", [account_id])
