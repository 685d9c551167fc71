"""How do two requests at once keep out of each other's way? Each works on one snapshot, and again on a new one if they met."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from features.store.records import RecordExists
from serving.errors import busy

ATTEMPTS = 10
T = TypeVar("T")
_MET = (SerializationFailure, DeadlockDetected, UniqueViolation)


def in_snapshot(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Do work in one transaction on one snapshot, all or nothing.

    Where it meets what another transaction stored meanwhile, it is done again, on a snapshot that shows that.

    Raises
    ------
    Refused
        503 if it met others every time.
    RecordExists
        If a record was there already on the last snapshot.
    """
    for attempt in range(ATTEMPTS):
        try:
            with (
                engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
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
