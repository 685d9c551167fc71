"""Sweeps equal plain counts. Covers: features.kernel.sweep, features.events.codes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.arrays import Ints
from features.events.codes import NumberedCodes
from features.events.order import under_keys
from features.kernel.sweep import ALL_TIME, NEVER, Questions, Swept, sweep


def swept_of(
    keys: Ints, known: Ints, occurred: Ints, flags: NDArray[np.uint8], codes: Ints,
    wanted: Ints, at: Ints, own: Ints, windows: Ints,
) -> Swept:  # fmt: skip
    rows = under_keys(keys, known)
    numbered = [NumberedCodes.of(column) for column in codes.T]
    numbers, owns = np.zeros(codes.shape, np.int32), np.zeros(own.shape, np.int32)
    for column, coded in enumerate(numbered):
        numbers[:, column], owns[:, column] = coded.numbers, coded.number(own[:, column])
    questions = Questions(under_keys(wanted, at), wanted, at, owns)
    return sweep(keys[rows], (known[rows], occurred[rows]), flags[rows], numbers[rows], questions, windows)


def test_every_aggregate_equals_a_plain_count_over_visible_events() -> None:
    rng = np.random.default_rng(1)
    n, q = 800, 300
    keys, wanted = rng.integers(0, 30, n), rng.integers(0, 30, q)
    occurred = rng.integers(0, 1000, n)
    known = occurred + rng.integers(0, 300, n) * (rng.random(n) < 0.5)
    flags = (rng.random((n, 2)) < 0.4).astype(np.uint8)
    codes, own = rng.integers(0, 20, (n, 2)), rng.integers(0, 20, (q, 2))
    at = rng.integers(0, 1300, q)
    windows = np.array([30, 365, ALL_TIME])
    swept = swept_of(keys, known, occurred, flags, codes, wanted, at, own, windows)
    for i in range(q):
        visible = (keys == wanted[i]) & (wanted[i] != 0) & (known < at[i])
        assert swept.last[i, 0] == (occurred[visible].max() if visible.any() else NEVER)
        assert swept.first[i, 0] == (occurred[visible].min() if visible.any() else NEVER)
        for w, window in enumerate(windows):
            inside = visible & ((window == ALL_TIME) | (occurred >= at[i] - window))
            assert swept.counts[i, w].tolist() == [
                inside.sum(),
                (inside & (flags[:, 0] == 1)).sum(),
                (inside & (flags[:, 1] == 1)).sum(),
            ]
            for c in range(2):
                assert swept.distinct[i, w, c] == len(set(codes[inside, c]) - {0, own[i, c]})


def test_an_event_known_at_the_very_moment_is_not_visible() -> None:
    key = np.array([1])
    none = np.zeros((1, 0), dtype=np.int64)
    at = np.array([5])
    swept = swept_of(key, at, np.array([3]), none.astype(np.uint8), none, key, at, none, np.array([ALL_TIME]))
    assert swept.counts[0, 0, 0] == 0
