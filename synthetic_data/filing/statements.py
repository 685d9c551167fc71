"""Simhashes of statements: templates come back with a few bits changed, or many after an edit."""

from __future__ import annotations

import numpy as np

from features.arrays import Ints, Objects
from synthetic_data.people.keys import scramble


def simhashes(rng: np.random.Generator, statements: Ints) -> Objects:
    """Return 64-bit fingerprints as 16 hexadecimal digits; copies of a statement differ in 0 to 3 bits, edited ones in more."""
    values = scramble(statements, 91)
    n = len(statements)
    edited = rng.random(n) < 0.2
    changes = np.where(edited, rng.integers(4, 12, n), rng.choice((0, 1, 2, 3), n, p=(0.5, 0.25, 0.15, 0.1)))
    for number in range(12):
        bit = np.uint64(1) << rng.integers(0, 64, n).astype(np.uint64)
        values = np.where(changes > number, values ^ bit, values)
    return np.array([f"{value:016x}" for value in values.tolist()], dtype=object)
