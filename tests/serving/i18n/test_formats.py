from __future__ import annotations

import datetime as dt

from serving.i18n.formats import category_label, format_day, format_value


def test_values_are_written_as_people_write_them() -> None:
    moment = dt.datetime(2012, 12, 24, 2, 46, tzinfo=dt.UTC)
    assert format_value(moment, "en") == "2012-12-24 02:46 UTC"
    assert [format_value(value, "ja") for value in (True, False, 5030000.0, 0.25, 7)] == [
        "はい",
        "いいえ",
        "5,030,000",
        "0.25",
        "7",
    ]
    assert format_value("other", "en") == "other"
    assert format_value("temporary_visitor", "ja", category=True) == "短期滞在"


def test_a_category_without_a_label_stays_as_it_is() -> None:
    assert category_label("spouse_or_child_of_japanese", "en") == "spouse or child of Japanese"
    assert category_label("T5", "ja") == "T5"


def test_a_day_has_its_weekday() -> None:
    assert format_day(dt.date(2012, 12, 24), "en") == "Mon 24 Dec 2012"
    assert format_day(dt.date(2012, 12, 24), "ja") == "2012年12月24日（月）"
