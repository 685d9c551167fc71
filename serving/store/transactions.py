"""Transactions: all or nothing, repeated from the start where two of them conflict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from features.store.records import RecordExists
from serving.refusals import busy

ATTEMPTS = 10
T = TypeVar("T")
_CONFLICTS = (SerializationFailure, DeadlockDetected, UniqueViolation)


@dataclass(frozen=True, slots=True)
class Reach:
    """Posts whose decisions a transaction sees and writes, and the account that it acts as.

    The database itself holds it to them.
    """

    posts: tuple[str, ...] = ()
    all_posts: bool = False
    account_id: int | None = None


EVERYTHING = Reach(all_posts=True)


@contextmanager
def transaction(engine: Engine, reach: Reach) -> Iterator[Connection]:
    """Yield a connection in a transaction that reaches some posts, or none."""
    with engine.begin() as connection:
        set_reach(connection, reach)
        yield connection


def set_reach(connection: Connection, reach: Reach) -> None:
    """Hold the rest of this transaction to the decisions of some posts, and to the acts of an account."""
    query = text(
        "select set_config('mimamori.reach', :reach, true), set_config('mimamori.posts', :posts, true), "
        "set_config('mimamori.account', :account, true)"
    )
    account = "" if reach.account_id is None else str(reach.account_id)
    values = {"reach": "all" if reach.all_posts else "posts", "posts": "\n".join(reach.posts), "account": account}
    connection.execute(query, values)


def lock_until_commit(connection: Connection, *parts: str) -> None:
    """Wait until no other transaction holds the lock of the same parts; later reads see the latest."""
    query = text("select pg_advisory_xact_lock(hashtextextended(:name, 7305413))")
    connection.execute(query, {"name": "\n".join(parts)})


def try_lock(connection: Connection, number: int) -> bool:
    """Return whether this transaction got the lock of a number; never waits."""
    return bool(connection.execute(text("select pg_try_advisory_xact_lock(:lock)"), {"lock": number}).scalar_one())


def check_connection(connection: Connection) -> None:
    """Raise the driver's error if the database does not answer."""
    connection.execute(text("select 1"))


def in_transaction(engine: Engine, work: Callable[[Connection], T], reach: Reach) -> T:
    """Return the result of ``work`` in one transaction, repeated where another transaction conflicts.

    It runs as READ COMMITTED: an append must see what its record belongs to, and positions fix what a decision sees.

    Raises `Refusal` 503 after `ATTEMPTS` conflicts; `RecordExists` if a record exists already.
    """
    for attempt in range(ATTEMPTS):
        try:
            with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection, connection.begin():
                set_reach(connection, reach)
                return work(connection)
        except RecordExists:
            if attempt:
                raise
        except _CONFLICTS:
            continue
        except DBAPIError as error:
            if not isinstance(error.orig, _CONFLICTS):
                raise
    raise busy()
