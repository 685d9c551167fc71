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
        values, inverse = np.unique(codes, return_inverse=True)
        return cls(values, np.where(codes == 0, -1, inverse).astype(np.int32))

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
    codes: Ints,
    asked_keys: Ints,
    asked_at: Ints,
    own_codes: Ints,
    windows: Ints,
) -> Swept:
    """Aggregate events for each question.

    Parameters
    ----------
    keys, known_at, occurred_at
        int64[n]; events whose key is 0 belong to nobody.
    flags
        uint8[n, f].
    codes
        int64[n, c]; 0 is no code and is not counted.
    asked_keys, asked_at
        int64[q]: whose history, and ``as_of``.
    own_codes
        int64[q, c]: the code that is the asker's own, 0 for none.
    windows
        int64[w], microseconds, `ALL_TIME` for no limit.
    """
    wanted = np.flatnonzero(keys) if len(keys) <= 4 * len(asked_keys) else _of_interest(keys, asked_keys)
    order = wanted[in_order(keys[wanted], known_at[wanted])]
    numbered = [Numbered.of(column) for column in codes[order].T]
    return sweep_numbered(
        keys[order], known_at[order], occurred_at[order], flags[order],
        _columns([column.numbers for column in numbered], len(order)),
        in_order(asked_keys, asked_at), asked_keys, asked_at,
        _columns([one.number(own) for one, own in zip(numbered, own_codes.T, strict=True)], len(asked_keys)), windows,
    )  # fmt: skip


def sweep_numbered(
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
    """Aggregate events that are in the order of (key, known_at), codes as numbers; ``asked`` orders the questions alike."""
    counts = np.zeros((len(asked), len(windows), 1 + flags.shape[1]), dtype=np.int32)
    distinct = np.zeros((len(asked), len(windows), codes.shape[1]), dtype=np.int32)
    first = np.full((len(asked), 1 + flags.shape[1]), NEVER, dtype=np.int64)
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


def in_order(keys: Ints, times: Ints) -> Ints:
    """Return the order of (key, time); of equals the earlier stays before."""
    if (times[1:] >= times[:-1]).all():
        return np.argsort(keys, kind="stable")
    return np.lexsort((times, keys))


def _columns(columns: list[NDArray[np.int32]], n: int) -> NDArray[np.int32]:
    return np.stack(columns, axis=1) if columns else np.zeros((n, 0), dtype=np.int32)


def _of_interest(keys: Ints, asked_keys: Ints) -> Ints:
    """Return the events under any key that is asked for: a few questions need no sorting of the whole history."""
    asked = np.unique(asked_keys)
    if not len(asked):
        return np.zeros(0, dtype=np.int64)
    at = np.minimum(np.searchsorted(asked, keys), len(asked) - 1)
    return np.flatnonzero((asked[at] == keys) & (keys != 0))


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
    begin = 0
    q = 0
    while q < n_asked:
        key = asked_keys[asked[q]]
        q_end = q
        while q_end < n_asked and asked_keys[asked[q_end]] == key:
            q_end += 1
        if key != 0:
            begin += np.searchsorted(keys[begin:], key)
            end = begin
            while end < n and keys[end] == key:
                end += 1
            if end > begin:
                by_time = begin + np.argsort(occurred_at[begin:end], kind="mergesort")
                running[:] = 0
                kinds[:] = 0
                leaving[:] = 0
                earliest = np.full(1 + n_flags, ALL_TIME, dtype=np.int64)
                latest = np.full(1 + n_flags, NEVER, dtype=np.int64)
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
