"""Counts of long queues, remembered for a minute: half a million cases are not counted again for every page."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

LARGE = 20_000
"""Cases from which on a count is remembered; shorter queues are counted each time."""
SECONDS = 60.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RecentCounts:
    """Remembered counts by name and post."""

    _kept: dict[tuple[str, str], tuple[float, Any]] = field(default_factory=dict)

    def get(self, name: str, post: str | None, count: Callable[[], T], size: Callable[[T], int]) -> T:
        """Return a count of a post, at most `SECONDS` old where its size is at least `LARGE`.

        That of all posts together is never remembered: what it holds depends on who counts.
        """
        if post is None:
            return count()
        until, value = self._kept.get((name, post), (0.0, None))
        if time.monotonic() < until:
            return value
        fresh = count()
        if size(fresh) >= LARGE:
            self._kept[name, post] = (time.monotonic() + SECONDS, fresh)
        return fresh
