"""Sweep: counts, distinct counts and times of events under one key, over trailing windows.

A record is *visible* at ``as_of`` if and only if ``known_at < as_of``. It lies in a window ``w`` if and only if
``as_of - w <= occurred_at < as_of``. A late record enters when it becomes known, and counts in the windows of the day
on which it happened.
"""

# mypy: allow-untyped-defs
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.arrays import Ints
from features.compilation import kernel

NEVER: int = int(np.iinfo(np.int64).min)
ALL_TIME: int = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Questions:
    """q questions to events under one key.

    Attributes
    ----------
    order
        int64[at most q]: questions by (key, as_of); those left out see nothing.
    keys, at
        int64[q]: whose history, and ``as_of``.
    own_codes
        int32[q, c]: number of the case's own code, -1 for none.
    """

    order: Ints
    keys: Ints
    at: Ints
    own_codes: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Swept:
    """Aggregates of q questions over w windows, f flags and c codes.

    Attributes
    ----------
    counts
        int32[q, w, 1 + f]: all events, then those with each flag.
    distinct
        int32[q, w, c]: distinct codes other than the case's own.
    first, last
        int64[q, 1 + f]: earliest and latest ``occurred_at`` of visible events, `NEVER` for none.
    """

    counts: NDArray[np.int32]
    distinct: NDArray[np.int32]
    first: Ints
    last: Ints


def sweep(
    keys: Ints,
    times: tuple[Ints, Ints],
    flags: NDArray[np.uint8],
    codes: NDArray[np.int32],
    questions: Questions,
    windows: Ints,
) -> Swept:
    """Aggregate n events for each question.

    Parameters
    ----------
    keys, times
        int64[n] and (known_at, occurred_at), in the order of (key, known_at), none of key 0.
    flags
        uint8[n, f].
    codes
        int32[n, c]: numbers of codes, see `NumberedCodes`; -1 is not counted.
    windows
        int64[w], microseconds, `ALL_TIME` for no limit.
    """
    swept = nothing_swept(len(questions.at), len(windows), flags.shape[1], codes.shape[1])
    if len(keys):
        # a question's own code may be none of the events'
        code_count = max(codes.max(initial=0), questions.own_codes.max(initial=0)) + 1
        _sweep(
            keys, *times, flags, codes, questions.order, questions.keys, questions.at, questions.own_codes, windows,
            np.zeros((len(windows), codes.shape[1], code_count), dtype=np.int32),
            swept.counts, swept.distinct, swept.first, swept.last,
        )  # fmt: skip
    return swept


def nothing_swept(questions: int, windows: int, flags: int, codes: int) -> Swept:
    """Return the aggregates of no events."""
    counts = np.zeros((questions, windows, 1 + flags), dtype=np.int32)
    never = np.full((questions, 1 + flags), NEVER, dtype=np.int64)
    return Swept(counts, np.zeros((questions, windows, codes), dtype=np.int32), never, never.copy())


@kernel
def _sweep(
    keys, known_at, occurred_at, flags, codes, order, question_keys, question_at, own_codes, windows,
    seen, counts, distinct, first, last,
):  # fmt: skip
    n, n_questions, n_windows = len(keys), len(order), len(windows)
    n_flags, n_codes = flags.shape[1], codes.shape[1]
    inside = np.zeros((n_windows, n), dtype=np.uint8)
    running = np.zeros((n_windows, 1 + n_flags), dtype=np.int64)
    distinct_now = np.zeros((n_windows, n_codes), dtype=np.int64)
    leavers = np.zeros(n_windows, dtype=np.int64)
    earliest = np.empty(1 + n_flags, dtype=np.int64)
    latest = np.empty(1 + n_flags, dtype=np.int64)
    begin = 0
    q = 0
    while q < n_questions:
        key = question_keys[order[q]]
        q_end = q + 1
        while q_end < n_questions and question_keys[order[q_end]] == key:
            q_end += 1
        if key != 0:
            begin = _first_position(keys, key, begin)
            end = begin
            while end < n and keys[end] == key:
                end += 1
            # most keys belong to one record, and their only question comes before anything is known
            if end > begin and known_at[begin] < question_at[order[q_end - 1]]:
                by_time = _time_order(occurred_at, begin, end)
                running[:] = 0
                distinct_now[:] = 0
                leavers[:] = 0
                earliest[:] = ALL_TIME
                latest[:] = NEVER
                p = begin
                for a in range(q, q_end):
                    i = order[a]
                    now = question_at[i]
                    while p < end and known_at[p] < now:
                        for f in range(1 + n_flags):
                            if f == 0 or flags[p, f - 1]:
                                earliest[f] = min(earliest[f], occurred_at[p])
                                latest[f] = max(latest[f], occurred_at[p])
                        for w in range(n_windows):
                            if windows[w] == ALL_TIME or occurred_at[p] >= now - windows[w]:
                                inside[w, p] = 1
                                _move(1, w, p, flags, codes, running, distinct_now, seen)
                        p += 1
                    for w in range(n_windows):
                        if windows[w] != ALL_TIME:
                            while leavers[w] < end - begin and occurred_at[by_time[leavers[w]]] < now - windows[w]:
                                e = by_time[leavers[w]]
                                if inside[w, e]:
                                    inside[w, e] = 0
                                    _move(-1, w, e, flags, codes, running, distinct_now, seen)
                                leavers[w] += 1
                        for f in range(1 + n_flags):
                            counts[i, w, f] = running[w, f]
                        for c in range(n_codes):
                            own = own_codes[i, c]
                            distinct[i, w, c] = distinct_now[w, c] - (1 if own >= 0 and seen[w, c, own] > 0 else 0)
                    for f in range(1 + n_flags):
                        if latest[f] != NEVER:
                            first[i, f] = earliest[f]
                            last[i, f] = latest[f]
                for e in range(begin, p):
                    for w in range(n_windows):
                        if inside[w, e]:
                            inside[w, e] = 0
                            _move(-1, w, e, flags, codes, running, distinct_now, seen)
            begin = end
        q = q_end


@kernel
def _first_position(keys, key, begin):
    """Return the first position from ``begin`` with this key or a greater one, by galloping search."""
    n, step = len(keys), 1
    while begin + step < n and keys[begin + step] < key:
        step *= 2
    low, high = begin + step // 2, min(begin + step, n)
    return low + np.searchsorted(keys[low:high], key)


@kernel
def _time_order(occurred_at, begin, end):
    """Return the events of one key by time of occurrence, mostly the order in which they became known."""
    for e in range(begin + 1, end):
        if occurred_at[e] < occurred_at[e - 1]:
            return begin + np.argsort(occurred_at[begin:end], kind="mergesort")
    return np.arange(begin, end)


@kernel
def _move(step, w, e, flags, codes, running, distinct_now, seen):
    """Add event ``e`` to window ``w`` (+1) or remove it (-1)."""
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
                distinct_now[w, c] += 1
            elif step < 0 and before == 1:
                distinct_now[w, c] -= 1
