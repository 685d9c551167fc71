"""Rescorer: the thread of a service that scores touched open cases again, at every post, seconds after a record arrives.

What touches a case is stored with the record, so that a service that is killed loses nothing; several services share the
work, a few cases at a time.
"""

from __future__ import annotations

import logging
import threading

from psycopg import Error as DriverError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from features.error_origin import origin
from serving.decisions.rescoring import rescored, store_rescored
from serving.decisions.service import DecisionService
from serving.refusals import Refusal
from serving.store import scoring_stops, touched_cases
from serving.store.touched_cases import Touched
from serving.store.transactions import EVERYTHING, in_transaction, transaction

log = logging.getLogger("mimamori")
PAUSE_SECONDS = 0.5
CASES = 8
"""Cases taken together: they share the transaction, its commit, and the wait for the log."""


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

    def rescore_some(self) -> int:
        """Score the next touched cases again, and return how many were tried.

        A case that cannot be scored again stays as it was, and the log says to the operator where it failed; the others
        taken with it come up again.
        """
        self._service.refresh_models()
        begun: list[Touched] = []
        try:
            return in_transaction(self._service.engine, lambda connection: self._some(connection, begun), EVERYTHING)
        except (DBAPIError, DriverError, MemoryError, Refusal):
            raise
        except Exception as error:
            log.error("a case could not be scored again, and stays as it was: %s", origin(error))
        with transaction(self._service.engine, EVERYTHING) as connection:
            touched_cases.count_attempt(connection, begun[-1])
        return 1

    def _some(self, connection: Connection, begun: list[Touched]) -> int:
        # without a model a case keeps the score that it has
        stops = scoring_stops.stops(connection)
        cases = []
        for touched in touched_cases.take(connection, self._service.models.bundles, stops, CASES):
            begun.append(touched)
            cases.append(rescored(connection, self._service, touched))
        store_rescored(connection, [case for case in cases if case is not None])
        return sum(case is not None for case in cases)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                more = bool(self.rescore_some())
            except Exception as error:  # rescoring must never take the service down
                log.error("rescoring: %s", origin(error))
                more = False
            if not more:
                self._stopping.wait(PAUSE_SECONDS)
