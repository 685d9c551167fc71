"""What cannot be true in a record, and what is unlikely, by the rules of ``plausibility.toml``."""

import datetime as dt
import math
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Bools, Floats
from features.tables.definition import Kind
from features.tables.faults import IMPOSSIBLE, Fault, faults_at
from features.tables.plausibility_rules import EPOCH, Rule, orders, rules_of
from features.tables.schema import TABLES
from features.tables.times import DAY_US

_EPOCH_UTC = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
TOLERANCE = dt.timedelta(minutes=5)
"""Clocks of posts differ by so much."""
_AMOUNTS_OF_TIME = {"child_birth_date"}
"""Birth dates that link nobody: features count days from them."""


def implausible(name: str, rows: pa.Table) -> list[tuple[Rule, Bools]]:
    """Return each rule that is broken in a table of records, with bool[n]: where; faults first.

    A value with a fault breaks no further rule.
    """
    if rows.num_rows == 1:
        return [(rule, np.ones(1, dtype=bool)) for rule in _broken_by_record(name, rows)]
    values = _Values(name, rows)
    broken = []
    for rule in rules_of(name):
        column = values.of(rule.column.name)
        if column is None or ((since := values.of(rule.since) if rule.since else None) is None and rule.since):
            continue
        bad = rule.broken(column, since)
        if bad.any():
            broken.append((rule, bad))
            if rule.cannot_be_true:
                values.forget(rule.column.name, bad)
    return broken


def _broken_by_record(name: str, row: pa.Table) -> list[Rule]:
    """Return the rules that a single record breaks; a hundred times as fast as by columns."""
    values: dict[str, float | None] = {}
    there = set(row.column_names)
    broken = []
    for rule in rules_of(name):
        for column in (rule.column.name, rule.since):
            if column and column not in values:
                values[column] = _number(row.column(column)[0].as_py()) if column in there else None
        value, since = values[rule.column.name], values[rule.since] if rule.since else 0.0
        if value is None or since is None:
            continue
        if rule.since:
            value -= math.floor(since) if rule.column.kind is Kind.DATE else since
        if value < rule.least or value > rule.most:
            broken.append(rule)
            if rule.cannot_be_true:
                values[rule.column.name] = None
    return broken


def _number(value: object) -> float | None:
    """Return a number as it is, a date or time as days since 1970."""
    if isinstance(value, dt.datetime):
        since = value - _EPOCH_UTC
        return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) / DAY_US
    if isinstance(value, dt.date):
        return float((value - EPOCH).days)
    return float(value) if isinstance(value, int | float) else None


def without_faults(name: str, rows: pa.Table) -> pa.Table:
    """Return records without the values that cannot be true by themselves or at the time of the record.

    The two times of a record stay as they are. So do birth dates, which link records whether or not they are true, and a
    value that does not fit another field, which may be the wrong one.
    """
    table = TABLES[name]
    kept = {table.occurred_at, table.known_at}
    kept |= {column.name for column in table.columns if column.link is not None} - _AMOUNTS_OF_TIME
    for rule, bad in implausible(name, rows):
        if rule.cannot_be_true and rule.since in {None, table.occurred_at} and rule.column.name not in kept:
            rows = _emptied(rows, rule.column.name, bad)
    return rows


def plausibility_faults(name: str, rows: pa.Table) -> list[Fault]:
    """Return what cannot be true and what is unlikely, row by row."""
    return [fault for rule, bad in implausible(name, rows) for fault in _faults(name, rule, bad)]


def future_faults(name: str, rows: pa.Table, now: dt.datetime) -> list[Fault]:
    """Return the records that became known later than a clock plus `TOLERANCE`."""
    column = TABLES[name].known_at
    latest = pa.scalar(now + TOLERANCE, rows.schema.field(column).type)
    late = np.asarray(pc.fill_null(pc.greater(rows.column(column), latest), fill_value=False).to_numpy(), dtype=bool)
    return faults_at(
        name, column, late, actual="a time beyond the clock", expected="a time up to five minutes from now, in UTC",
        code="beyond_clock", blocking=False, level=IMPOSSIBLE,
    )  # fmt: skip


def order_faults(tables: Mapping[str, pa.Table]) -> list[Fault]:
    """Return records whose time does not fit that of the record they name, where both are among the tables."""
    faults: list[Fault] = []
    for name, rules in orders().items():
        for rule in rules:
            if name in tables and rule.table in tables and tables[name].num_rows:
                faults += _faults(name, rule, _out_of_order(rule, name, tables[name], tables[rule.table]))
    return faults


def _out_of_order(rule: Rule, name: str, rows: pa.Table, others: pa.Table) -> Bools:
    times, then = _Values(name, rows).without_faults(rule.column.name), _Values(rule.table, others)
    at = pc.index_in(rows.column(rule.by), value_set=others.column(TABLES[rule.table].id_column).combine_chunks())
    there = np.asarray(at.is_valid().to_numpy(), dtype=bool)
    if rule.when is not None:
        there &= np.asarray(
            pc.fill_null(pc.equal(rows.column(rule.when[0]), rule.when[1]), fill_value=False).to_numpy()
        )
    since = np.full(rows.num_rows, np.nan)
    since[there] = then.without_faults(str(rule.since))[at.filter(pa.array(there)).to_numpy()]
    return rule.broken(times, since)


def _faults(name: str, rule: Rule, bad: Bools) -> list[Fault]:
    kind = (
        "a number"
        if rule.column.kind in {Kind.INTEGER, Kind.NUMBER}
        else "a date"
        if rule.column.kind is Kind.DATE
        else "a time"
    )
    state = "that cannot be true" if rule.cannot_be_true else "that is unlikely"
    return faults_at(
        name, rule.column.name, bad, actual=f"{kind} {state}", expected=f"{rule.expected} ({rule.why})",
        code=rule.code, blocking=False, level=rule.level,
    )  # fmt: skip


class _Values:
    """Columns of a table as float64[n]: numbers, or days since 1970; NaN for null."""

    def __init__(self, name: str, rows: pa.Table) -> None:
        self._name, self._rows = name, rows
        self._read: dict[str, Floats | None] = {}

    def of(self, column: str) -> Floats | None:
        """Return a column; None if it has no value at all."""
        if column not in self._read:
            self._read[column] = self._values(column)
        return self._read[column]

    def forget(self, column: str, bad: Bools) -> None:
        """Let no later rule see these values."""
        values = self._read[column]
        self._read[column] = None if values is None else np.where(bad, np.nan, values)

    def without_faults(self, column: str) -> Floats:
        """Return a column without the values that cannot be true by themselves."""
        values = self.of(column)
        if values is None:
            return np.full(self._rows.num_rows, np.nan)
        for rule in rules_of(self._name):
            if rule.column.name == column and rule.cannot_be_true and not rule.since:
                values = np.where(rule.broken(values, None), np.nan, values)
        return values

    def _values(self, column: str) -> Floats | None:
        if column not in self._rows.column_names:
            return None
        array = self._rows.column(column)
        if array.null_count == len(array):
            return None
        days = 1.0
        if pa.types.is_timestamp(array.type):
            array, days = array.cast(pa.int64()), float(DAY_US)
        elif pa.types.is_date(array.type):
            array = array.cast(pa.int32())
        numbers = array.cast(pa.float64(), safe=False).to_numpy()
        return np.asarray(numbers, dtype=np.float64) / days


def _emptied(rows: pa.Table, column: str, bad: Bools) -> pa.Table:
    at = rows.schema.get_field_index(column)
    field = rows.schema.field(at)
    values = pc.if_else(pa.array(bad), pa.scalar(None, field.type), rows.column(column))
    return rows.set_column(at, field, values)
