from __future__ import annotations

import numpy as np

from synthetic_data.geography.district import open_district
from synthetic_data.scenario import load_scenario
from synthetic_data.typologies.habits import TIES, draw_habits
from synthetic_data.world import generate


def habits(spread: float, seed: int = 1) -> dict[str, np.ndarray]:
    return draw_habits(open_district(seed, 0, 1, 1000, load_scenario("default", {"habit_spread": spread})), 1, 400)


def test_rings_keep_to_their_typology_without_a_spread() -> None:
    assert habits(0.0) == {}


def test_every_tie_has_a_factor_that_differs_between_rings_and_worlds() -> None:
    drawn, elsewhere = habits(1.0), habits(1.0, seed=2)
    assert set(drawn) == set(TIES.values())
    for tie, factor in drawn.items():
        assert 0 < factor.min() < factor.max() <= 3.0
        assert not np.array_equal(factor, elsewhere[tie])


def test_listed_rings_are_found_in_the_database() -> None:
    entries = {
        share: generate(3, 3000, changes={"listed_share": share})[0]["tip_database"].num_rows for share in (0.0, 1.0)
    }
    assert entries[1.0] > entries[0.0] + 30  # three entries a ring, a dozen typologies
