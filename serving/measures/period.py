"""Period of a report: whole days UTC, the last year where nothing else is named."""

from __future__ import annotations

import datetime as dt

from serving.refusals import Refusal

DAYS = 365
LONGEST_DAYS = 3 * 366


def period_of(first: str, last: str, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return begin and end of the days ``first`` to ``last``, both included; empty texts stand for the last year.

    Raises `Refusal` 422 for what is no day, and for days that are out of order or too far apart.

    >>> [f"{at:%m-%d %H}" for at in period_of("2012-03-01", "2012-03-02", dt.datetime.now(dt.UTC))]
    ['03-01 00', '03-03 00']
    """
    try:
        end = dt.date.fromisoformat(last) if last else now.astimezone(dt.UTC).date()
        begin = dt.date.fromisoformat(first) if first else end - dt.timedelta(days=DAYS - 1)
        since, until = (dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC) for day in (begin, end))
        until += dt.timedelta(days=1)
    except (ValueError, OverflowError):
        raise _wrong() from None
    if not dt.timedelta(0) < until - since <= dt.timedelta(days=LONGEST_DAYS):
        raise _wrong()
    return since, until


def _wrong() -> Refusal:
    expected = f"days as 2012-04-01, in order, at most {LONGEST_DAYS} days"
    return Refusal(422, "period", "the period cannot be read", where=["from", "to"], expected=expected)
