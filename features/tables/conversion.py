"""How does a column of a file become a column of records? Every value converted, every fault found at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.tables.description import Column, Kind
from features.tables.faults import Fault, faults_at, kind_of
from features.tables.times import (
    UTC_NAMES,
    dates_of_texts,
    dates_of_typed,
    times_of_texts,
    times_of_typed,
)

EXPECTED = {
    Kind.TEXT: "a text",
    Kind.CATEGORY: "one of the allowed words",
    Kind.TIMESTAMP: "a time in UTC like 2009-04-01T08:30:00Z",
    Kind.DATE: "a date like 2009-04-01",
    Kind.INTEGER: "a whole number",
    Kind.NUMBER: "a finite number",
    Kind.BOOLEAN: "True or False",
}
_NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_EXACT = 2.0**53
_SLICE = 4096

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Converted:
    """One column in its canonical type.

    Attributes
    ----------
    array
        Null where there was nothing, and where a value could not be read.
    lost
        bool[n]: where a value could not be read; other rules do not speak of these rows again.
    faults
        What could not be read.
    """

    array: pa.Array
    lost: Bools
    faults: list[Fault]


def convert(table: str, column: Column, values: pa.ChunkedArray | pa.Array) -> Converted:
    """Convert a column to its canonical type.

    An empty text is null, in every format: CSV cannot tell the two apart.
    """
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_null(array.type):
        return Converted(pa.nulls(len(array), column.kind.arrow_type), np.zeros(len(array), dtype=bool), [])
    if _is_text(array.type):
        return _from_text(table, column, array)
    if pa.types.is_timestamp(array.type) and column.kind in {Kind.TIMESTAMP, Kind.DATE}:
        return _from_time(table, column, array)
    converted = _FROM_TYPED[column.kind](array)
    return _with_lost(table, column, array, converted, _there(array))


def no_column(column: Column, rows: int) -> Converted:
    """Return a column of which nothing can be said, because the file does not have it."""
    return Converted(pa.nulls(rows, column.kind.arrow_type), np.ones(rows, dtype=bool), [])


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    return any(
        ask(kind)
        for ask in (types.is_string, types.is_large_string, types.is_string_view, types.is_binary,
                    types.is_large_binary, types.is_binary_view, types.is_fixed_size_binary)
    )  # fmt: skip


def _from_text(table: str, column: Column, array: pa.Array) -> Converted:
    """Read a column of texts or of their bytes: valid UTF-8, then without control characters, then of its kind."""
    texts, broken = _decoded(array)
    faults = faults_at(
        table, column.name, broken, found="bytes that are not UTF-8", expected="a text in UTF-8", code="encoding"
    )
    texts = pc.if_else(pc.equal(pc.binary_length(texts), 0), pa.scalar(None, pa.string()), texts)
    if column.kind not in {Kind.TEXT, Kind.CATEGORY}:
        found = _with_lost(table, column, texts, _FROM_TEXTS[column.kind](texts), _there(texts))
        return Converted(found.array, found.lost | broken, faults + found.faults)
    controls = _with_control(texts, column.control_pattern)
    if controls.any():
        texts = pc.if_else(pa.array(controls), pa.scalar(None, pa.string()), texts)
    faults += faults_at(table, column.name, controls, found="a text with a control character",
                        expected="a text without control characters", code="control_character")  # fmt: skip
    return Converted(texts, broken | controls, faults)


def _decoded(array: pa.Array) -> tuple[pa.Array, Bools]:
    """Return the texts, and where bytes are not UTF-8 (a Parquet file's texts need not be)."""
    raw = array.cast(pa.binary())
    broken = np.zeros(len(raw), dtype=bool)
    try:
        return raw.cast(pa.string()), broken
    except pa.ArrowInvalid:
        parts = []
        for start in range(0, len(raw), _SLICE):
            part = raw.slice(start, _SLICE)
            try:
                parts.append(part.cast(pa.string()))
            except pa.ArrowInvalid:
                texts = [_utf8(value) for value in part.to_pylist()]
                parts.append(pa.array(texts, pa.string()))
                broken[start : start + len(part)] = _there(part) & ~_there(parts[-1])
        return pa.concat_arrays(parts), broken


def _utf8(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None


def _with_control(texts: pa.Array, pattern: str) -> Bools:
    """Say which texts hold a control character; only bytes that could be part of one are worth a second look."""
    _, _, data = texts.buffers()
    signs = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, np.uint8)
    # U+0080 to U+009F begin with C2, U+2028 and U+2029 with E2 80
    at = np.flatnonzero(signs[:-1] == 0xC2)
    after = np.flatnonzero((signs[:-1] == 0xE2) & (signs[1:] == 0x80))
    if not ((signs < 0x20) | (signs == 0x7F)).any() and not (signs[at + 1] < 0xA0).any() and not len(after):
        return np.zeros(len(texts), dtype=bool)
    found = pc.fill_null(pc.match_substring_regex(texts, pattern), fill_value=False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def _from_time(table: str, column: Column, array: pa.Array) -> Converted:
    """Read typed times: with zone UTC, or for a date without a zone, and exact to the microsecond."""
    zone = array.type.tz
    zone_is_good = zone in UTC_NAMES if zone or column.kind is Kind.TIMESTAMP else True
    if not zone_is_good:
        found = f"times with zone {zone}" if zone else "times without a zone"
        fault = Fault(table, None, column.name, found, "times with zone UTC", "time_zone")
        unread = no_column(column, len(array))
        return Converted(unread.array, unread.lost, [fault])
    if column.kind is Kind.DATE:
        return _with_lost(table, column, array, dates_of_typed(array), _there(array))
    times, too_fine, out = times_of_typed(array)
    faults = faults_at(table, column.name, too_fine, found="a time with parts below a microsecond",
                       expected="a time in whole microseconds", code="precision")  # fmt: skip
    faults += faults_at(table, column.name, out, found="a time outside the years 1 to 9999",
                        expected=EXPECTED[Kind.TIMESTAMP], code="type")  # fmt: skip
    return Converted(times, too_fine | out, faults)


def _with_lost(table: str, column: Column, before: pa.Array, after: pa.Array, there: Bools) -> Converted:
    """Name the values that were there and could not be read."""
    lost = there & ~np.asarray(after.is_valid().to_numpy(zero_copy_only=False), dtype=bool)
    faults = faults_at(table, column.name, lost, found=lambda row: _described(before, row),
                       expected=EXPECTED[column.kind], code="type")  # fmt: skip
    return Converted(after, lost, faults)


def _described(array: pa.Array, row: int) -> str:
    kind = array.type
    plain = any(ask(kind) for ask in (pa.types.is_string, pa.types.is_boolean, pa.types.is_integer))
    if plain or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        value = array[row].as_py()
        return "a number" if pa.types.is_decimal(kind) else kind_of(value)
    return "a date or time" if pa.types.is_temporal(kind) else "a value of another type"


def _there(array: pa.Array) -> Bools:
    """Say where there is a value; pandas writes a missing number as NaN."""
    there = array.is_valid()
    if pa.types.is_floating(array.type):
        there = pc.and_(there, pc.invert(pc.fill_null(pc.is_nan(array), fill_value=True)))
    return np.asarray(there.to_numpy(zero_copy_only=False), dtype=bool)


def _unread(kind: Kind) -> Callable[[pa.Array], pa.Array]:
    return lambda array: pa.nulls(len(array), kind.arrow_type)


def _dates(array: pa.Array) -> pa.Array:
    return dates_of_typed(array) if pa.types.is_date(array.type) else pa.nulls(len(array), pa.date32())


def _numbers(array: pa.Array) -> pa.Array:
    kind = array.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        return pa.nulls(len(array), pa.float64())
    numbers = array.cast(pa.float64(), safe=False)
    return pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64()))


def _whole(numbers: pa.Array) -> pa.Array:
    exact = pc.and_(pc.equal(pc.floor(numbers), numbers), pc.less(pc.abs(numbers), _EXACT))
    return pc.if_else(exact, numbers, pa.scalar(None, pa.float64())).cast(pa.int64())


def _numbers_of_texts(texts: pa.Array) -> pa.Array:
    good = pc.fill_null(pc.match_substring_regex(texts, _NUMBER), fill_value=False)
    plain = pc.utf8_ltrim(pc.if_else(good, texts, pa.scalar(None, pa.string())), characters="+")
    return _numbers(plain.cast(pa.float64()))


def _booleans_of_texts(texts: pa.Array) -> pa.Array:
    return pc.index_in(texts, value_set=pa.array(["False", "True"])).cast(pa.bool_())


_FROM_TEXTS: dict[Kind, Callable[[pa.Array], pa.Array]] = {
    Kind.TIMESTAMP: times_of_texts,
    Kind.DATE: dates_of_texts,
    Kind.INTEGER: lambda texts: _whole(_numbers_of_texts(texts)),
    Kind.NUMBER: _numbers_of_texts,
    Kind.BOOLEAN: _booleans_of_texts,
}
_FROM_TYPED: dict[Kind, Callable[[pa.Array], pa.Array]] = {
    Kind.TEXT: _unread(Kind.TEXT),
    Kind.CATEGORY: _unread(Kind.CATEGORY),
    Kind.TIMESTAMP: _unread(Kind.TIMESTAMP),
    Kind.DATE: _dates,
    Kind.INTEGER: lambda array: _whole(_numbers(array)),
    Kind.NUMBER: _numbers,
    Kind.BOOLEAN: lambda array: array if pa.types.is_boolean(array.type) else pa.nulls(len(array), pa.bool_()),
}
