"""Codes as consecutive numbers, for distinct counts in compiled loops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.arrays import Ints
from features.events.index import positions
from features.events.order import stable_argsort


@dataclass(frozen=True, slots=True)
class NumberedCodes:
    """Codes as numbers 0, 1, 2 …, -1 for none.

    Attributes
    ----------
    values
        int64[k], ascending: the code of each number.
    numbers
        int32[n].
    """

    values: Ints
    numbers: NDArray[np.int32]

    @classmethod
    def of(cls, codes: Ints) -> NumberedCodes:
        """Number codes; 0 is none."""
        order = stable_argsort(codes)
        ascending = codes[order]
        fresh = np.ones(len(codes), dtype=bool)
        fresh[1:] = ascending[1:] != ascending[:-1]
        numbers = np.empty(len(codes), dtype=np.int32)
        numbers[order] = np.cumsum(fresh, dtype=np.int32) - np.int32(1)
        numbers[codes == 0] = -1
        return cls(ascending[fresh], numbers)

    def number(self, codes: Ints) -> NDArray[np.int32]:
        """Return the numbers of other codes, -1 for none and for unknown codes."""
        return positions(self.values, codes).astype(np.int32)
