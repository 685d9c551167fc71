"""How does a text become a link key? A 64-bit hash within a name space, computed over Arrow's buffers at once.

FNV-1a (Fowler, Noll, Vo) with the finaliser of MurmurHash3, so that all bits depend on all characters. Keys only say
"the same text or not" inside one process or store; what is stored of them is keyed once more (see the record store).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

_FNV_OFFSET = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3
_MASK = 0xFFFFFFFFFFFFFFFF


def hash_texts(texts: pa.Array, space: str) -> NDArray[np.int64]:
    """Return one key per text, int64[n]; 0 for null and for an empty text.

    Parameters
    ----------
    texts
        Strings.
    space
        The name space; equal texts in different spaces have unrelated keys.
    """
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if len(texts) == 0 or texts.null_count == len(texts):
        return np.zeros(len(texts), dtype=np.int64)
    if not pa.types.is_string(texts.type):
        texts = texts.cast(pa.string())
    _, offsets_buffer, data_buffer = texts.buffers()
    offsets = np.frombuffer(offsets_buffer, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(data_buffer, dtype=np.uint8) if data_buffer is not None else np.zeros(0, np.uint8)
    keys = np.zeros(len(texts), dtype=np.uint64)
    _hash(offsets, data, np.uint64(_seed(space)), keys)
    result = keys.view(np.int64)
    if texts.null_count:
        result[~np.asarray(texts.is_valid().to_numpy(zero_copy_only=False))] = 0
    return result


def combine(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one key for each pair of keys; 0 where either is 0."""
    mixed = _mix(first.astype(np.uint64) * np.uint64(_FNV_PRIME) + second.astype(np.uint64))
    return np.where((first == 0) | (second == 0), 0, mixed.view(np.int64))


def _seed(space: str) -> int:
    value = _FNV_OFFSET
    for byte in space.encode():
        value = ((value ^ byte) * _FNV_PRIME) & _MASK
    return value


def _mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> np.uint64(33))


@njit(cache=True, nogil=True)
def _hash(offsets, data, seed, keys):  # type: ignore[no-untyped-def]
    prime = np.uint64(_FNV_PRIME)
    for i in range(len(keys)):
        if offsets[i + 1] == offsets[i]:
            continue
        value = seed
        for at in range(offsets[i], offsets[i + 1]):
            value = (value ^ np.uint64(data[at])) * prime
        value = (value ^ (value >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
        value = (value ^ (value >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
        value = value ^ (value >> np.uint64(33))
        # 0 says "none": the one text in 2^64 that would hash to it gets 1
        keys[i] = value if value != 0 else np.uint64(1)
