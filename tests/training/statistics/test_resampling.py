from __future__ import annotations

import numpy as np

from training.statistics.resampling import ring_units


def test_each_ring_is_one_unit_and_so_is_everybody_of_none() -> None:
    unit = ring_units(np.array([-1, 4, -1, 4, 0]))
    assert unit[1] == unit[3]
    assert sorted(np.unique(unit)) == [0, 1, 2, 3]
    assert len(ring_units(np.array([], dtype=np.int64))) == 0
