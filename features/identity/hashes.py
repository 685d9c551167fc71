"""Hash of a text within a name space, as a 64-bit link key.

FNV-1a (Fowler, Noll, Vo) with the finaliser of MurmurHash3, so that all bits depend on all characters. Keys tell
"the same text or not" within a process or store; the record store blinds them before it keeps them.
"""

# mypy: allow-untyped-defs
from typing import Any

import numpy as np
import pyarrow as pa

from features.arrays import Ints
from features.compilation import kernel

_FNV_OFFSET = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3
_MASK = 0xFFFFFFFFFFFFFFFF


def hash_texts(texts: pa.Array, space: str) -> Ints:
    """Return one key per text, int64[n]; 0 for null and for an empty text.

    Parameters
    ----------
    texts
        Strings.
    space
        Name space; equal texts in different spaces have unrelated keys.
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
    # read-only views, whatever the buffers are: the kernel is then compiled for a single type
    offsets.setflags(write=False)
    data.setflags(write=False)
    keys = np.zeros(len(texts), dtype=np.uint64)
    _hash(offsets, data, np.uint64(_seed(space)), keys)
    result = keys.view(np.int64)
    if texts.null_count:
        result[~np.asarray(texts.is_valid().to_numpy(zero_copy_only=False))] = 0
    return result


def combine(first: Ints, second: Ints) -> Ints:
    """Return one key for each pair of keys; 0 where either is 0."""
    mixed = finalise(first.astype(np.uint64) * np.uint64(_FNV_PRIME) + second.astype(np.uint64))
    return np.where((first == 0) | (second == 0), 0, mixed.view(np.int64))


def finalise(value: Any) -> Any:
    """Return uint64 with all bits mixed (finaliser of MurmurHash3), for a number or an array."""
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> np.uint64(33))


def _seed(space: str) -> int:
    value = _FNV_OFFSET
    for byte in space.encode():
        value = ((value ^ byte) * _FNV_PRIME) & _MASK
    return value


_finalise = kernel(finalise)


@kernel
def _hash(offsets, data, seed, keys):
    prime = np.uint64(_FNV_PRIME)
    for i in range(len(keys)):
        if offsets[i + 1] == offsets[i]:
            continue
        value = seed
        for at in range(offsets[i], offsets[i + 1]):
            value = (value ^ np.uint64(data[at])) * prime
        value = _finalise(value)
        # 0 means "none": the one text in 2^64 with that hash gets 1
        keys[i] = value if value != 0 else np.uint64(1)
