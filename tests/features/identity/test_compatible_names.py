"""Names of one bearer of a passport, from cases_bearers.csv. Covers: features.identity.compatible_names."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.identity.compatible_names import compatible, word_bits
from features.identity.person import name_skeletons

with (Path(__file__).parent / "cases_bearers.csv").open(encoding="utf-8", newline="") as _lines:
    CASES = [tuple(row.values()) for row in csv.DictReader(_lines)]


def are_compatible(first: str, second: str) -> bool:
    bits = word_bits(name_skeletons(pa.array([first, second], pa.string())))
    return bool(compatible(bits[:1], bits[1:])[0])


@pytest.mark.parametrize(("first", "second", "same", "why"), CASES)
def test_bearers(first: str, second: str, same: str, why: str) -> None:
    assert are_compatible(first, second) is (same == "yes"), why
    assert are_compatible(second, first) is (same == "yes"), why


def test_no_name_is_compatible_with_nobody() -> None:
    assert not are_compatible("N/A", "Maria Santos")
    assert not are_compatible("N/A", "N/A")
    assert word_bits(pa.array([None, ""], pa.string())).tolist() == [0, 0]


@given(
    st.lists(st.sampled_from(["maria", "ana", "santos", "cruz", "sato", "naoki"]), min_size=1, max_size=5, unique=True),
    st.data(),
)
def test_a_name_with_parts_left_out_is_compatible(words: list[str], data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.sampled_from(words), min_size=1, unique=True))
    assert are_compatible(" ".join(words), " ".join(kept))


def test_a_row_without_a_name_moves_no_other_row() -> None:
    bits = word_bits(pa.array(["maria", None, "ana cruz"], pa.string())).tolist()
    assert bits == [word_bits(pa.array([name], pa.string()))[0] for name in ("maria", None, "ana cruz")]
