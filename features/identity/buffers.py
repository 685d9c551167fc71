"""Values of Arrow arrays as NumPy arrays, read from their buffers; a single row is then cheap."""

import numpy as np
import pyarrow as pa
from numpy.typing import DTypeLike, NDArray

from features.arrays import Bools


def valid(array: pa.Array) -> Bools:
    """Return bool[n]: which values are not null."""
    n = len(array)
    if array.null_count in {0, n}:
        return np.full(n, array.null_count == 0)
    bits = np.frombuffer(array.buffers()[0], dtype=np.uint8)
    return np.unpackbits(bits, count=array.offset + n, bitorder="little")[array.offset :].astype(bool)


def whole_numbers(array: pa.Array, kind: DTypeLike) -> NDArray[np.integer]:
    """Return the n values of an array of integers, dates or times of this width; any number at a null."""
    if not len(array) or array.buffers()[1] is None:
        return np.zeros(len(array), dtype=kind)
    return np.frombuffer(array.buffers()[1], dtype=kind)[array.offset : array.offset + len(array)]
