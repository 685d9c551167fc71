"""Birth dates as numbers, and compared; expected values are the calendar's. Covers: features.identity.birth_dates, features.identity.buffers."""

import datetime as dt

import pyarrow as pa
import pytest

from features.identity.birth_dates import (
    DIFFERENT,
    DIGIT_DIFFERS,
    EXCHANGED,
    SAME,
    UNKNOWN,
    compare_dates,
    date_numbers,
    date_parts,
    either_order_numbers,
)

DAYS = [dt.date(1, 1, 1), dt.date(1969, 12, 31), dt.date(1970, 1, 1), dt.date(2000, 2, 29), dt.date(9999, 12, 31)]


def test_a_date_has_the_calendar_s_parts_and_nothing_has_none() -> None:
    year, month, day = date_parts(pa.array([*DAYS, None], pa.date32()))
    parts = list(zip(year.tolist(), month.tolist(), day.tolist(), strict=True))
    assert parts == [*((first.year, first.month, first.day) for first in DAYS), (0, 0, 0)]
    assert date_numbers(pa.array([dt.date(1983, 10, 11), None])).tolist() == [19831011, 0]


def test_day_and_month_exchanged_give_the_same_number_and_other_days_others() -> None:
    days = [dt.date(1980, 1, 1) + dt.timedelta(days=at) for at in range(800)]
    numbers = either_order_numbers(pa.array(days)).tolist()
    pairs = {(first.year, *sorted((first.month, first.day))) for first in days}
    assert len(set(numbers)) == len(pairs)
    first, exchanged, nothing = either_order_numbers(pa.array([dt.date(1983, 10, 11), dt.date(1983, 11, 10), None]))
    assert first == exchanged != 0
    assert nothing == 0


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (19831011, 19831011, SAME),
        (19831011, 19831110, EXCHANGED),
        (19831011, 19831012, DIGIT_DIFFERS),
        (19831011, 19731011, DIGIT_DIFFERS),
        (19831011, 19831022, DIFFERENT),
        (19831011, 0, UNKNOWN),
        (0, 0, UNKNOWN),
    ],
)
def test_two_dates_are_compared(first: int, second: int, expected: int) -> None:
    numbers = date_numbers(pa.array([dt.date(1970, 1, 1)])) * 0
    assert compare_dates(numbers + first, numbers + second).tolist() == [expected]
    assert compare_dates(numbers + second, numbers + first).tolist() == [expected]
