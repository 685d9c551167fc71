"""Index of statements: each distinct simhash with its neighbours and the applications that carry it."""

# mypy: allow-untyped-defs
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.arrays import Ints
from features.compilation import kernel
from features.events.history import History
from features.events.index import positions

SAME_STATEMENT_BITS = 3
_BLOCKS = 4
_FEW_PAIRS = 100_000


@dataclass(frozen=True, slots=True)
class StatementIndex:
    """Distinct statements of a history.

    Attributes
    ----------
    distinct
        int64[d], ascending: simhashes.
    near_begin, near
        int64[d + 1] and int32[…]: numbers of the simhashes within `SAME_STATEMENT_BITS` of each, itself included.
    begin, posted, posted_at
        int64[d + 1] and int64[…]: rows that carry each simhash, in order of time, and when they became known.
    """

    distinct: Ints
    near_begin: Ints
    near: NDArray[np.int32]
    begin: Ints
    posted: Ints
    posted_at: Ints

    def number(self, simhashes: Ints) -> Ints:
        """Return the number of each simhash, -1 for none (0) and for unknown ones."""
        return positions(self.distinct, simhashes)

    def neighbours(self, simhashes: Ints) -> tuple[Ints, Ints, NDArray[np.int32]]:
        """Return (number of each simhash or -1, begin, near): unknown simhashes are appended to the lists."""
        number = self.number(simhashes)
        fresh = np.flatnonzero((number < 0) & (simhashes != 0))
        if not len(fresh):
            return number, self.near_begin, self.near
        others, position = np.unique(simhashes[fresh], return_inverse=True)
        begin, near = _neighbours(others, self.distinct)
        number[fresh] = len(self.distinct) + position
        begins = np.concatenate([self.near_begin, begin[1:] + self.near_begin[-1]])
        return number, begins, np.concatenate([self.near, near])


def statement_index(history: History) -> StatementIndex:
    """Return the index of a history, built once."""
    facts = history.facts["visa_applications"]
    return history.once(("statements",), lambda: index_of(facts["statement"], facts["known_at"]))


def index_of(simhashes: Ints, known_at: Ints) -> StatementIndex:
    """Index n records' simhashes (0 for none)."""
    row = np.flatnonzero(simhashes)
    row = row[np.lexsort((row, known_at[row], simhashes[row]))]
    distinct, first = np.unique(simhashes[row], return_index=True)
    near_begin, near = _neighbours(distinct, distinct)
    return StatementIndex(distinct, near_begin, near, np.append(first, len(row)), row, known_at[row])


def _neighbours(wanted: Ints, distinct: Ints) -> tuple[Ints, NDArray[np.int32]]:
    """Return (begin, numbers) of the distinct simhashes near each wanted one.

    Simhashes within three bits share one of four 16-bit blocks, so only those are compared. Few are compared with
    all.
    """
    bits = distinct.view(np.uint64)
    if len(wanted) * len(distinct) <= _FEW_PAIRS:
        near = np.bitwise_count(wanted.view(np.uint64)[:, None] ^ bits[None, :]) <= SAME_STATEMENT_BITS
        return np.append(0, np.cumsum(near.sum(axis=1))), np.nonzero(near)[1].astype(np.int32)
    order = np.empty((_BLOCKS, len(distinct)), dtype=np.int32)
    starts = np.zeros((_BLOCKS, (1 << 16) + 1), dtype=np.int64)
    for number in range(_BLOCKS):
        block = ((bits >> np.uint64(16 * number)) & np.uint64(0xFFFF)).astype(np.int64)
        order[number] = np.argsort(block, kind="stable")
        starts[number, 1:] = np.cumsum(np.bincount(block, minlength=1 << 16))
    ordered = bits[order]
    begin = np.zeros(len(wanted) + 1, dtype=np.int64)
    _fill(wanted.view(np.uint64), order, ordered, starts, begin, np.zeros(0, dtype=np.int32))
    np.cumsum(begin, out=begin)
    near = np.empty(begin[-1], dtype=np.int32)
    if len(near):
        _fill(wanted.view(np.uint64), order, ordered, starts, begin, near)
    return begin, near


@kernel
def _fill(wanted, order, ordered, starts, begin, near):
    """Write the number of neighbours to ``begin[1:]``, or with room in ``near`` the neighbours."""
    for i in range(len(wanted)):
        at = begin[i]
        count = 0
        for b in range(_BLOCKS):
            block = (wanted[i] >> np.uint64(16 * b)) & np.uint64(0xFFFF)
            for slot in range(starts[b, block], starts[b, block + np.uint64(1)]):
                x = wanted[i] ^ ordered[b, slot]
                if _bit_count(x) > SAME_STATEMENT_BITS:
                    continue
                # neighbours that share several blocks count in the first of them
                earlier = False
                for e in range(b):
                    if (x >> np.uint64(16 * e)) & np.uint64(0xFFFF) == 0:
                        earlier = True
                if not earlier:
                    if len(near):
                        near[at + count] = order[b, slot]
                    count += 1
        if not len(near):
            begin[i + 1] = count


@kernel
def _bit_count(x):
    """Number of set bits of 64 (Warren, Hacker's Delight, 5-1)."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@kernel
def first_at(posted_at, begin, end, moment):
    """Return the first position in ``[begin, end)`` at or after a moment, by bisection."""
    while begin < end:
        middle = (begin + end) // 2
        if posted_at[middle] < moment:
            begin = middle + 1
        else:
            end = middle
    return begin
