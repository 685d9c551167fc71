"""What each value of a file becomes, and which values are faults; a table of cases for anybody to extend. Covers: features.tables.canonical_columns, features.tables.times, features.tables.definition."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from features.tables import TABLES
from features.tables.canonical_columns import convert
from features.tables.definition import Column, Kind, Link, Use

UTC = dt.UTC
PLAIN: dict[Kind, Column] = {
    kind: Column("it", kind, Use.PLAIN, nullable=True) for kind in Kind if kind is not Kind.CATEGORY
}
ADDRESS = Column("it", Kind.TEXT, Use.LINK, nullable=True, link=Link.ADDRESS)
WRONG = object()
"""Stands for a value that is a fault."""


def moment(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


TEXTS = [
    (Kind.TEXT, "NA", "NA"),
    (Kind.TEXT, "Null", "Null"),
    (Kind.TEXT, "", None),
    (Kind.TEXT, "Phạm Thị", "Phạm Thị"),
    (Kind.TEXT, "a\nb", WRONG),
    (Kind.TEXT, "a\tb", WRONG),
    (Kind.TEXT, "a\x00b", WRONG),
    (Kind.TEXT, "a\x7fb", WRONG),
    (Kind.TEXT, "a\u0085b", WRONG),
    (Kind.TEXT, "a\u2028b", WRONG),
    (Kind.TEXT, "a\u00a0b", "a\u00a0b"),
    (Kind.DATE, "2008-02-29", dt.date(2008, 2, 29)),
    (Kind.DATE, "2009-02-29", WRONG),
    (Kind.DATE, "2009-13-01", WRONG),
    (Kind.DATE, "2009-00-10", WRONG),
    (Kind.DATE, "0000-01-01", WRONG),
    (Kind.DATE, "0001-01-01", dt.date(1, 1, 1)),
    (Kind.DATE, "9999-12-31", dt.date(9999, 12, 31)),
    (Kind.DATE, "2009-4-1", WRONG),
    (Kind.DATE, "2009/04/01", WRONG),
    (Kind.DATE, "2009-04-01T00:00:00Z", WRONG),
    (Kind.DATE, "２００９-04-01", WRONG),
    (Kind.DATE, "", None),
    (Kind.TIMESTAMP, "2009-04-01T08:30:00Z", moment(2009, 4, 1, 8, 30)),
    (Kind.TIMESTAMP, "2009-04-01T08:30:00.5Z", moment(2009, 4, 1, 8, 30, 0, 500_000)),
    (Kind.TIMESTAMP, "2009-04-01T08:30:00.000001Z", moment(2009, 4, 1, 8, 30, 0, 1)),
    (Kind.TIMESTAMP, "1969-12-31T23:59:59.999999Z", moment(1969, 12, 31, 23, 59, 59, 999_999)),
    (Kind.TIMESTAMP, "2009-04-01T08:30:00.0000001Z", WRONG),
    (Kind.TIMESTAMP, "2009-04-01T08:30:00", WRONG),
    (Kind.TIMESTAMP, "2009-04-01T08:30:00+09:00", WRONG),
    (Kind.TIMESTAMP, "2009-04-01T24:00:00Z", WRONG),
    (Kind.TIMESTAMP, "2009-04-01T08:30:60Z", WRONG),
    (Kind.TIMESTAMP, "2009-02-30T08:30:00Z", WRONG),
    (Kind.TIMESTAMP, "2009-04-01", WRONG),
    (Kind.INTEGER, "12", 12),
    (Kind.INTEGER, "12.0", 12),
    (Kind.INTEGER, "+3", 3),
    (Kind.INTEGER, "12.5", WRONG),
    (Kind.INTEGER, "1e3", 1000),
    (Kind.INTEGER, "9007199254740992", WRONG),
    (Kind.INTEGER, "twelve", WRONG),
    (Kind.INTEGER, " 12", WRONG),
    (Kind.NUMBER, "0.25", 0.25),
    (Kind.NUMBER, "nan", WRONG),
    (Kind.NUMBER, "1e999", WRONG),
    (Kind.NUMBER, "0x10", WRONG),
    (Kind.BOOLEAN, "True", True),
    (Kind.BOOLEAN, "true", WRONG),
    (Kind.BOOLEAN, "1", WRONG),
    (Kind.BOOLEAN, "", None),
]


@pytest.mark.parametrize("type_", [pa.binary(), pa.string(), pa.large_string(), pa.string_view()], ids=str)
def test_a_text_becomes_its_value_or_a_fault_whatever_the_type_that_holds_it(type_: pa.DataType) -> None:
    for kind, text, expected in TEXTS:
        array = pa.array([text.encode() if type_ == pa.binary() else text], type_)
        converted = convert("t", PLAIN[kind], array)
        wanted = None if expected is WRONG else expected
        assert (converted.array.to_pylist(), len(converted.faults)) == ([wanted], int(expected is WRONG)), (kind, text)


def test_a_wrong_text_spoils_no_other() -> None:
    for kind, column in PLAIN.items():
        cases = [(text, expected) for kind_of_text, text, expected in TEXTS if kind_of_text is kind]
        converted = convert("t", column, pa.array([text for text, _ in cases], pa.string()))
        assert converted.array.to_pylist() == [None if expected is WRONG else expected for _, expected in cases]
        assert [fault.row for fault in converted.faults] == [at for at, (_, e) in enumerate(cases, 1) if e is WRONG]
        assert converted.lost.tolist() == [expected is WRONG for _, expected in cases]


def in_zone(type_: pa.DataType, *numbers: int) -> pa.Array:
    return pa.array(numbers, pa.int64()).cast(type_)


DAY_NS = 86_400 * 10**9
TYPED: list[tuple[Kind, pa.Array, list[Any], str]] = [
    (Kind.TIMESTAMP, in_zone(pa.timestamp("us", "UTC"), 1), [moment(1970, 1, 1, 0, 0, 0, 1)], ""),
    (Kind.TIMESTAMP, in_zone(pa.timestamp("ns", "UTC"), 2000), [moment(1970, 1, 1, 0, 0, 0, 2)], ""),
    (Kind.TIMESTAMP, in_zone(pa.timestamp("ns", "UTC"), 2000, 2001), [moment(1970, 1, 1, 0, 0, 0, 2), None], "precision"),
    (Kind.TIMESTAMP, in_zone(pa.timestamp("s", "+00:00"), 60), [moment(1970, 1, 1, 0, 1)], ""),
    (Kind.TIMESTAMP, in_zone(pa.timestamp("s", "UTC"), 10**13), [None], "type"),
    (Kind.TIMESTAMP, in_zone(pa.timestamp("us", "Asia/Tokyo"), 1), [None], "time_zone"),
    (Kind.TIMESTAMP, in_zone(pa.timestamp("us"), 1), [None], "time_zone"),
    (Kind.TIMESTAMP, pa.array([dt.date(2009, 4, 1)]), [None], "type"),
    (Kind.TIMESTAMP, pa.array([1238574600]), [None], "type"),
    (Kind.DATE, pa.array([dt.date(2009, 4, 1)], pa.date64()), [dt.date(2009, 4, 1)], ""),
    (Kind.DATE, in_zone(pa.timestamp("ns"), DAY_NS), [dt.date(1970, 1, 2)], ""),
    (Kind.DATE, in_zone(pa.timestamp("us", "UTC"), -DAY_NS // 1000), [dt.date(1969, 12, 31)], ""),
    (Kind.DATE, in_zone(pa.timestamp("us"), 1), [None], "type"),
    (Kind.DATE, in_zone(pa.timestamp("us", "Asia/Tokyo"), 0), [None], "time_zone"),
    (Kind.INTEGER, pa.array([1, 255], pa.uint8()), [1, 255], ""),
    (Kind.INTEGER, pa.array([2**63], pa.uint64()), [None], "type"),
    (Kind.INTEGER, pa.array([3.0, float("nan"), 3.5]), [3, None, None], "type"),
    (Kind.INTEGER, pa.array([Decimal("7.00")]), [7], ""),
    (Kind.NUMBER, pa.array([Decimal("0.25")]), [0.25], ""),
    (Kind.NUMBER, pa.array([1.5, float("nan")], pa.float32()), [1.5, None], ""),
    (Kind.NUMBER, pa.array([float("inf")]), [None], "type"),
    (Kind.NUMBER, pa.array([True]), [None], "type"),
    (Kind.BOOLEAN, pa.array([True, None]), [True, None], ""),
    (Kind.BOOLEAN, pa.array([1]), [None], "type"),
    (Kind.TEXT, pa.array(["a", "", None]).dictionary_encode(), ["a", None, None], ""),
    (Kind.TEXT, pa.array(["a", "b"], pa.binary_view()), ["a", "b"], ""),
    (Kind.TEXT, pa.array([90_1234_5678]), [None], "type"),
    (Kind.TEXT, pa.array([["a"]]), [None], "type"),
    (Kind.TEXT, pa.nulls(1), [None], ""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "array", "expected", "code"), TYPED)
def test_a_typed_value_is_taken_if_nothing_is_lost(kind: Kind, array: pa.Array, expected: list[Any], code: str) -> None:
    converted = convert("t", PLAIN[kind], array)
    assert converted.array.type == kind.arrow_type
    assert converted.array.to_pylist() == expected
    assert [fault.code for fault in converted.faults] == [code] * bool(code)


def test_only_an_address_may_break_its_line() -> None:
    texts = pa.array(["1-2\n3", "1\r\n2", "1\t2", "1\u00852", "1\x0b2"])
    assert convert("t", ADDRESS, texts).array.to_pylist() == ["1-2\n3", "1\r\n2", "1\t2", None, None]
    assert convert("t", PLAIN[Kind.TEXT], texts).array.null_count == 5


def test_a_parquet_text_need_not_be_utf8_and_is_then_named() -> None:
    raw = pa.array([b"ok", b"\xe3\x81", None, b"\xed\xa0\x80"], pa.binary())
    texts = pa.Array.from_buffers(pa.string(), 4, raw.buffers(), null_count=1)
    converted = convert("t", PLAIN[Kind.TEXT], texts)
    assert converted.array.to_pylist() == ["ok", None, None, None]
    assert [(fault.row, fault.code) for fault in converted.faults] == [(2, "encoding"), (4, "encoding")]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Kind.DATE, "2009-04-01", "2009-02-30"),
        (Kind.TIMESTAMP, "2009-04-01T08:30:00Z", "2009-02-30T00:00:00Z"),
        (Kind.INTEGER, "12", "12x"),
        (Kind.TEXT, "Reyes", "Re\x00yes"),
    ],
)
def test_a_bad_value_in_many_costs_little(kind: Kind, good: str, bad: str) -> None:
    values = [good.encode()] * 300_000
    begin = time.perf_counter()
    convert("t", PLAIN[kind], pa.array(values))
    clean = time.perf_counter() - begin
    values[150_000] = bad.encode()
    array = pa.array(values)
    begin = time.perf_counter()
    converted = convert("t", PLAIN[kind], array)
    spent = time.perf_counter() - begin
    assert [fault.row for fault in converted.faults] == [150_001]
    # one value at a time took 80 microseconds each, 24 s here
    assert spent < 10 * clean + 1.0


def test_random_days_are_the_calendar_s(kind: Kind = Kind.DATE) -> None:
    rng = np.random.default_rng(1)
    texts: list[str] = []
    expected: list[dt.date | None] = []
    for year, month, day in zip(rng.integers(1, 10_000, 3000), rng.integers(0, 14, 3000), rng.integers(0, 33, 3000), strict=True):  # fmt: skip
        texts.append(f"{year:04d}-{month:02d}-{day:02d}")
        try:
            expected.append(dt.date(year, month, day))
        except ValueError:
            expected.append(None)
    assert convert("t", PLAIN[kind], pa.array(texts)).array.to_pylist() == expected


def test_every_column_reads_an_empty_text_as_nothing() -> None:
    for table in TABLES.values():
        for column in table.columns:
            converted = convert(table.name, column, pa.array(["", ""]))
            assert (converted.array.null_count, converted.faults) == (2, [])
