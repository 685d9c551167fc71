"""Times and dates of texts and typed columns; null for values that are none."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Bools, Ints

TIMESTAMP = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
UTC_NAMES = frozenset({"UTC", "Etc/UTC", "+00:00", "Z"})

FIRST_DAY = int(np.datetime64("0001-01-01", "D").astype(np.int64))
LAST_DAY = int(np.datetime64("9999-12-31", "D").astype(np.int64))
DAY_US = 86_400_000_000
"""Microseconds of a day."""
NULL_TIME: int = int(np.iinfo(np.int64).min)
"""Time that is not recorded."""
_FIRST_US, _LAST_US = FIRST_DAY * DAY_US, (LAST_DAY + 1) * DAY_US - 1
_US = {"s": 1_000_000, "ms": 1_000, "us": 1}


def moment_of(microseconds: int) -> dt.datetime:
    """Return the moment in UTC, microseconds since 1970; exact to the year 9999, where floats would round up."""
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=microseconds)


def dates_of_texts(texts: pa.Array) -> pa.Array:
    """Return date32[n] of texts like 2009-04-01; null for other texts, and for days outside the calendar."""
    days, good = _days(texts, _matching(texts, DATE))
    return pa.array(days.astype(np.int32), pa.date32(), mask=~good)


def times_of_texts(texts: pa.Array) -> pa.Array:
    """Return timestamp[us, UTC][n] of texts like 2009-04-01T08:30:00Z, with up to six decimals of a second."""
    good = _matching(texts, TIMESTAMP)
    days, good = _days(texts, good)
    clock = _digits(texts, good, "1970-01-01T00:00:00", 19)[:, [11, 12, 14, 15, 17, 18]]
    seconds = clock @ np.array([36_000, 3_600, 600, 60, 10, 1])
    decimals = pc.utf8_rpad(pc.utf8_slice_codeunits(_only(texts, good, ""), 20, 26), 6, padding="0")
    decimals = pc.replace_substring(decimals, "Z", "0")
    micro = np.asarray(decimals.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)
    return pa.array((days * 86_400 + seconds) * 1_000_000 + micro, pa.timestamp("us", tz="UTC"), mask=~good)


def times_of_typed(array: pa.Array) -> tuple[pa.Array, Bools, Bools]:
    """Return typed times as timestamp[us, UTC][n].

    Returns
    -------
    times, too_fine, out_of_range
        Null where a time has parts below a microsecond, or lies outside the years 1 to 9999.
    """
    numbers = _numbers(array)
    too_fine = np.zeros(len(array), dtype=bool)
    if array.type.unit == "ns":
        too_fine = numbers % 1000 != 0
        numbers = numbers // 1000
    factor = _US.get(array.type.unit, 1)
    out = (numbers < _FIRST_US // factor) | (numbers > _LAST_US // factor)
    micro = np.where(out, 0, numbers) * factor
    valid = _valid(array)
    times = pa.array(micro, pa.timestamp("us", tz="UTC"), mask=~valid | too_fine | out)
    return times, too_fine & valid, out & valid


def dates_of_typed(array: pa.Array) -> pa.Array:
    """Return date32[n] of dates or of midnights in UTC or without a zone; null for any other hour."""
    if pa.types.is_date(array.type):
        dates = array.cast(pa.date32(), safe=False)
        days, exact = _numbers(dates.cast(pa.int32())), np.ones(len(array), dtype=bool)
    else:
        per_day = {"s": 86_400, "ms": 86_400_000, "us": DAY_US, "ns": DAY_US * 1000}[array.type.unit]
        numbers = _numbers(array)
        days, exact = numbers // per_day, numbers % per_day == 0
    exact &= (days >= FIRST_DAY) & (days <= LAST_DAY) & _valid(array)
    return pa.array(np.where(exact, days, 0).astype(np.int32), pa.date32(), mask=~exact)


def _valid(array: pa.Array) -> Bools:
    return np.asarray(array.is_valid().to_numpy(zero_copy_only=False), dtype=bool)


def _numbers(array: pa.Array) -> Ints:
    whole = array.cast(pa.int64()) if not pa.types.is_integer(array.type) else array
    return np.asarray(whole.fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64)


def _matching(texts: pa.Array, pattern: str) -> Bools:
    matches = pc.fill_null(pc.match_substring_regex(texts, pattern), fill_value=False)
    return np.asarray(matches.to_numpy(zero_copy_only=False), dtype=bool)


def _only(texts: pa.Array, good: Bools, otherwise: str) -> pa.Array:
    return pc.if_else(pa.array(good), texts, otherwise)


def _digits(texts: pa.Array, good: Bools, otherwise: str, width: int) -> Ints:
    """Return int64[n, width]: digits of ASCII texts by position; other signs give other numbers."""
    plain = pc.utf8_slice_codeunits(_only(texts, good, otherwise), 0, width)
    _, offsets, data = plain.buffers()
    start = np.frombuffer(offsets, dtype=np.int32)[plain.offset]
    signs = np.frombuffer(data, dtype=np.uint8)[start : start + width * len(plain)] if len(plain) else np.zeros(0)
    return signs.reshape(len(plain), width).astype(np.int64) - ord("0")


def _days(texts: pa.Array, good: Bools) -> tuple[Ints, Bools]:
    """Return days since 1970 of texts that begin like a date, and which are days of the calendar."""
    digits = _digits(texts, good, "1970-01-01", 10)
    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    month, day = digits[:, 5] * 10 + digits[:, 6], digits[:, 8] * 10 + digits[:, 9]
    good = good & (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(good, day - 1, 0)
    good &= days.astype("datetime64[M]") == months
    return np.where(good, days.astype(np.int64), 0), good
