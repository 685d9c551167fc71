"""How alike are two names, and how alike two birth dates? The comparisons behind the watch list, over whole columns."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

SAME: Final = 3
EXCHANGED: Final = 2
ONE_DIGIT: Final = 1
DIFFERENT: Final = 0
UNKNOWN: Final = -1


def names_alike(first: list[str], second: list[str]) -> NDArray[np.float64]:
    """Return for each pair of name skeletons how alike they are, from 0 to 1.

    Jaro-Winkler (Winkler 1990) on words already in alphabetical order, so that the order of name parts plays no part.
    """
    if not first:
        return np.zeros(0)
    return np.asarray(cpdist(first, second, scorer=JaroWinkler.similarity, dtype=np.float64))


def date_numbers(dates: pa.Array) -> NDArray[np.int64]:
    """Return each date as the number YYYYMMDD, int64[n]; 0 for null."""
    valid = np.asarray(dates.is_valid().to_numpy(zero_copy_only=False), dtype=bool)
    days = np.asarray(dates.cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False), dtype="datetime64[D]")
    months = days.astype("datetime64[M]")
    year = days.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    return np.where(valid, (year * 100 + month) * 100 + day, 0)


def dates_alike(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
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
