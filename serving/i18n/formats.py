"""Formats of dates, numbers and categories by language."""

from __future__ import annotations

import datetime as dt

from features.languages import text, texts


def category_label(value: str, language: str) -> str:
    """Return the label of a category's value; a value without a label is returned unchanged."""
    label = texts("statuses").get(value) or texts("serving.categories").get(value)
    return value if label is None else label[language]


def format_value(value: object, language: str, *, category: bool = False) -> str:
    """Return a value of a record as people write it.

    >>> format_value(dt.datetime(2012, 12, 24, 2, 46), "en"), format_value(True, "ja"), format_value(5030000.0, "en")
    ('2012-12-24 02:46 UTC', 'はい', '5,030,000')
    """
    if isinstance(value, bool):
        return text("serving.formats", "yes" if value else "no")[language]
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, int | float):
        return f"{value:,.6g}" if isinstance(value, float) and not value.is_integer() else f"{int(value):,}"
    return category_label(str(value), language) if category else str(value)


def format_day(day: dt.date, language: str) -> str:
    """Return a day with its weekday.

    >>> format_day(dt.date(2012, 12, 24), "en"), format_day(dt.date(2012, 12, 24), "ja")
    ('Mon 24 Dec 2012', '2012年12月24日（月）')
    """
    formats = texts("serving.formats")
    return formats["day"][language].format(
        year=day.year, month=formats["months"][language].split()[day.month - 1], month_number=day.month, day=day.day,
        weekday=formats["weekdays"][language].split()[day.weekday()],
    )  # fmt: skip
