"""Volumes of applications: ten years by status, changes of the law, seasons and office hours."""

from __future__ import annotations

import datetime as dt
from enum import IntEnum

import numpy as np

from features.arrays import Floats, Ints
from features.tables.categories import STATUSES

DAY_US = 86_400_000_000


def day(year: int, month: int = 1, date: int = 1) -> int:
    """Return a date as days since 1970."""
    return (dt.date(year, month, date) - dt.date(1970, 1, 1)).days


class Status(IntEnum):
    """Statuses of residence by their code in the tables, and transit without a visa."""

    VISITOR, ENTERTAINER, SPOUSE, LONG_TERM, INTERN, TRAINEE, STUDENT, DEPENDENT, COOK, ENGINEER, DESIGNATED, OTHER = (
        range(12)
    )
    TRANSIT = len(STATUSES)


START, END = day(2003), day(2013)
ENTERTAINER_CRITERIA = day(2005, 3, 15)
BIOMETRICS = day(2007, 11, 20)
NATIONALITY_ACT = day(2009, 1, 1)
NEW_STATUSES = day(2010, 7, 1)
MONTHS = tuple(day(2003 + number // 12, number % 12 + 1) for number in range(121))

# yearly volumes against 2008, 2003 … 2012; entries of all foreigners, entertainers, spouses and trainees follow MOJ's counts,
# visas of visitors MOFA's of 2009 and 2010; those who need none stand under Status.TRANSIT;
# 2003 on stage is raised for those who came before and enter again
_YEARLY: dict[int, tuple[float, ...]] = {
    Status.VISITOR: (0.62, 0.72, 0.82, 0.90, 1.00, 1.00, 0.84, 1.24, 0.82, 1.02),
    Status.TRANSIT: (0.60, 0.72, 0.80, 0.88, 1.00, 1.00, 0.82, 1.03, 0.76, 0.99),
    Status.ENTERTAINER: (4.10, 3.90, 2.84, 1.38, 1.11, 1.00, 0.89, 0.82, 0.75, 0.97),
    Status.SPOUSE: (2.30, 2.25, 2.40, 2.60, 2.30, 1.90, 1.40, 1.20, 1.05, 1.00),
    Status.LONG_TERM: (1.6, 1.7, 1.8, 1.6, 1.4, 1.0, 0.5, 0.6, 0.6, 0.6),
    Status.INTERN: (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.05),
    Status.TRAINEE: (0.63, 0.74, 0.82, 0.91, 1.00, 1.00, 0.79, 0.45, 0.16, 0.15),
}
_GROWING = (0.75, 0.80, 0.85, 0.90, 0.97, 1.00, 1.02, 1.03, 0.95, 1.02)
_SEASON = (0.85, 0.90, 1.12, 1.15, 0.98, 0.95, 1.10, 1.02, 0.98, 1.12, 0.95, 0.88)
_SCHOOL_YEAR = (1.2, 2.6, 2.6, 0.5, 0.4, 0.5, 0.8, 1.5, 1.3, 0.4, 0.3, 0.5)


def monthly(status: int) -> Floats:
    """Return float64[120]: the share of the decade's applications for a status that falls into each month."""
    yearly = np.repeat(np.array(_YEARLY.get(status, _GROWING)), 12)
    season = np.tile(np.array(_SCHOOL_YEAR if status == Status.STUDENT else _SEASON), 10)
    weights = yearly * season
    starts = np.array(MONTHS[:120])
    if status == Status.TRAINEE:
        weights = np.where(starts >= NEW_STATUSES, weights * 0.35, weights)
    if status == Status.INTERN:
        weights = np.where(starts >= NEW_STATUSES, weights, 0.0)
    if status == Status.ENTERTAINER:
        # the route was closed in the spring of 2005, not at the turn of the year
        weights = np.where((starts >= day(2005)) & (starts < ENTERTAINER_CRITERIA), weights * 1.3, weights)
    return weights / weights.sum()


def volume(status: int) -> float:
    """Return a status's volume over the decade in units of its year 2008."""
    weights = monthly(status)
    return float(1.0 / max(weights[60:72].sum(), weights[108:120].sum() if status == Status.INTERN else 0.0))


def days_between(rng: np.random.Generator, status: int, start: Ints, end: Ints) -> Ints:
    """Return int64[n]: a day between each start and end, as often as people apply for the status in those months."""
    cumulative = np.concatenate([[0.0], np.cumsum(monthly(status))])
    low, high = np.interp(start, MONTHS, cumulative), np.interp(end, MONTHS, cumulative)
    return np.interp(low + rng.random(len(start)) * (high - low), cumulative, MONTHS).astype(np.int64)


def application_days(rng: np.random.Generator, statuses: Ints) -> Ints:
    """Return int64[n]: the days on which applications for these statuses are lodged."""
    days = np.empty(len(statuses), dtype=np.int64)
    starts = np.array(MONTHS)
    for status in np.unique(statuses).tolist():
        rows = np.flatnonzero(statuses == status)
        month = rng.choice(120, len(rows), p=monthly(status))
        days[rows] = starts[month] + (rng.random(len(rows)) * (starts[month + 1] - starts[month])).astype(np.int64)
    return days


def office_moment(rng: np.random.Generator, days: Ints) -> Ints:
    """Return int64[n] microseconds UTC: a moment within a post's office hours; week-ends move to the Monday."""
    weekday = (days + 3) % 7
    working = days + np.where(weekday == 5, 2, np.where(weekday == 6, 1, 0))
    seconds = np.clip(rng.normal(4.3, 2.0, len(days)), 0.2, 8.8) * 3600
    return np.minimum(working, END - 1) * DAY_US + seconds.astype(np.int64) * 1_000_000


def any_moment(rng: np.random.Generator, days: Ints) -> Ints:
    """Return int64[n] microseconds UTC: any second of the day."""
    return days * DAY_US + rng.integers(0, 86_400, len(days)) * 1_000_000
