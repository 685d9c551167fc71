"""Signs in records: values that several people share, and events."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pandas as pd

Frame = Any
Tables = Mapping[str, Frame]


class Trace(NamedTuple):
    """One field of one record, with what stands in it."""

    table: str
    record: str
    column: str
    value: str


Sign = Callable[[Tables], list[Trace]]


def read(column: str, value: object) -> object:
    """Return a value as a reader compares it: a phone's digits, an address's numbers, however they are written."""
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFKC", value)
    if column.endswith("phone"):
        return re.sub(r"^81", "0", re.sub(r"\D", "", text))
    if column.endswith("address"):
        return tuple(re.findall(r"\d+", text))
    return text


def shared(table: str, column: str, apart: str | None = None, only: Callable[[Frame], Any] | None = None) -> Sign:
    """Find records of several people that hold the same value.

    Parameters
    ----------
    apart
        A column that must differ between two of them: different guarantors behind one phone.
    only
        Which records count, as a mask.
    """

    def sign(tables: Tables) -> list[Trace]:
        rows = tables[table]
        rows = rows[rows[column].notna()]
        if only is not None:
            rows = rows[only(rows)]
        if not len(rows):
            return []
        value = rows[column].map(lambda entry: read(column, entry))
        other = _person(table, rows) if apart is None else rows[apart]
        return traces(table, rows[other.groupby(value).transform("nunique") > 1], column)

    return sign


def happened(table: str, column: str, *values: object) -> Sign:
    """Find records in which a column has one of these values."""
    return lambda tables: traces(table, tables[table][tables[table][column].isin(values)], column)


def two_bodies(tables: Tables) -> list[Trace]:
    """Find landings under one name and birth date whose biometrics are of different people."""
    rows = tables["landings"]
    rows = rows[rows["biometric_id"].notna()]
    if not len(rows):
        return []
    name = rows["family_name"].str.lower() + rows["birth_date"].astype(str)
    return traces("landings", rows[rows["biometric_id"].groupby(name).transform("nunique") > 1], "biometric_id")


def fresh_passport(tables: Tables) -> list[Trace]:
    """Find applications on a passport issued in the last four months."""
    rows = tables["visa_applications"]
    age = rows["submitted_at"].dt.tz_localize(None) - pd.to_datetime(rows["passport_issued_on"])
    return traces("visa_applications", rows[age.dt.days < 120], "passport_issued_on")


def traces(table: str, rows: Frame, column: str) -> list[Trace]:
    """Return one trace for each row."""
    key = rows.columns[0]
    return [Trace(table, str(row[key]), column, str(row[column])) for _, row in rows.iterrows()]


def _person(table: str, rows: Frame) -> Frame:
    known = {"visa_applications": "birth_date", "landings": "birth_date", "employment_reports": "birth_date"}
    return rows[known.get(table, "landing_id")].astype(str)
