"""Statements whose simhashes differ in three bits or fewer share a block. Covers: features.identity.statement_simhash."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from features.identity.statement_simhash import block_keys, simhashes


def test_simhashes_are_the_bits_of_their_hex_digits() -> None:
    values = simhashes(pa.array(["00000000000000ff", None, "ffffffffffffffff"]))
    assert values.tolist() == [255, 0, -1]


@given(st.integers(1, 2**64 - 1), st.sets(st.integers(0, 63), max_size=3))
def test_the_same_statement_shares_a_block(simhash: int, flipped: set[int]) -> None:
    other = simhash ^ sum(1 << bit for bit in flipped)
    if other == 0:
        return  # 0 means "no statement"
    blocks = block_keys(np.array([simhash, other], dtype=np.uint64).view(np.int64))
    assert (blocks[0] == blocks[1]).any()


def test_no_statement_has_no_block() -> None:
    assert block_keys(np.zeros(1, dtype=np.int64)).tolist() == [[0, 0, 0, 0]]
