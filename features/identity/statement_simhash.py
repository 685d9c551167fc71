"""Simhash of a statement, 64 bits; the same statement when at most three bits differ (Charikar 2002)."""

import numpy as np
import pyarrow as pa

from features.arrays import Ints


def simhashes(texts: pa.Array) -> Ints:
    """Return the simhashes of 16 hexadecimal digits each, int64[n]; 0 for null."""
    valid = np.asarray(texts.is_valid().to_numpy(zero_copy_only=False), dtype=bool)
    values = np.zeros(len(texts), dtype=np.uint64)
    filled = texts.filter(pa.array(valid)) if not valid.all() else texts
    if len(filled):
        raw = b"".join(bytes.fromhex(text) for text in filled.to_pylist())
        values[valid] = np.frombuffer(raw, dtype=">u8")
    return values.view(np.int64)


def block_keys(simhashes: Ints) -> Ints:
    """Return int64[n, 4]: the four 16-bit blocks, numbered; 0 for none.

    Simhashes that differ in at most three bits share at least one of four blocks.
    """
    bits = simhashes.view(np.uint64)
    blocks = np.empty((len(simhashes), 4), dtype=np.int64)
    for number in range(4):
        block = (bits >> np.uint64(16 * number)) & np.uint64(0xFFFF)
        blocks[:, number] = np.where(simhashes == 0, 0, ((number + 1) << 16) + block.astype(np.int64))
    return blocks
