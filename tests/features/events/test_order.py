"""The order is that of a stable sort. Covers: features.events.order."""

from __future__ import annotations

import numpy as np
import pytest

from features.events.order import FEW, in_order, stable_argsort


@pytest.mark.parametrize("n", [0, 1, FEW - 1, FEW, 3 * FEW])
@pytest.mark.parametrize("lower, upper", [(-5, 5), (0, 3), (-(2**63), 2**63 - 1), (10**15, 10**15 + 7 * 10**9), (4, 5)])
def test_the_order_is_that_of_a_stable_sort(n: int, lower: int, upper: int) -> None:
    numbers = np.random.default_rng(n).integers(lower, upper, n)
    assert stable_argsort(numbers).tolist() == np.argsort(numbers, kind="stable").tolist()


def test_columns_of_a_table_are_sorted_although_they_are_strided() -> None:
    table = np.random.default_rng(2).integers(0, 100, (2 * FEW, 2))
    assert stable_argsort(table[:, 1]).tolist() == np.argsort(table[:, 1], kind="stable").tolist()


@pytest.mark.parametrize("late", [False, True])
def test_events_stand_by_key_then_time_then_as_they_came(late: bool) -> None:
    rng = np.random.default_rng(3)
    keys, times = rng.integers(-9, 9, 4 * FEW), np.sort(rng.integers(0, 50, 4 * FEW))
    times = times[::-1] if late else times
    assert in_order(keys, times).tolist() == np.lexsort((times, keys)).tolist()
