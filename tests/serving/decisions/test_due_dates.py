"""Covers: decisions.post_calendar."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from serving.decisions.due_dates import after_working_days, due_date
from serving.decisions.post_calendar import is_working_day, local_day, zone_of
from synthetic_data.geography.countries import POSTS

MONDAY = 1354498200000000  # 2012-12-03T01:30:00Z


def at(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(day).replace(hour=1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("post", "lodged", "due"),
    [
        ("CN-SHA", "2012-12-03", "2012-12-10"),  # Monday: Tue, Wed, Thu, Fri, Mon
        ("CN-SHA", "2012-12-07", "2012-12-14"),  # Friday: Mon … Fri
        ("CN-SHA", "2012-12-08", "2012-12-14"),  # Saturday counts from Monday
        (
            "TH-BKK",
            "2012-12-03",
            "2012-12-12",
        ),  # Tue, Thu, Fri, Tue, Wed: Wed 5 is the King's birthday, Mon 10 Constitution Day
        ("CN-SHA", "2013-04-26", "2013-05-10"),  # Mon 29 to Wed 1 in China, Mon 29 and Fri 3 to Mon 6 in Japan
        (
            "CN-SHA",
            "2012-12-26",
            "2013-01-08",
        ),  # Thu, Fri, Fri, Mon, Tue: from 29 December to 3 January Japanese offices are closed
    ],
)
def test_five_working_days_pass_over_weekends_and_the_holidays_of_the_post_and_of_japan(
    post: str, lodged: str, due: str
) -> None:
    assert after_working_days(dt.date.fromisoformat(lodged), 5, post) == dt.date.fromisoformat(due)


@pytest.mark.parametrize(
    ("today", "left", "state"),
    [
        ("2012-12-03", 5, "open"), ("2012-12-06", 2, "open"), ("2012-12-07", 1, "soon"), ("2012-12-09", 1, "soon"),
        ("2012-12-10", 0, "soon"), ("2012-12-11", -1, "over"), ("2012-12-17", -5, "over"), ("2012-12-15", -4, "over"),
    ],
)  # fmt: skip
def test_a_case_warns_on_the_last_two_working_days_and_is_overdue_after(today: str, left: int, state: str) -> None:
    due = due_date("visa", MONDAY, at(today), "CN-SHA")
    assert due is not None
    assert (due.on, due.left, due.state) == (dt.date(2012, 12, 10), left, state)


def test_the_days_are_those_of_the_posts_clock() -> None:
    evening = 1354577400000000  # 2012-12-03T23:30:00Z: Tuesday in Shanghai, Monday in London and Bogotá
    assert [str(local_day(evening, post)) for post in ("CN-SHA", "GB-LON", "CO-BOG", None)] == [
        "2012-12-04", "2012-12-03", "2012-12-03", "2012-12-03",
    ]  # fmt: skip
    due = due_date("visa", evening, dt.datetime(2012, 12, 10, 23, tzinfo=dt.UTC), "CN-SHA")
    assert due is not None
    assert (str(due.on), due.left) == ("2012-12-11", 0)


def test_every_post_of_the_synthetic_world_and_a_port_has_its_own_clock() -> None:
    zones = {post: str(zone_of(post)) for post in [*POSTS.tolist(), "NRT"]}
    assert "UTC" not in zones.values()
    assert (zones["RU-VVO"], zones["ID-JKT"], zones["NRT"]) == ("Asia/Vladivostok", "Asia/Jakarta", "Asia/Tokyo")
    assert all(re.fullmatch("[A-Z][A-Za-z_]+/[A-Z][A-Za-z_]+", name) for name in zones.values())


@pytest.mark.parametrize("post", ["XX-XXX", "QQ-AAA", "", "-"])
def test_an_unknown_post_works_from_monday_to_friday_in_utc_or_as_japan_does(post: str) -> None:
    assert str(zone_of(post)) in {"UTC", "Asia/Tokyo"}
    assert is_working_day(dt.date(2012, 12, 25), post)
    assert not is_working_day(dt.date(2012, 12, 24), post)  # in Japan the Emperor's birthday, a Sunday, moved here


def test_a_case_of_another_age_is_counted_at_once() -> None:
    due = due_date(
        "visa", -(10**15), at("2012-12-10"), "CN-SHA"
    )  # of 1938: 74 years of five days a week, less holidays
    assert due is not None
    assert due.left == pytest.approx(-74 * 52.18 * 5, rel=0.01)


def test_a_weekend_after_the_due_day_is_late_already() -> None:
    due = due_date("visa", MONDAY - 3 * 86_400_000_000, at("2012-12-08"), "CN-SHA")  # lodged on Friday, due on Friday 7
    assert due is not None
    assert (due.left, due.state) == (-1, "over")


def test_a_landing_has_no_due_date() -> None:
    assert due_date("entry", MONDAY, at("2012-12-24"), "NRT") is None


@pytest.mark.parametrize("lodged", ["9999-12-30T12:00:00", "9999-12-31T23:59:59.999999"])
def test_at_the_end_of_the_calendar_a_case_is_due_on_its_last_day(lodged: str) -> None:
    moment = (dt.datetime.fromisoformat(lodged + "+00:00") - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(
        microseconds=1
    )
    result = due_date("visa", moment, at("2012-12-28"), "CN-SHA")
    assert result is not None
    assert result.on == dt.date.max
