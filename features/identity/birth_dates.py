"""Birth dates as numbers, and their comparison."""

from typing import Final

import numpy as np
import pyarrow as pa

from features.arrays import Ints
from features.identity.buffers import valid, whole_numbers

SAME: Final = 3
EXCHANGED: Final = 2
DIGIT_DIFFERS: Final = 1
DIFFERENT: Final = 0
UNKNOWN: Final = -1


def date_parts(dates: pa.Array) -> tuple[Ints, Ints, Ints]:
    """Return year, month and day of each date, int64[n] each; 0 for null."""
    known = valid(dates)
    days = np.where(known, whole_numbers(dates, np.int32), 0).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    year = days.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    return year * known, month * known, day * known


def date_numbers(dates: pa.Array) -> Ints:
    """Return the number YYYYMMDD of each date, int64[n]; 0 for null."""
    year, month, day = date_parts(dates)
    return (year * 100 + month) * 100 + day


def either_order_numbers(dates: pa.Array) -> Ints:
    """Return a number of each date, int64[n], equal for day and month exchanged; 0 for null."""
    year, month, day = date_parts(dates)
    return (year * 64 + np.minimum(day, month)) * 64 + np.maximum(day, month)


def compare_dates(first: Ints, second: Ints) -> Ints:
    """Compare pairs of numbers YYYYMMDD.

    Returns
    -------
    int64[n]
        `SAME`; `EXCHANGED` (day and month in the other order); `DIGIT_DIFFERS` (a single digit of eight);
        `DIFFERENT`; or `UNKNOWN` where either is 0.
    """
    differing = sum(((first // 10**power % 10) != (second // 10**power % 10)).astype(np.int64) for power in range(8))
    exchanged = first // 10_000 * 10_000 + first % 100 * 100 + first // 100 % 100
    comparison = np.select(
        [first == second, exchanged == second, np.asarray(differing) == 1],
        [SAME, EXCHANGED, DIGIT_DIFFERS],
        default=DIFFERENT,
    )
    return np.where((first == 0) | (second == 0), UNKNOWN, comparison)
