from __future__ import annotations

import numpy as np
import pytest

from models.input_profile import InputProfile

NAN = np.nan
TRAINING = np.array([[0.0, 10.0, NAN, NAN], [4.0, 20.0, 1.0, NAN], [2.0, 15.0, NAN, NAN], [1.0, 12.0, 3.0, NAN]])


def test_the_profile_holds_lowest_highest_and_missing_share() -> None:
    profile = InputProfile.of(TRAINING)
    assert profile.low == (0.0, 10.0, 1.0, 0.0)
    assert profile.high == (4.0, 20.0, 3.0, 0.0)
    assert profile.missing == (0.0, 0.0, 0.5, 1.0)


def test_no_training_row_is_unlike_the_training_rows() -> None:
    profile = InputProfile.of(TRAINING)
    assert all(profile.unlike(row) == [] for row in TRAINING)


@pytest.mark.parametrize(
    ("row", "outcomes_of"),
    [
        ([NAN, 15.0, 1.0, NAN], [(0, "missing")]),  # it was always there at training
        ([2.0, 15.0, NAN, NAN], []),  # it was sometimes missing
        ([2.0, 15.0, 1.0, 0.0], [(3, "range")]),  # it was never there
        ([2.0, 25.0, 1.0, NAN], []),  # half of 10 to 20 beyond 20
        ([2.0, 25.1, 1.0, NAN], [(1, "range")]),
        ([2.0, 4.9, 1.0, NAN], [(1, "range")]),
        ([np.inf, -np.inf, 1.0, NAN], [(0, "range"), (1, "range")]),
    ],
)
def test_a_value_is_unlike_when_missing_or_beyond_half_the_training_range(
    row: list[float], outcomes_of: list[tuple[int, str]]
) -> None:
    assert InputProfile.of(TRAINING).unlike(np.array(row)) == outcomes_of
