"""Which letters are alike, and who filed each when? Every distinct letter once, with those at most three bits away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
SAME_LETTER_BITS = 3
_BLOCKS = 4
_FEW_PAIRS = 100_000


@dataclass(frozen=True, slots=True)
class LetterBook:
    """The letters of a history.

    Attributes
    ----------
    distinct
        int64[d], ascending: the letters, each once.
    near_begin, near
        int64[d + 1] and int32[…]: for each letter the numbers of those like it, itself included.
    begin, posted, posted_at
        int64[d + 1] and int64[…]: for each letter the rows that have it, in order of time, and when these were known.
    """

    distinct: Ints
    near_begin: Ints
    near: NDArray[np.int32]
    begin: Ints
    posted: Ints
    posted_at: Ints

    def number(self, letters: Ints) -> Ints:
        """Return the number of each letter, -1 for none (0) and for one that nobody filed."""
        if not len(self.distinct):
            return np.full(len(letters), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.distinct, letters), len(self.distinct) - 1)
        return np.where((self.distinct[at] == letters) & (letters != 0), at, -1)

    def asked(self, letters: Ints) -> tuple[Ints, Ints, NDArray[np.int32]]:
        """Return the number of each asked letter (-1 for none), and the book's lists of like letters with theirs added."""
        number = self.number(letters)
        fresh = np.flatnonzero((number < 0) & (letters != 0))
        if not len(fresh):
            return number, self.near_begin, self.near
        others, position = np.unique(letters[fresh], return_inverse=True)
        begin, near = _alike(others, self.distinct)
        number[fresh] = len(self.distinct) + position
        return (
            number,
            np.concatenate([self.near_begin, begin[1:] + self.near_begin[-1]]),
            np.concatenate([self.near, near]),
        )


def letter_book(letters: Ints, known_at: Ints) -> LetterBook:
    """Make the book of n records' letters (0 for none)."""
    row = np.flatnonzero(letters)
    row = row[np.lexsort((row, known_at[row], letters[row]))]
    distinct, first = np.unique(letters[row], return_index=True)
    near_begin, near = _alike(distinct, distinct)
    return LetterBook(distinct, near_begin, near, np.append(first, len(row)), row, known_at[row])


def _alike(asked: Ints, letters: Ints) -> tuple[Ints, NDArray[np.int32]]:
    """Return for each asked letter the numbers of those among distinct letters that are like it, as (begin, numbers).

    Two letters that differ in at most three bits have one of four blocks of 16 bits in common, so only those are
    compared; few letters are compared with all.
    """
    bits = letters.view(np.uint64)
    if len(asked) * len(letters) <= _FEW_PAIRS:
        near = np.bitwise_count(asked.view(np.uint64)[:, None] ^ bits[None, :]) <= SAME_LETTER_BITS
        return np.append(0, np.cumsum(near.sum(axis=1))), np.nonzero(near)[1].astype(np.int32)
    order = np.empty((_BLOCKS, len(letters)), dtype=np.int32)
    starts = np.zeros((_BLOCKS, (1 << 16) + 1), dtype=np.int64)
    for number in range(_BLOCKS):
        block = ((bits >> np.uint64(16 * number)) & np.uint64(0xFFFF)).astype(np.int64)
        order[number] = np.argsort(block, kind="stable")
        starts[number, 1:] = np.cumsum(np.bincount(block, minlength=1 << 16))
    in_order = bits[order]
    begin = np.zeros(len(asked) + 1, dtype=np.int64)
    _fill(asked.view(np.uint64), order, in_order, starts, begin, np.zeros(0, dtype=np.int32))
    np.cumsum(begin, out=begin)
    near = np.empty(begin[-1], dtype=np.int32)
    if len(near):
        _fill(asked.view(np.uint64), order, in_order, starts, begin, near)
    return begin, near


@njit(cache=True, nogil=True)
def _fill(asked, order, in_order, starts, begin, near):
    """Write how many letters are like each asked one to ``begin[1:]``; or, if there is room in ``near``, which."""
    for i in range(len(asked)):
        at = begin[i]
        count = 0
        for b in range(_BLOCKS):
            block = (asked[i] >> np.uint64(16 * b)) & np.uint64(0xFFFF)
            for place in range(starts[b, block], starts[b, block + np.uint64(1)]):
                x = asked[i] ^ in_order[b, place]
                if _bits(x) > SAME_LETTER_BITS:
                    continue
                # a letter that shares several blocks is met several times: it counts in the first one
                earlier = False
                for e in range(b):
                    if (x >> np.uint64(16 * e)) & np.uint64(0xFFFF) == 0:
                        earlier = True
                if not earlier:
                    if len(near):
                        near[at + count] = order[b, place]
                    count += 1
        if not len(near):
            begin[i + 1] = count


@njit(cache=True, nogil=True)
def _bits(x):
    """Count the ones of 64 bits, pairs first (Warren, Hacker's Delight, 5-1)."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def first_at(posted_at, begin, end, moment):
    """Return the first place in ``[begin, end)`` with a time at or after a moment (times are in order)."""
    while begin < end:
        middle = (begin + end) // 2
        if posted_at[middle] < moment:
            begin = middle + 1
        else:
            end = middle
    return begin
