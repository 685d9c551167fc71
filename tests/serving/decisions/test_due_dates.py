from __future__ import annotations

import datetime as dt

import pytest

from serving.decisions.due_dates import after_working_days, due_date

MONDAY = 1356312600000000  # 2012-12-24T01:30:00Z


@pytest.mark.parametrize(
    ("lodged", "due"),
    [
        ("2012-12-24", "2012-12-31"),  # Monday: Tue, Wed, Thu, Fri, Mon
        ("2012-12-28", "2013-01-04"),  # Friday: Mon … Fri
        ("2012-12-29", "2013-01-04"),  # Saturday counts from Monday
    ],
)
def test_five_working_days_pass_over_weekends(lodged: str, due: str) -> None:
    assert after_working_days(dt.date.fromisoformat(lodged), 5) == dt.date.fromisoformat(due)


@pytest.mark.parametrize(
    ("today", "left", "state"),
    [
        ("2012-12-24", 5, "open"), ("2012-12-27", 2, "open"), ("2012-12-28", 1, "soon"), ("2012-12-30", 1, "soon"),
        ("2012-12-31", 0, "soon"), ("2013-01-01", -1, "over"), ("2013-01-07", -5, "over"), ("2013-02-04", -25, "over"),
    ],
)  # fmt: skip
def test_a_case_warns_on_the_last_two_working_days_and_is_overdue_after(today: str, left: int, state: str) -> None:
    due = due_date("visa", MONDAY, dt.date.fromisoformat(today))
    assert due is not None
    assert (due.on, due.left, due.state) == (dt.date(2012, 12, 31), left, state)


def test_a_weekend_after_the_due_day_is_late_already() -> None:
    friday = MONDAY - 3 * 86_400_000_000  # 21 December, due on Friday 28
    due = due_date("visa", friday, dt.date(2012, 12, 29))
    assert due is not None
    assert (due.left, due.state) == (-1, "over")


def test_a_landing_has_no_due_date() -> None:
    assert due_date("entry", MONDAY, dt.date(2012, 12, 24)) is None


@pytest.mark.parametrize("lodged", ["9999-12-30T12:00:00", "9999-12-31T23:59:59.999999"])
def test_at_the_end_of_the_calendar_a_case_is_due_on_its_last_day(lodged: str) -> None:
    moment = (dt.datetime.fromisoformat(lodged + "+00:00") - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(
        microseconds=1
    )
    result = due_date("visa", moment, dt.date(2012, 12, 28))
    assert result is not None
    assert result.on == dt.date.max
