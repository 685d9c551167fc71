"""The tree over the whole log, kept in memory so that each leaf is read once."""

from __future__ import annotations

import threading

from sqlalchemy import Connection

from serving.log.leaves import hashes
from serving.log.signed_note import Checkpoint
from serving.log.tree import Frontier


class LogTree:
    """Leaf hashes of a growing log."""

    def __init__(self) -> None:
        self._hashes: list[bytes] = []
        self._frontier = Frontier()
        self._lock = threading.Lock()

    def refresh(self, connection: Connection) -> tuple[Checkpoint, list[bytes]]:
        """Read the leaves that are new, and return the head of the log with all leaf hashes."""
        with self._lock:
            new = list(hashes(connection, self._frontier.size))
            self._frontier.extend(new)
            self._hashes += new
            return Checkpoint(self._frontier.size, self._frontier.root()), self._hashes[: self._frontier.size]
