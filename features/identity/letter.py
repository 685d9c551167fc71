"""Is this the same letter? 64-bit simhash fingerprints, the same when at most three bits differ (Charikar 2002)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def fingerprints(texts: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the fingerprints as int64[n] (0 for none) and whether there is one."""
    valid = np.asarray(texts.is_valid().to_numpy(zero_copy_only=False), dtype=bool)
    values = np.zeros(len(texts), dtype=np.uint64)
    filled = texts.filter(pa.array(valid)) if not valid.all() else texts
    if len(filled):
        raw = b"".join(bytes.fromhex(text) for text in filled.to_pylist())
        values[valid] = np.frombuffer(raw, dtype=">u8")
    return values.view(np.int64), valid


def block_keys(letters: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return int64[n, 4]: the four 16-bit blocks, numbered; 0 where there is no letter.

    Two fingerprints that differ in at most three bits have at least one of four blocks in common.
    """
    bits = letters.view(np.uint64)
    blocks = np.empty((len(letters), 4), dtype=np.int64)
    for number in range(4):
        block = (bits >> np.uint64(16 * number)) & np.uint64(0xFFFF)
        blocks[:, number] = np.where(letters == 0, 0, ((number + 1) << 16) + block.astype(np.int64))
    return blocks
