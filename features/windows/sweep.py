"""What does a history say at a moment? Counts, distinct counts and times under one key, over trailing windows.

A record is *visible* at ``as_of`` if and only if ``known_at < as_of``, and lies in a window ``w`` if and only if
``as_of - w <= occurred_at < as_of``. Both times matter: a late record enters when it became known, and counts in
the windows of the day on which it happened.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.windows.order import stable_argsort

Ints = NDArray[np.int64]
NEVER: int = int(np.iinfo(np.int64).min)
ALL_TIME: int = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Swept:
    """Aggregates of q questions over w windows, f flags and c codes.

    Attributes
    ----------
    counts
        int32[q, w, 1 + f]: all events, then those with each flag.
    distinct
        int32[q, w, c]: distinct codes, the asker's own left out.
    first, last
        int64[q, 1 + f]: earliest and latest ``occurred_at`` of any visible event, `NEVER` if none.
    """

    counts: NDArray[np.int32]
    distinct: NDArray[np.int32]
    first: Ints
    last: Ints


@dataclass(frozen=True, slots=True)
class Numbered:
    """Codes as numbers 0, 1, 2 …, -1 for none.

    Attributes
    ----------
    values
        int64[k], ascending: the code behind each number.
    numbers
        int32[n].
    """

    values: Ints
    numbers: NDArray[np.int32]

    @classmethod
    def of(cls, codes: Ints) -> Numbered:
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
        """Return the numbers of other codes, -1 for none and for those that are not among these."""
        if not len(self.values):
            return np.full(len(codes), -1, dtype=np.int32)
        at = np.minimum(np.searchsorted(self.values, codes), len(self.values) - 1)
        return np.where((self.values[at] == codes) & (codes != 0), at, -1).astype(np.int32)


def sweep(
    keys: Ints,
    known_at: Ints,
    occurred_at: Ints,
    flags: NDArray[np.uint8],
    codes: NDArray[np.int32],
    asked: Ints,
    asked_keys: Ints,
    asked_at: Ints,
    own_codes: NDArray[np.int32],
    windows: Ints,
) -> Swept:
    """Aggregate events for each question.

    Parameters
    ----------
    keys, known_at, occurred_at
        int64[n], in the order of (key, known_at), none of key 0.
    flags
        uint8[n, f].
    codes
        int32[n, c]: numbers of codes, see `Numbered`; -1 is none and is not counted.
    asked
        int64[at most q]: the order of the questions by (key, as_of); those left out are answered with nothing seen.
    asked_keys, asked_at
        int64[q]: whose history, and ``as_of``.
    own_codes
        int32[q, c]: the number that is the asker's own, -1 for none.
    windows
        int64[w], microseconds, `ALL_TIME` for no limit.
    """
    counts = np.zeros((len(asked_at), len(windows), 1 + flags.shape[1]), dtype=np.int32)
    distinct = np.zeros((len(asked_at), len(windows), codes.shape[1]), dtype=np.int32)
    first = np.full((len(asked_at), 1 + flags.shape[1]), NEVER, dtype=np.int64)
    last = first.copy()
    if len(keys):
        # a question's own code may be none of the events' here
        code_count = max(codes.max(initial=0), own_codes.max(initial=0)) + 1
        _sweep(
            keys, known_at, occurred_at, flags, codes, asked, asked_keys, asked_at, own_codes, windows,
            np.zeros((len(windows), codes.shape[1], code_count), dtype=np.int32),
            counts, distinct, first, last,
        )  # fmt: skip
    return Swept(counts, distinct, first, last)


def nothing_swept(asked: int, windows: int, flags: int, codes: int) -> Swept:
    """Return what is seen where there is no event."""
    counts = np.zeros((asked, windows, 1 + flags), dtype=np.int32)
    never = np.full((asked, 1 + flags), NEVER, dtype=np.int64)
    return Swept(counts, np.zeros((asked, windows, codes), dtype=np.int32), never, never)


@njit(cache=True, nogil=True)
def _sweep(
    keys, known_at, occurred_at, flags, codes, asked, asked_keys, asked_at, own_codes, windows,
    seen, counts, distinct, first, last,
):  # fmt: skip
    n, n_asked, n_windows = len(keys), len(asked), len(windows)
    n_flags, n_codes = flags.shape[1], codes.shape[1]
    inside = np.zeros((n_windows, n), dtype=np.uint8)
    running = np.zeros((n_windows, 1 + n_flags), dtype=np.int64)
    kinds = np.zeros((n_windows, n_codes), dtype=np.int64)
    leaving = np.zeros(n_windows, dtype=np.int64)
    earliest = np.empty(1 + n_flags, dtype=np.int64)
    latest = np.empty(1 + n_flags, dtype=np.int64)
    begin = 0
    q = 0
    while q < n_asked:
        key = asked_keys[asked[q]]
        q_end = q + 1
        while q_end < n_asked and asked_keys[asked[q_end]] == key:
            q_end += 1
        if key != 0:
            begin = _first_of(keys, key, begin)
            end = begin
            while end < n and keys[end] == key:
                end += 1
            # most keys are one record's alone, and their only question comes before anything is known
            if end > begin and known_at[begin] < asked_at[asked[q_end - 1]]:
                by_time = _by_time(occurred_at, begin, end)
                running[:] = 0
                kinds[:] = 0
                leaving[:] = 0
                earliest[:] = ALL_TIME
                latest[:] = NEVER
                p = begin
                for a in range(q, q_end):
                    i = asked[a]
                    now = asked_at[i]
                    while p < end and known_at[p] < now:
                        for f in range(1 + n_flags):
                            if f == 0 or flags[p, f - 1]:
                                earliest[f] = min(earliest[f], occurred_at[p])
                                latest[f] = max(latest[f], occurred_at[p])
                        for w in range(n_windows):
                            if windows[w] == ALL_TIME or occurred_at[p] >= now - windows[w]:
                                inside[w, p] = 1
                                _move(1, w, p, flags, codes, running, kinds, seen)
                        p += 1
                    for w in range(n_windows):
                        if windows[w] != ALL_TIME:
                            while leaving[w] < end - begin and occurred_at[by_time[leaving[w]]] < now - windows[w]:
                                e = by_time[leaving[w]]
                                if inside[w, e]:
                                    inside[w, e] = 0
                                    _move(-1, w, e, flags, codes, running, kinds, seen)
                                leaving[w] += 1
                        for f in range(1 + n_flags):
                            counts[i, w, f] = running[w, f]
                        for c in range(n_codes):
                            own = own_codes[i, c]
                            distinct[i, w, c] = kinds[w, c] - (1 if own >= 0 and seen[w, c, own] > 0 else 0)
                    for f in range(1 + n_flags):
                        if latest[f] != NEVER:
                            first[i, f] = earliest[f]
                            last[i, f] = latest[f]
                for e in range(begin, p):
                    for w in range(n_windows):
                        if inside[w, e]:
                            inside[w, e] = 0
                            _move(-1, w, e, flags, codes, running, kinds, seen)
            begin = end
        q = q_end


@njit(cache=True, nogil=True)
def _first_of(keys, key, begin):
    """Return where in ascending keys, from ``begin`` on, this one or a greater one stands; soonest if it is near."""
    n, step = len(keys), 1
    while begin + step < n and keys[begin + step] < key:
        step *= 2
    low, high = begin + step // 2, min(begin + step, n)
    return low + np.searchsorted(keys[low:high], key)


@njit(cache=True, nogil=True)
def _by_time(occurred_at, begin, end):
    """Return the events of one key in the order in which they happened, which mostly is that of becoming known."""
    for e in range(begin + 1, end):
        if occurred_at[e] < occurred_at[e - 1]:
            return begin + np.argsort(occurred_at[begin:end], kind="mergesort")
    return np.arange(begin, end)


@njit(cache=True, nogil=True)
def _move(step, w, e, flags, codes, running, kinds, seen):
    """Let event ``e`` enter (+1) or leave (-1) window ``w``."""
    running[w, 0] += step
    for f in range(flags.shape[1]):
        if flags[e, f]:
            running[w, 1 + f] += step
    for c in range(codes.shape[1]):
        code = codes[e, c]
        if code >= 0:
            before = seen[w, c, code]
            seen[w, c, code] = before + step
            if step > 0 and before == 0:
                kinds[w, c] += 1
            elif step < 0 and before == 1:
                kinds[w, c] -= 1
