"""What would the challenger say of live cases? Scored after the answer has gone out, from the features that were stored.

A thread of the service does it: it looks for decisions that are committed, so the answer never waits for it and
nothing is lost when the service stops. Officers are never shown what it says.
"""

from __future__ import annotations

import logging
import threading

import numpy as np
from sqlalchemy import text

from models.bundle import Bundle
from serving.deciding import Desk
from serving.errors import place_of
from serving.store import shadows
from serving.store.shadows import Pending, Scored

log = logging.getLogger("mimamori")
PAUSE_SECONDS = 2.0
AT_ONCE = 100
_LOCK = 7305414


class ShadowScorer:
    """The thread, from `start` to `stop`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._settled: dict[int, int] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="shadow", daemon=True)

    def start(self) -> None:
        """Begin to look for decisions."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being scored and end."""
        self._stopping.set()
        self._thread.join()

    def score_pending(self) -> int:
        """Score up to `AT_ONCE` decisions for each shadow that runs or has just ended; return how many.

        Of several workers one does it; the others return at once.
        """
        done = 0
        with self._desk.engine.begin() as connection:
            if not connection.execute(text("select pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}).scalar_one():
                return 0
            for shadow in shadows.to_score(connection):
                after = self._settled.get(shadow.shadow_id, shadow.after_number)
                found = shadows.pending(connection, shadow, after, AT_ONCE)
                if found:
                    bundle = self._desk.shelf.model_by_hash(shadow.model_sha256, shadow.subject)
                    if bundle is None:  # refused or gone: what it would have said is not made up
                        continue
                    shadows.keep(connection, shadow, scored(bundle, found))
                if len(found) < AT_ONCE:
                    self._settled[shadow.shadow_id] = shadows.settled(connection, shadow, after)
                done += len(found)
        return done

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                done = self.score_pending()
            except Exception as error:  # the shadow must never take the service down
                log.error("shadow: %s", place_of(error))
                done = 0
            self._stopping.wait(0.05 if done >= AT_ONCE else PAUSE_SECONDS)


def scored(bundle: Bundle, found: list[Pending]) -> list[Scored]:
    """Return what a challenger says; nothing where a case is too unlike those it learned from."""
    said: list[Scored] = []
    for one in found:
        values = np.frombuffer(one.features)
        if len(values) != len(bundle.catalogue.names) or bundle.too_unlike(values):
            said.append((one.decision_id, None, None, b""))
            continue
        explained = bundle.explain(values.reshape(1, -1))
        added = explained.contributions[0].tobytes()
        said.append((one.decision_id, float(explained.score[0]), float(explained.raw_score[0]), added))
    return said
