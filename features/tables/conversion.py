"""How does a column of a file become a column of records? Every value converted, every fault found at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.tables.description import Column, Kind
from features.tables.faults import Fault, kind_of

FAULTS_PER_COLUMN = 1000
TIMESTAMP = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$"
_DATE = r"^\d{4}-\d{2}-\d{2}$"
EXPECTED = {
    Kind.TEXT: "a text",
    Kind.CATEGORY: "one of the allowed words",
    Kind.TIMESTAMP: "a time in UTC like 2009-04-01T08:30:00Z",
    Kind.DATE: "a date like 2009-04-01",
    Kind.INTEGER: "a whole number",
    Kind.NUMBER: "a finite number",
    Kind.BOOLEAN: "True or False",
}


def convert(table: str, column: Column, values: pa.ChunkedArray) -> tuple[pa.Array, list[Fault]]:
    """Convert a column to its canonical type.

    Returns
    -------
    array, faults
        Values that cannot be read are null in the array and a fault in the list.
    """
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    wanted = column.kind.arrow_type
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), wanted), []
    if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        array, faults = _decoded(table, column, array)
        if faults:
            return array.cast(wanted) if wanted == pa.string() else pa.nulls(len(array), wanted), faults
    if pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type):
        array = array.cast(pa.string())
    if column.kind in {Kind.TIMESTAMP, Kind.DATE} and pa.types.is_timestamp(array.type):
        return _typed_time(table, column, array)
    try:
        converted = _CONVERTERS[column.kind](array)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
        converted = _one_by_one(column, array)
    return converted, _lost(table, column, array, converted)


def _decoded(table: str, column: Column, array: pa.Array) -> tuple[pa.Array, list[Fault]]:
    """Decode the bytes of a CSV column; an empty value is null."""
    array = pc.if_else(pc.equal(pc.binary_length(array), 0), pa.scalar(None, array.type), array)
    try:
        return array.cast(pa.string()), []
    except pa.ArrowInvalid:
        faults, texts = [], []
        for row, value in enumerate(array.to_pylist(), start=1):
            try:
                texts.append(None if value is None else value.decode())
            except UnicodeDecodeError:
                texts.append(None)
                faults.append(Fault(table, row, column.name, kind_of(value), "a text in UTF-8", "encoding"))
        return pa.array(texts, pa.string()), faults[:FAULTS_PER_COLUMN]


def _typed_time(table: str, column: Column, array: pa.Array) -> tuple[pa.Array, list[Fault]]:
    wanted = column.kind.arrow_type
    if column.kind is Kind.TIMESTAMP:
        if array.type.tz not in {"UTC", "Etc/UTC", "+00:00", "Z"}:
            found = f"times with zone {array.type.tz}" if array.type.tz else "times without a zone"
            fault = Fault(table, None, column.name, found, "times with zone UTC", "time_zone")
            return pa.nulls(len(array), wanted), [fault]
        return array.cast(wanted, safe=False), []
    dates = array.cast(pa.date32(), safe=False)
    midnight = pc.equal(
        dates.cast(pa.timestamp(array.type.unit)), array.cast(pa.timestamp(array.type.unit), safe=False)
    )
    dates = pc.if_else(midnight, dates, pa.scalar(None, pa.date32()))
    return dates, _lost(table, column, array, dates)


def _text(array: pa.Array) -> pa.Array:
    if not pa.types.is_string(array.type):
        raise pa.ArrowTypeError("not text")
    controls = pc.match_substring_regex(array, r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]")
    return pc.if_else(pc.fill_null(controls, fill_value=False), pa.scalar(None, pa.string()), array)


def _timestamp(array: pa.Array) -> pa.Array:
    good = pc.fill_null(pc.match_substring_regex(array, TIMESTAMP), fill_value=False)
    plain = pc.utf8_rtrim(pc.if_else(good, array, pa.scalar(None, pa.string())), characters="Z")
    return plain.cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"), safe=False)


def _date(array: pa.Array) -> pa.Array:
    if pa.types.is_date(array.type):
        return array.cast(pa.date32())
    good = pc.fill_null(pc.match_substring_regex(array, _DATE), fill_value=False)
    return pc.if_else(good, array, pa.scalar(None, pa.string())).cast(pa.date32())


def _number(array: pa.Array) -> pa.Array:
    if pa.types.is_boolean(array.type):
        raise pa.ArrowTypeError("not a number")
    numbers = array.cast(pa.float64())
    if pa.types.is_floating(array.type):
        # pandas writes a missing number as NaN
        numbers = pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)
    return pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64()))


def _integer(array: pa.Array) -> pa.Array:
    if pa.types.is_integer(array.type):
        return array.cast(pa.int64())
    numbers = _number(array)
    whole = pc.and_(pc.equal(pc.floor(numbers), numbers), pc.less(pc.abs(numbers), 2.0**53))
    return pc.if_else(whole, numbers, pa.scalar(None, pa.float64())).cast(pa.int64())


def _boolean(array: pa.Array) -> pa.Array:
    if pa.types.is_boolean(array.type):
        return array
    at = pc.index_in(array, value_set=pa.array(["False", "True"]))
    return at.cast(pa.bool_())


_CONVERTERS: dict[Kind, Callable[[pa.Array], pa.Array]] = {
    Kind.TEXT: _text,
    Kind.CATEGORY: _text,
    Kind.TIMESTAMP: _timestamp,
    Kind.DATE: _date,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
}


def _one_by_one(column: Column, array: pa.Array) -> pa.Array:
    """Convert the values that can be: slow, and only reached when some value cannot."""
    parts = []
    for start in range(len(array)):
        try:
            parts.append(_CONVERTERS[column.kind](array.slice(start, 1)))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
            parts.append(pa.nulls(1, column.kind.arrow_type))
    return pa.concat_arrays(parts) if parts else pa.nulls(0, column.kind.arrow_type)


def _lost(table: str, column: Column, before: pa.Array, after: pa.Array) -> list[Fault]:
    """Name the values that were there and could not be converted."""
    there = before.is_valid()
    if pa.types.is_floating(before.type):
        there = pc.and_(there, pc.invert(pc.fill_null(pc.is_nan(before), fill_value=True)))
    lost = pc.and_(there, after.is_null())
    rows = np.flatnonzero(np.asarray(lost.to_numpy(zero_copy_only=False)))
    code = "control_character" if column.kind is Kind.TEXT and pa.types.is_string(before.type) else "type"
    expected = "a text without control characters" if code == "control_character" else EXPECTED[column.kind]
    return [
        Fault(table, int(row) + 1, column.name, kind_of(before[int(row)].as_py()), expected, code)
        for row in rows[:FAULTS_PER_COLUMN]
    ]
