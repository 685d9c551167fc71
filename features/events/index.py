"""Look-up of rows by key."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.arrays import Ints
from features.events.order import stable_argsort


class Index:
    """Rows by key; key 0 has none."""

    __slots__ = ("_order", "_sorted")

    def __init__(self, keys: Ints) -> None:
        order = stable_argsort(keys)
        self._order = order[keys[order] != 0]
        self._sorted = keys[self._order]

    def first(self, wanted: Ints) -> Ints:
        """Return int64[m]: the first row with each key, -1 for none."""
        return values_at(self._order, positions(self._sorted, wanted), -1)

    def pairs(self, wanted: Ints) -> tuple[Ints, Ints]:
        """Return (position in ``wanted``, row) of every match."""
        begin = np.searchsorted(self._sorted, wanted, side="left")
        size = np.searchsorted(self._sorted, wanted, side="right") - begin
        position = np.repeat(np.arange(len(wanted)), size)
        offset = np.arange(len(position)) - np.repeat(np.cumsum(size) - size, size)
        return position, self._order[begin[position] + offset]


def values_at(column: NDArray[Any], rows: Ints, missing: int = 0) -> Ints:
    """Return ``column[rows]``, ``missing`` where a row is -1."""
    if not len(column):
        return np.full(len(rows), missing, dtype=np.int64)
    return np.where(rows >= 0, column[rows], missing)


def positions(values: Ints, wanted: Ints) -> Ints:
    """Return int64[m]: the position of each key in ascending values, -1 for key 0 and for keys that are absent."""
    if not len(values):
        return np.full(len(wanted), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(values, wanted), len(values) - 1)
    return np.where((values[at] == wanted) & (wanted != 0), at, -1)
