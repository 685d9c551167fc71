from __future__ import annotations

import numpy as np

from training.statistics.resampling import group_numbers


def test_each_ring_is_a_group_and_so_is_everybody_of_none() -> None:
    group = group_numbers(np.array([-1, 4, -1, 4, 0]))
    assert group[1] == group[3]
    assert sorted(np.unique(group)) == [0, 1, 2, 3]
    assert len(group_numbers(np.array([], dtype=np.int64))) == 0
