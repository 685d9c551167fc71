"""The desk's clock: the machine's time, or for records of the past the end of the loaded world, which stands still."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from features.settings import Settings
from features.tables.times import moment_of
from serving.store.record_ids import end_of_records


@dataclass(slots=True)
class DeskClock:
    """Clock of a service; ``kept`` is the end of the world that was loaded when it was first read."""

    kept: dt.datetime | None = None

    def now(self, connection: Connection, settings: Settings) -> dt.datetime:
        """Return the machine's time, or with the setting ``records`` the end of the loaded world."""
        if not stands(settings):
            return dt.datetime.now(dt.UTC)
        if self.kept is None:
            end = end_of_records(connection)
            self.kept = None if end is None else moment_of(end)
        return self.kept or dt.datetime.now(dt.UTC)


def stands(settings: Settings) -> bool:
    """Return whether the clock is that of the records, on which no case grows older."""
    return settings.clock == "records"


def queued_since(now: dt.datetime, settings: Settings) -> dt.datetime | None:
    """Return since when a case must have arrived at the desk to be in its queue; None for any time."""
    return None if stands(settings) else now - dt.timedelta(days=settings.queue_days)
