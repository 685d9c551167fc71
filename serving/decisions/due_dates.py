"""Due dates: five working days after an application was lodged, on the calendar of its post."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from features.tables.times import moment_of
from serving.decisions.post_calendar import WORKDAYS, is_working_day, local_day, zone_of

WORKING_DAYS = 5
"""The usual time for a visa."""
_LONGEST_CLOSURE_DAYS = 60
_EXACT_DAYS = 400
"""Days that are looked up in the calendar; farther away Monday to Friday count."""


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


def due_date(subject: str, as_of: int, now: dt.datetime, post: str | None) -> DueDate | None:
    """Return the due date of a case; None for a landing, whose traveller stands at the counter.

    >>> now = dt.datetime(2012, 12, 27, 18, tzinfo=dt.UTC)  # at the post it is Friday 28 December
    >>> due_date("visa", 1356339600000000, now, "TH-BKK")  # lodged on Monday 24 December, a holiday in Japan
    DueDate(on=datetime.date(2013, 1, 4), left=1)
    """
    return due_after(local_day(as_of, post), WORKING_DAYS, now, post) if subject == "visa" else None


def due_after(day: dt.date, count: int, now: dt.datetime, post: str | None) -> DueDate:
    """Return the due date that is ``count`` working days after a day at a post."""
    today = now.astimezone(zone_of(post)).date()
    on = after_working_days(day, count, post)
    if today > on:
        return DueDate(on, -max(_working_days(on, today, post), 1))
    return DueDate(on, _working_days(today, on, post))


def after_working_days(day: dt.date, count: int, post: str | None) -> dt.date:
    """Return the day ``count`` working days after ``day``, or the last day of the calendar."""
    while count and day < dt.date.max:
        day += dt.timedelta(days=1)
        count -= is_working_day(day, post)
    return day


def counting_moments(now: dt.datetime, post: str | None) -> tuple[int, int]:
    """Return the moments (microseconds UTC) before which an application was lodged that is overdue, or due soon.

    An application falls due in the order in which it was lodged, so that two moments divide all of a post's.
    """
    today = now.astimezone(zone_of(post)).date()
    soon_until = after_working_days(today, 1, post)
    return lodged_before_due(today, post), lodged_before_due(soon_until + dt.timedelta(days=1), post)


def lodged_before_due(due_before: dt.date, post: str | None) -> int:
    """Return the moment (microseconds UTC) before which an application was lodged that falls due before a day."""
    day = due_before - dt.timedelta(days=_LONGEST_CLOSURE_DAYS)
    while after_working_days(day, WORKING_DAYS, post) < due_before:
        day += dt.timedelta(days=1)
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=zone_of(post))
    return int(midnight.timestamp() * 1_000_000)


def day_of(moment_us: int) -> dt.date:
    """Return the day of a moment, microseconds UTC."""
    return moment_of(moment_us).date()


def _working_days(first: dt.date, last: dt.date, post: str | None) -> int:
    """Return the count of working days after ``first`` up to and including ``last``."""
    days = (last - first).days
    exact = min(days, _EXACT_DAYS)
    weeks, rest = divmod(days - exact, 7)
    far = weeks * WORKDAYS + sum((first + dt.timedelta(days=k)).weekday() < WORKDAYS for k in range(1, rest + 1))
    return far + sum(is_working_day(last - dt.timedelta(days=k), post) for k in range(exact))
