"""In which order do events stand? A stable sort of whole numbers by their digits, as link keys come in millions."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
FEW = 1_000
"""Fewer numbers than this are sorted sooner by NumPy."""


def stable_argsort(numbers: Ints) -> Ints:
    """Return int64[n]: the order of int64[n] from least to greatest; of equals the earlier stays before.

    The same as ``np.argsort(numbers, kind="stable")``, two to five times as fast on hashed keys, and without holding
    the interpreter's lock.
    """
    if len(numbers) < FEW or len(numbers) >= np.iinfo(np.uint32).max:
        return np.argsort(numbers, kind="stable")
    return _by_digits(np.ascontiguousarray(numbers, dtype=np.int64))


def in_order(keys: Ints, times: Ints) -> Ints:
    """Return the order of (key, time); of equals the earlier stays before."""
    if (times[1:] >= times[:-1]).all():
        return stable_argsort(keys)
    by_time = stable_argsort(times)
    return by_time[stable_argsort(keys[by_time])]


def under_keys(keys: Ints, times: Ints) -> Ints:
    """Return the rows that have a key at all, in the order of (key, time)."""
    rows = np.flatnonzero(keys)
    return rows[in_order(keys[rows], times[rows])]


_DIGIT = 11
_DIGITS = 6
_VALUES = 1 << _DIGIT


@njit(cache=True, nogil=True)
def _by_digits(numbers):
    """Sort by the last digit of eleven bits, then by the one before, and so on; a digit that all share is passed over."""
    n = len(numbers)
    counts = np.zeros((_DIGITS, _VALUES), dtype=np.int64)
    sign = np.uint64(1) << np.uint64(63)
    mask = np.uint64(_VALUES - 1)
    values = np.empty(n, dtype=np.uint64)
    for i in range(n):
        value = np.uint64(numbers[i]) ^ sign  # so that negative numbers come first
        values[i] = value
        for digit in range(_DIGITS):
            counts[digit, (value >> np.uint64(_DIGIT * digit)) & mask] += 1
    order = np.arange(n).astype(np.uint32)
    values_next, order_next = np.empty_like(values), np.empty_like(order)
    for digit in range(_DIGITS):
        shift = np.uint64(_DIGIT * digit)
        if counts[digit, (values[0] >> shift) & mask] == n:
            continue
        begin = 0
        for place in range(_VALUES):
            begin, counts[digit, place] = begin + counts[digit, place], begin
        for i in range(n):
            at = (values[i] >> shift) & mask
            to = counts[digit, at]
            counts[digit, at] = to + 1
            values_next[to], order_next[to] = values[i], order[i]
        values, values_next = values_next, values
        order, order_next = order_next, order
    return order.astype(np.int64)
