"""Who else filed the same letter? Applications whose letters differ in at most three of 64 bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from features.windows.cases import Cases
from features.windows.events import Ints
from features.windows.history import History

SAME_LETTER_BITS = 3


@dataclass(frozen=True, slots=True)
class SameLetters:
    """Applications with the same letter as each case, over one trailing window.

    Attributes
    ----------
    applications, persons, guarantors, agencies
        int64[n]: how many, and how many distinct ones other than the case's own.
    """

    applications: Ints
    persons: Ints
    guarantors: Ints
    agencies: Ints


def same_letters(history: History, cases: Cases, window_us: int) -> SameLetters:
    """Count visible applications with the same letter."""
    facts = history.facts["visa_applications"]
    counts = np.zeros((len(cases), 4), dtype=np.int64)
    row = np.flatnonzero(facts["letter"])
    blocks = np.concatenate([facts[f"letter_{number}"][row] for number in range(4)])
    rows = np.tile(row, 4)
    order = np.lexsort((facts["known_at"][rows], blocks))
    asked = np.stack([cases.key(f"letter_{number}") for number in range(4)], axis=1)
    others = np.stack([facts[name] for name in ("person", "guarantor", "agency")], axis=1)
    own = np.stack([cases.key(name) for name in ("person", "guarantor", "agency")], axis=1)
    if len(rows):
        _count(blocks[order], rows[order], facts["letter"], facts["known_at"], others,
               cases.key("letter"), asked, own, cases.as_of, window_us, counts)  # fmt: skip
    return SameLetters(*(np.ascontiguousarray(counts[:, column]) for column in range(4)))


def rows_with_same_letter(history: History, letter: int, as_of: int, window_us: int) -> Ints:
    """Return the rows of visible applications with the same letter, for evidence."""
    facts = history.facts["visa_applications"]
    known = facts["known_at"]
    near = np.bitwise_count((facts["letter"] ^ letter).view(np.uint64)) <= SAME_LETTER_BITS
    return np.flatnonzero(near & (facts["letter"] != 0) & (known < as_of) & (known >= as_of - window_us))


@njit(cache=True, nogil=True)
def differing_bits(a, b):
    """Return in how many of 64 bits two fingerprints differ."""
    x = np.uint64(a ^ b)
    bits = 0
    while x:
        x &= x - np.uint64(1)
        bits += 1
    return bits


@njit(cache=True, nogil=True)
def _count(blocks, rows, letters, known_at, others, asked_letter, asked, own, as_of, window, counts):
    found = np.empty(len(rows), dtype=np.int64)
    for i in range(len(as_of)):
        if asked_letter[i] == 0:
            continue
        n = 0
        for b in range(4):
            at = np.searchsorted(blocks, asked[i, b])
            while at < len(blocks) and blocks[at] == asked[i, b]:
                row = rows[at]
                at += 1
                if known_at[row] >= as_of[i]:
                    break
                if known_at[row] < as_of[i] - window or differing_bits(letters[row], asked_letter[i]) > 3:
                    continue
                # a letter that shares several blocks is met several times: count it in the first one only
                shift = np.uint64(16)
                x = np.uint64(letters[row] ^ asked_letter[i])
                first = True
                for earlier in range(b):
                    if (x >> (shift * np.uint64(earlier))) & np.uint64(0xFFFF) == 0:
                        first = False
                if first:
                    found[n] = row
                    n += 1
        counts[i, 0] = n
        for c in range(3):
            values = np.unique(others[:, c][found[:n]])
            for value in values:
                if value != 0 and value != own[i, c]:
                    counts[i, 1 + c] += 1
