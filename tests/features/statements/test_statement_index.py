"""Statements are neighbours when at most three bits differ. Covers: features.statements.statement_index, features.statements.same_statements."""

from __future__ import annotations

import numpy as np
import pytest

from features.arrays import Ints
from features.statements import statement_index


def simhashes_with_neighbours(seed: int) -> Ints:
    """Return templates, every second with up to four bits changed: some are neighbours and some are just not."""
    rng = np.random.default_rng(seed)
    templates = rng.integers(1, 2**63, 40, dtype=np.uint64)
    flips = np.bitwise_or.reduce(np.uint64(1) << rng.integers(0, 64, (600, 4), dtype=np.uint64), axis=1)
    changed = rng.choice(templates, 600) ^ flips
    return np.where(np.arange(600) % 2 == 0, changed, rng.choice(templates, 600)).view(np.int64)


@pytest.mark.parametrize("few", [0, 10**9])
def test_statements_are_neighbours_if_at_most_three_bits_differ(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement_index, "_FEW_PAIRS", few)  # compared by blocks, or with all
    index = statement_index.index_of(simhashes_with_neighbours(1), np.arange(600))
    distinct = index.distinct.tolist()
    for number, simhash in enumerate(distinct):
        near = index.near[index.near_begin[number] : index.near_begin[number + 1]]
        expected = [at for at, other in enumerate(distinct) if ((simhash ^ other) & (2**64 - 1)).bit_count() <= 3]
        assert sorted(near.tolist()) == expected


def test_a_statement_that_nobody_filed_has_its_neighbours() -> None:
    index = statement_index.index_of(np.array([0b1111, 0b1111, 0xFF00FF, 0]), np.array([5, 3, 1, 2]))
    number, begin, near = index.neighbours(np.array([0b1110, 0, 0b1111]))
    assert number[1] == -1
    assert near[begin[number[0]] : begin[number[0] + 1]].tolist() == [index.number(np.array([0b1111]))[0]]
    at = int(index.number(np.array([0b1111]))[0])
    assert index.posted[index.begin[at] : index.begin[at + 1]].tolist() == [1, 0]  # known at 3, then at 5
