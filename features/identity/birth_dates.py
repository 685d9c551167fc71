"""Which day was somebody born, and is it the same day in another record? Dates taken apart in one place."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.identity.buffers import valid, whole_numbers

Ints = NDArray[np.int64]

SAME: Final = 3
EXCHANGED: Final = 2
ONE_DIGIT: Final = 1
DIFFERENT: Final = 0
UNKNOWN: Final = -1


def date_parts(dates: pa.Array) -> tuple[Ints, Ints, Ints]:
    """Return year, month and day of each date, int64[n] each; all 0 for null."""
    known = valid(dates)
    days = np.where(known, whole_numbers(dates, np.int32), 0).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    year = days.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    return year * known, month * known, day * known


def date_numbers(dates: pa.Array) -> Ints:
    """Return each date as the number YYYYMMDD, int64[n]; 0 for null."""
    year, month, day = date_parts(dates)
    return (year * 100 + month) * 100 + day


def either_order_numbers(dates: pa.Array) -> Ints:
    """Return a number for each date that stays the same when day and month are exchanged; 0 for null."""
    year, month, day = date_parts(dates)
    return (year * 64 + np.minimum(day, month)) * 64 + np.maximum(day, month)


def dates_alike(first: Ints, second: Ints) -> Ints:
    """Compare pairs of numbers YYYYMMDD.

    Returns
    -------
    int64[n]
        `SAME`; `EXCHANGED` (day and month in the other order); `ONE_DIGIT` (one of eight digits differs);
        `DIFFERENT`; or `UNKNOWN` where either is 0.
    """
    differing = sum(((first // 10**place % 10) != (second // 10**place % 10)).astype(np.int64) for place in range(8))
    exchanged = first // 10_000 * 10_000 + first % 100 * 100 + first // 100 % 100
    alike = np.select(
        [first == second, exchanged == second, np.asarray(differing) == 1],
        [SAME, EXCHANGED, ONE_DIGIT],
        default=DIFFERENT,
    )
    return np.where((first == 0) | (second == 0), UNKNOWN, alike)
