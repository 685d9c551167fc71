"""Covers: benchmarks.hubs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.hubs import hub_ratio


@pytest.mark.parametrize(
    ("highest", "expected"), [("hub", (1.0, 0.5, 2.0)), ("small", (0.0, 0.5, 0.0)), ("none", (0.0, 0.5, 0.0))]
)
def test_the_ratio_is_the_share_of_hub_clients_at_the_top_over_their_share_of_all(
    highest: str, expected: tuple[float, float, float]
) -> None:
    agency = pd.Series(["hub"] * 50 + [f"small {number % 9}" for number in range(45)] + [None] * 5)
    score = np.where(agency.fillna("none").str.startswith(highest), 1.0, 0.0)
    assert hub_ratio(agency, score) == expected
