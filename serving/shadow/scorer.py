"""Shadow scorer: the challenger scores committed decisions in a background thread, from their stored features.

Answers never wait for it, a restart loses nothing, and officers never see its scores.
"""

from __future__ import annotations

import logging
import threading

import numpy as np
from sqlalchemy import Connection

from features.error_origin import origin
from models.bundle import Bundle
from serving.decisions.service import DecisionService
from serving.store import shadows
from serving.store.shadows import PendingDecision, Shadow, ShadowScore
from serving.store.transactions import EVERYTHING, transaction, try_lock

log = logging.getLogger("mimamori")
PAUSE_SECONDS = 2.0
BATCH = 100
_LOCK = 7305414


class ShadowScorer:
    """The thread, from `start` to `stop`."""

    def __init__(self, service: DecisionService) -> None:
        self._service = service
        self._settled: dict[int, int] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="shadow", daemon=True)

    def start(self) -> None:
        """Start to score decisions."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the current batch and end."""
        self._stopping.set()
        self._thread.join()

    def score_pending(self) -> int:
        """Score up to `BATCH` decisions of each shadow and return the count; of several workers one does it."""
        with transaction(self._service.engine, EVERYTHING) as connection:
            if not try_lock(connection, _LOCK):
                return 0
            return sum(self._score(connection, shadow) for shadow in shadows.to_score(connection))

    def _score(self, connection: Connection, shadow: Shadow) -> int:
        after = self._settled.get(shadow.shadow_id, shadow.after_number)
        pending = shadows.pending(connection, shadow, after, BATCH)
        if pending:
            bundle = self._service.models.by_hash(shadow.model_sha256, shadow.subject)
            if bundle is None:  # refused or removed: no score is invented
                return 0
            shadows.insert_scores(connection, shadow, [shadow_score(bundle, decision) for decision in pending])
        if len(pending) < BATCH:
            self._settled[shadow.shadow_id] = shadows.settled_number(connection, shadow, after)
        return len(pending)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                count = self.score_pending()
            except Exception as error:  # the shadow must never take the service down
                log.error("shadow: %s", origin(error))
                count = 0
            self._stopping.wait(0.05 if count >= BATCH else PAUSE_SECONDS)


def shadow_score(bundle: Bundle, decision: PendingDecision) -> ShadowScore:
    """Return the challenger's score, without a number where the case is too unlike its training rows."""
    values = np.frombuffer(decision.features)
    if len(values) != len(bundle.catalogue.names) or bundle.too_unlike(values):
        return ShadowScore(decision.decision_id)
    explained = bundle.explain(values.reshape(1, -1))
    added = explained.contributions[0].tobytes()
    return ShadowScore(decision.decision_id, float(explained.score[0]), float(explained.raw_score[0]), added)
