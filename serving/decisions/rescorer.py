"""Rescorer: the thread of a service that scores touched open cases again, at every post, seconds after a record arrives.

What touches a case is stored with the record, so that a service that is killed loses nothing; several services share the
work, a case at a time.
"""

from __future__ import annotations

import logging
import threading

from psycopg import Error as DriverError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from features.error_origin import origin
from serving.decisions.rescoring import rescore
from serving.decisions.service import DecisionService
from serving.refusals import Refusal
from serving.store import scoring_stops, touched_cases
from serving.store.touched_cases import Touched
from serving.store.transactions import EVERYTHING, in_transaction, transaction

log = logging.getLogger("mimamori")
PAUSE_SECONDS = 0.5


class Rescorer:
    """The thread, from `start` to `stop`."""

    def __init__(self, service: DecisionService) -> None:
        self._service = service
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="rescoring", daemon=True)

    def start(self) -> None:
        """Start to score touched cases again."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the current case and end."""
        self._stopping.set()
        self._thread.join()

    def rescore_next(self) -> bool:
        """Score the next touched case again; return whether there was one.

        A case that cannot be scored again stays as it was, and the log says to the operator where it failed.
        """
        self._service.refresh_models()
        taken: list[Touched] = []
        try:
            return in_transaction(self._service.engine, lambda connection: self._next(connection, taken), EVERYTHING)
        except (DBAPIError, DriverError, MemoryError, Refusal):
            raise
        except Exception as error:
            log.error("a case could not be scored again, and stays as it was: %s", origin(error))
        with transaction(self._service.engine, EVERYTHING) as connection:
            touched_cases.count_attempt(connection, taken[-1])
        return True

    def _next(self, connection: Connection, taken: list[Touched]) -> bool:
        # without a model a case keeps the score that it has
        touched = touched_cases.take(connection, self._service.models.bundles, scoring_stops.stops(connection))
        if touched is None:
            return False
        taken.append(touched)
        rescore(connection, self._service, touched)
        return True

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                more = self.rescore_next()
            except Exception as error:  # rescoring must never take the service down
                log.error("rescoring: %s", origin(error))
                more = False
            if not more:
                self._stopping.wait(PAUSE_SECONDS)
