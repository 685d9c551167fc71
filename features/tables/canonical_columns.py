"""Columns in their canonical type: every value of a file converted, every fault reported at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Bools
from features.tables.definition import Column, Kind
from features.tables.faults import Fault, faults_at, kind_of
from features.tables.times import UTC_NAMES, dates_of_texts, dates_of_typed, times_of_texts, times_of_typed

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


@dataclass(frozen=True, slots=True)
class Converted:
    """Column in its canonical type.

    Attributes
    ----------
    array
        Null for nothing, and for a value that could not be read.
    lost
        bool[n]: where a value could not be read; other rules skip these rows.
    faults
        What could not be read.
    """

    array: pa.Array
    lost: Bools
    faults: list[Fault]


def convert(table: str, column: Column, values: pa.ChunkedArray | pa.Array) -> Converted:
    """Convert a column. An empty text is null in every format, because CSV cannot tell the two apart."""
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_null(array.type):
        return Converted(pa.nulls(len(array), column.kind.arrow_type), np.zeros(len(array), dtype=bool), [])
    if _is_any(array.type, "string", "large_string", "string_view", "binary", "large_binary", "binary_view",
               "fixed_size_binary"):  # fmt: skip
        return _from_text(table, column, array)
    if pa.types.is_timestamp(array.type) and column.kind in {Kind.TIMESTAMP, Kind.DATE}:
        return _from_time(table, column, array)
    return _with_lost(table, column, array, _FROM_TYPED[column.kind](array))


def absent_column(column: Column, rows: int) -> Converted:
    """Return the column that a file lacks: all values lost."""
    return Converted(pa.nulls(rows, column.kind.arrow_type), np.ones(rows, dtype=bool), [])


def _is_any(kind: pa.DataType, *names: str) -> bool:
    return any(getattr(pa.types, f"is_{name}")(kind) for name in names)


def _from_text(table: str, column: Column, array: pa.Array) -> Converted:
    """Read texts or their bytes: valid UTF-8, then without control characters, then of the column's kind."""
    texts, broken = _decoded(array)
    faults = faults_at(table, column.name, broken, actual="bytes that are not UTF-8", expected="a text in UTF-8",
                       code="encoding")  # fmt: skip
    texts = pc.if_else(pc.equal(pc.binary_length(texts), 0), pa.scalar(None, pa.string()), texts)
    if column.kind not in {Kind.TEXT, Kind.CATEGORY}:
        read = _with_lost(table, column, texts, _FROM_TEXTS[column.kind](texts))
        return Converted(read.array, read.lost | broken, faults + read.faults)
    controls = _with_control(texts, column.control_pattern)
    if controls.any():
        texts = pc.if_else(pa.array(controls), pa.scalar(None, pa.string()), texts)
    faults += faults_at(table, column.name, controls, actual="a text with a control character",
                        expected="a text without control characters", code="control_character")  # fmt: skip
    return Converted(texts, broken | controls, faults)


def _decoded(array: pa.Array) -> tuple[pa.Array, Bools]:
    """Return the texts, and where bytes are not UTF-8 (texts in a Parquet file need not be)."""
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
                parts.append(pa.array([_utf8(value) for value in part.to_pylist()], pa.string()))
                broken[start : start + len(part)] = _present(part) & ~_present(parts[-1])
        return pa.concat_arrays(parts), broken


def _utf8(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None


def _with_control(texts: pa.Array, pattern: str) -> Bools:
    """Return bool[n]: which texts hold a control character; most columns are cleared by a look at their bytes."""
    _, _, data = texts.buffers()
    signs = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, np.uint8)
    # U+0080 to U+009F begin with C2, U+2028 and U+2029 with E2 80
    at = np.flatnonzero(signs[:-1] == 0xC2)
    after = np.flatnonzero((signs[:-1] == 0xE2) & (signs[1:] == 0x80))
    if not ((signs < 0x20) | (signs == 0x7F)).any() and not (signs[at + 1] < 0xA0).any() and not len(after):
        return np.zeros(len(texts), dtype=bool)
    matches = pc.fill_null(pc.match_substring_regex(texts, pattern), fill_value=False)
    return np.asarray(matches.to_numpy(zero_copy_only=False), dtype=bool)


def _from_time(table: str, column: Column, array: pa.Array) -> Converted:
    """Read typed times: with zone UTC (a date may have none), and exact to the microsecond."""
    zone = array.type.tz
    if zone not in UTC_NAMES and (zone or column.kind is Kind.TIMESTAMP):
        actual = f"times with zone {zone}" if zone else "times without a zone"
        fault = Fault(table, None, column.name, actual, "times with zone UTC", "time_zone")
        absent = absent_column(column, len(array))
        return Converted(absent.array, absent.lost, [fault])
    if column.kind is Kind.DATE:
        return _with_lost(table, column, array, dates_of_typed(array))
    times, too_fine, out = times_of_typed(array)
    faults = faults_at(table, column.name, too_fine, actual="a time with parts below a microsecond",
                       expected="a time in whole microseconds", code="precision")  # fmt: skip
    faults += faults_at(table, column.name, out, actual="a time outside the years 1 to 9999",
                        expected=EXPECTED[Kind.TIMESTAMP], code="type")  # fmt: skip
    return Converted(times, too_fine | out, faults)


def _with_lost(table: str, column: Column, before: pa.Array, after: pa.Array) -> Converted:
    """Report the values that were present and could not be read."""
    lost = _present(before) & ~np.asarray(after.is_valid().to_numpy(zero_copy_only=False), dtype=bool)
    faults = faults_at(table, column.name, lost, actual=lambda row: _kind_at(before, row),
                       expected=EXPECTED[column.kind], code="type")  # fmt: skip
    return Converted(after, lost, faults)


def _kind_at(array: pa.Array, row: int) -> str:
    if pa.types.is_decimal(array.type):
        return "a number"
    if _is_any(array.type, "string", "boolean", "integer", "floating"):
        return kind_of(array[row].as_py())
    return "a date or time" if pa.types.is_temporal(array.type) else "a value of another type"


def _present(array: pa.Array) -> Bools:
    """Return bool[n]: where there is a value; pandas writes a missing number as NaN."""
    present = array.is_valid()
    if pa.types.is_floating(array.type):
        present = pc.and_(present, pc.invert(pc.fill_null(pc.is_nan(array), fill_value=True)))
    return np.asarray(present.to_numpy(zero_copy_only=False), dtype=bool)


def _unread(array: pa.Array, kind: Kind) -> pa.Array:
    return pa.nulls(len(array), kind.arrow_type)


def _numbers(array: pa.Array) -> pa.Array:
    if not _is_any(array.type, "integer", "floating", "decimal"):
        return _unread(array, Kind.NUMBER)
    numbers = array.cast(pa.float64(), safe=False)
    return pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64()))


def _whole(numbers: pa.Array) -> pa.Array:
    exact = pc.and_(pc.equal(pc.floor(numbers), numbers), pc.less(pc.abs(numbers), _EXACT))
    return pc.if_else(exact, numbers, pa.scalar(None, pa.float64())).cast(pa.int64())


def _numbers_of_texts(texts: pa.Array) -> pa.Array:
    good = pc.fill_null(pc.match_substring_regex(texts, _NUMBER), fill_value=False)
    plain = pc.utf8_ltrim(pc.if_else(good, texts, pa.scalar(None, pa.string())), characters="+")
    return _numbers(plain.cast(pa.float64()))


_FROM_TEXTS: dict[Kind, Callable[[pa.Array], pa.Array]] = {
    Kind.TIMESTAMP: times_of_texts,
    Kind.DATE: dates_of_texts,
    Kind.INTEGER: lambda texts: _whole(_numbers_of_texts(texts)),
    Kind.NUMBER: _numbers_of_texts,
    Kind.BOOLEAN: lambda texts: pc.index_in(texts, value_set=pa.array(["False", "True"])).cast(pa.bool_()),
}
_FROM_TYPED: dict[Kind, Callable[[pa.Array], pa.Array]] = {
    Kind.TEXT: lambda array: _unread(array, Kind.TEXT),
    Kind.CATEGORY: lambda array: _unread(array, Kind.CATEGORY),
    Kind.TIMESTAMP: lambda array: _unread(array, Kind.TIMESTAMP),
    Kind.DATE: lambda array: dates_of_typed(array) if pa.types.is_date(array.type) else _unread(array, Kind.DATE),
    Kind.INTEGER: lambda array: _whole(_numbers(array)),
    Kind.NUMBER: _numbers,
    Kind.BOOLEAN: lambda array: array if pa.types.is_boolean(array.type) else _unread(array, Kind.BOOLEAN),
}
