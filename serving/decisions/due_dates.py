"""Due dates: five working days after an application was lodged, on the calendar of the service."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from features.tables.times import moment_of

WORKING_DAYS = 5
"""The usual time for a visa. Monday to Friday count; holidays of the 214 posts are unknown."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DueDate:
    """Due date of a case; ``left`` counts working days from today until ``on``, negative when overdue."""

    on: dt.date
    left: int

    @property
    def state(self) -> str:
        """``over`` when overdue, ``soon`` for today and the next working day, else ``open``."""
        return "over" if self.left < 0 else "soon" if self.left <= 1 else "open"

    def as_json(self) -> dict[str, object]:
        """Return the due date as the API shows it."""
        return {"on": self.on.isoformat(), "working_days_left": self.left, "state": self.state}


def due_date(subject: str, as_of: int, today: dt.date) -> DueDate | None:
    """Return the due date of a case; None for a landing, whose traveller stands at the counter.

    >>> due_date("visa", 1356339600000000, dt.date(2012, 12, 28))  # lodged on Monday 24 December
    DueDate(on=datetime.date(2012, 12, 31), left=1)
    """
    if subject != "visa":
        return None
    on = after_working_days(day_of(as_of), WORKING_DAYS)
    if today > on:
        return DueDate(on, -max(_working_days(on, today), 1))
    return DueDate(on, _working_days(today, on))


def after_working_days(day: dt.date, count: int) -> dt.date:
    """Return the day ``count`` working days after ``day``, or the last day of the calendar."""
    while count and day < dt.date.max:
        day += dt.timedelta(days=1)
        count -= day.weekday() < _SATURDAY
    return day


def day_of(moment_us: int) -> dt.date:
    """Return the day of a moment, microseconds UTC."""
    return moment_of(moment_us).date()


def _working_days(first: dt.date, last: dt.date) -> int:
    """Return the count of working days after ``first`` up to and including ``last``."""
    weeks, rest = divmod((last - first).days, 7)
    return weeks * _SATURDAY + sum((first + dt.timedelta(days=k)).weekday() < _SATURDAY for k in range(1, rest + 1))
