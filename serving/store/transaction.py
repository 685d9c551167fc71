"""How do two requests at once keep out of each other's way? All or nothing, and again from the start where they met."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from features.store.records import RecordExists
from serving.errors import busy

ATTEMPTS = 10
T = TypeVar("T")
_MET = (SerializationFailure, DeadlockDetected, UniqueViolation)


def one_at_a_time(connection: Connection, *what: str) -> None:
    """Wait until no other transaction works on the same thing; what is read from here on is the latest."""
    connection.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:what, 7305413))"), {"what": "\n".join(what)}
    )


def in_transaction(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Do work in one transaction, all or nothing.

    Where it meets what another transaction stored meanwhile, it is done again from the start and sees that. It runs as
    READ COMMITTED: an append must see what its record belongs to, and positions fix what a decision sees.

    Raises
    ------
    Refused
        503 if it met others every time.
    RecordExists
        If a record is there already.
    """
    for attempt in range(ATTEMPTS):
        try:
            with (
                engine.connect().execution_options(isolation_level="READ COMMITTED") as connection,
                connection.begin(),
            ):
                return work(connection)
        except RecordExists:
            if attempt:
                raise
        except _MET:
            continue
        except DBAPIError as error:
            if not isinstance(error.orig, _MET):
                raise
    raise busy()
