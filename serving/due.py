"""By when should a case be answered? Five working days after it was lodged, counted on the desk's own calendar."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, text

from features.settings import Settings
from features.tables.times import moment_of

WORKING_DAYS = 5
"""The usual time for a visa. Monday to Friday count; holidays of the 214 posts are not known here."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Due:
    """By when a case is due.

    Attributes
    ----------
    left
        Working days from today until then; below zero for those that it is late.
    """

    on: dt.date
    left: int

    @property
    def state(self) -> str:
        """Return ``over`` when late, ``soon`` for today and the next working day, ``open`` before."""
        return "over" if self.left < 0 else "soon" if self.left <= 1 else "open"

    def as_json(self) -> dict[str, object]:
        """Return it as the API shows it."""
        return {"on": self.on.isoformat(), "working_days_left": self.left, "state": self.state}


def due_of(subject: str, as_of: int, today: dt.date) -> Due | None:
    """Say when a case is due; None for a landing, where the traveller stands at the counter.

    >>> due_of("visa", 1356339600000000, dt.date(2012, 12, 28))  # lodged on Monday 24 December
    Due(on=datetime.date(2012, 12, 31), left=1)
    """
    if subject != "visa":
        return None
    on = after_working_days(day_of(as_of), WORKING_DAYS)
    if today > on:
        return Due(on, -max(_working_days(on, today), 1))
    return Due(on, _working_days(today, on))


def after_working_days(day: dt.date, count: int) -> dt.date:
    """Return the day on which so many working days have passed after a day, or the last day there is."""
    while count and day < dt.date.max:
        day += dt.timedelta(days=1)
        count -= day.weekday() < _SATURDAY
    return day


def day_of(moment_us: int) -> dt.date:
    """Return the day of a moment, microseconds UTC."""
    return moment_of(moment_us).date()


def now_of(connection: Connection, settings: Settings) -> dt.datetime:
    """Return the desk's present: the machine's clock, or for records of the past the time of the latest case."""
    if settings.clock == "records":
        latest = connection.execute(text("select max(as_of) from serving.decision")).scalar_one()
        if latest is not None:
            return moment_of(latest)
    return dt.datetime.now(dt.UTC)


def _working_days(first: dt.date, last: dt.date) -> int:
    """Count the working days after ``first`` up to and with ``last``."""
    weeks, rest = divmod((last - first).days, 7)
    return weeks * _SATURDAY + sum((first + dt.timedelta(days=one)).weekday() < _SATURDAY for one in range(1, rest + 1))
