"""Rows of JSON as records: the rules of files, quick for a single row."""

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache

import pyarrow as pa

from features.tables.canonical_columns import EXPECTED
from features.tables.definition import Column, Kind
from features.tables.faults import Fault, kind_of
from features.tables.rules import LONGEST_TEXT, NO_PROBABILITY, PROBABILITY_EXPECTED, unknown_column
from features.tables.schema import TABLES
from features.tables.times import DATE, TIMESTAMP

_SURROGATE = re.compile("[\ud800-\udfff]")
_TIMESTAMP = re.compile(TIMESTAMP)
_DATE = re.compile(DATE)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EXACT = 2**53


class _Wrong(Exception):
    """A value breaks a rule: (what was expected, the rule's code)."""


def rows_to_table(name: str, rows: Sequence[Mapping[str, object]]) -> tuple[pa.Table, list[Fault]]:
    """Return a table of records from parsed JSON objects, with the faults of all rows.

    The table is only of use without faults.
    """
    table = TABLES[name]
    known = set(table.column_names)
    faults: list[Fault] = []
    for number, row in enumerate(rows, start=1):
        for key in row.keys() - known:
            fault = unknown_column(name, key)
            faults.append(Fault(name, number, None, fault.actual, fault.expected, fault.code))
    columns: dict[str, list[object]] = {column.name: [] for column in table.columns}
    for column in table.columns:
        for number, row in enumerate(rows, start=1):
            try:
                columns[column.name].append(_value(column, row.get(column.name)))
            except _Wrong as wrong:
                expected, code = wrong.args
                columns[column.name].append(None)
                faults.append(Fault(name, number, column.name, kind_of(row.get(column.name)), expected, code))
    arrays = [pa.array(columns[column.name], column.kind.arrow_type) for column in table.columns]
    faults += _order_and_ids(name, columns) + (_missing_probabilities(rows) if name == "outcomes" else [])
    return pa.table(arrays, schema=_schema(name)), faults


@cache
def _schema(name: str) -> pa.Schema:
    return TABLES[name].arrow_schema


def _order_and_ids(name: str, columns: Mapping[str, list[object]]) -> list[Fault]:
    table = TABLES[name]
    faults = []
    seen: set[object] = set()
    for number, record_id in enumerate(columns[table.id_column], start=1):
        if record_id is not None and record_id in seen:
            fault = Fault(
                name, number, table.id_column, "an id of an earlier row", "an id that is unique", "duplicate_id"
            )
            faults.append(fault)
        seen.add(record_id)
    if table.known_at != table.occurred_at:
        pairs = zip(columns[table.occurred_at], columns[table.known_at], strict=True)
        for number, (occurred, known) in enumerate(pairs, start=1):
            at = occurred
            if isinstance(occurred, dt.date):
                at = _microseconds(dt.datetime.combine(occurred, dt.time(), dt.UTC))
            if known is not None and at is not None and known < at:  # type: ignore[operator]
                faults.append(Fault(name, number, table.known_at, f"a time before {table.occurred_at}",
                                    f"known_at at or after {table.occurred_at}", "known_before_event"))  # fmt: skip
    return faults


def _missing_probabilities(rows: Sequence[Mapping[str, object]]) -> list[Fault]:
    return [
        Fault("outcomes", number, "inclusion_probability", NO_PROBABILITY, PROBABILITY_EXPECTED, "missing_probability")
        for number, row in enumerate(rows, start=1)
        if row.get("arm") == "random" and row.get("inclusion_probability") in (None, "")
    ]


def _value(column: Column, value: object) -> object:
    """Return a JSON value in the column's own type (times as microseconds), or raise `_Wrong`."""
    if value is None or value == "":
        if not column.nullable:
            raise _Wrong("a value in every row", "missing_value")
        return None
    if column.kind in {Kind.INTEGER, Kind.NUMBER}:
        return _number(column, value)
    if column.kind is Kind.BOOLEAN:
        if not isinstance(value, bool):
            raise _Wrong("true, false or null", "type")
        return value
    return _text(column, value)


def _text(column: Column, value: object) -> object:
    if not isinstance(value, str):
        raise _Wrong("a JSON string", "type")
    if re.search(column.control_pattern, value) or _SURROGATE.search(value):
        raise _Wrong("a text without control characters", "control_character")
    if len(value) > LONGEST_TEXT:
        raise _Wrong(f"at most {LONGEST_TEXT} characters", "too_long")
    if column.kind in {Kind.TIMESTAMP, Kind.DATE}:
        return _moment(column.kind, value)
    if column.allowed and value not in column.allowed:
        raise _Wrong("one of " + " ".join(column.allowed), "not_allowed")
    if column.pattern and not re.fullmatch(column.pattern, value):
        raise _Wrong(f"the form {column.pattern}", "pattern")
    return value


def _moment(kind: Kind, value: str) -> int | dt.date:
    try:
        if not (_DATE if kind is Kind.DATE else _TIMESTAMP).match(value):
            raise ValueError
        return dt.date.fromisoformat(value) if kind is Kind.DATE else _microseconds(dt.datetime.fromisoformat(value))
    except ValueError:
        raise _Wrong(EXPECTED[kind], "type") from None


def _microseconds(moment: dt.datetime) -> int:
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _number(column: Column, value: object) -> float | int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _EXACT:
        raise _Wrong("a number below 2**53", "type")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _Wrong("a finite JSON number or null", "type")
    if column.kind is Kind.INTEGER and (not float(value).is_integer() or abs(value) >= _EXACT):
        raise _Wrong(EXPECTED[Kind.INTEGER], "type")
    if column.minimum is not None and value < column.minimum:
        raise _Wrong(f"at least {column.minimum:g}", "range")
    if column.maximum is not None and value > column.maximum:
        raise _Wrong(f"at most {column.maximum:g}", "range")
    if column.name == "inclusion_probability" and value == 0:
        raise _Wrong("a probability above 0", "range")
    return int(value) if column.kind is Kind.INTEGER else float(value)


def row_as_json(row: Mapping[str, object]) -> dict[str, object]:
    """Return a row of a table of records (as by ``to_pylist``) as plain JSON values."""
    return {name: _plain(value) for name, value in row.items() if value is not None}


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, dt.date) else value
