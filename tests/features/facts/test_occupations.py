"""Occupations are decided by whole words; the table cases_occupations.csv is for experts to extend."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.facts.occupations import is_stage_or_bar_work, stage_work

with (Path(__file__).parent / "cases_occupations.csv").open(encoding="utf-8", newline="") as _lines:
    CASES = [(row["occupation"], row["stage_or_bar_work"] == "yes") for row in csv.DictReader(_lines)]


@pytest.mark.parametrize(("occupation", "expected"), CASES)
def test_occupations(occupation: str, expected: bool) -> None:
    assert is_stage_or_bar_work(occupation) is expected


def test_a_column_reads_occupations_as_alone() -> None:
    texts = [occupation for occupation, _ in CASES]
    expected = [int(stage) for _, stage in CASES]
    assert stage_work(pa.array([*texts, None], pa.string())).tolist() == [*expected, -1]


@given(st.text(max_size=40))
def test_any_text_is_decided(text: str) -> None:
    assert is_stage_or_bar_work(text) in {True, False}
