"""Who else filed the same letter? Applications whose letters differ in at most three of 64 bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from features.windows.cases import Cases
from features.windows.events import Ints
from features.windows.history import History
from features.windows.letter_book import SAME_LETTER_BITS, first_at


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
    facts, book = history.facts["visa_applications"], history.letter_book
    counts = np.zeros((len(cases), 4), dtype=np.int64)
    number, near_begin, near = book.asked(cases.key("letter"))
    others = np.stack([facts[name] for name in ("person", "guarantor", "agency")], axis=1)
    own = np.stack([cases.key(name) for name in ("person", "guarantor", "agency")], axis=1)
    _count(number, near_begin, near, book.begin, book.posted, book.posted_at, others, own, cases.as_of, window_us,
           counts)  # fmt: skip
    return SameLetters(*(np.ascontiguousarray(counts[:, column]) for column in range(4)))


def rows_with_same_letter(history: History, letter: int, as_of: int, window_us: int) -> Ints:
    """Return the rows of visible applications with the same letter, for evidence."""
    facts = history.facts["visa_applications"]
    known = facts["known_at"]
    near = np.bitwise_count((facts["letter"] ^ letter).view(np.uint64)) <= SAME_LETTER_BITS
    return np.flatnonzero(near & (facts["letter"] != 0) & (known < as_of) & (known >= as_of - window_us))


@njit(cache=True, nogil=True)
def _count(number, near_begin, near, begin, posted, posted_at, others, own, as_of, window, counts):
    found = np.empty((others.shape[1], len(posted)), dtype=np.int64)
    for i in range(len(as_of)):
        if number[i] < 0:
            continue
        n = 0
        for place in range(near_begin[number[i]], near_begin[number[i] + 1]):
            letter = near[place]
            at = first_at(posted_at, begin[letter], begin[letter + 1], as_of[i] - window)
            while at < begin[letter + 1] and posted_at[at] < as_of[i]:
                for c in range(others.shape[1]):
                    found[c, n] = others[posted[at], c]
                n += 1
                at += 1
        counts[i, 0] = n
        for c in range(others.shape[1]):
            counts[i, 1 + c] = kinds(found[c, :n], own[i, c])


@njit(cache=True, nogil=True)
def kinds(values, own):
    """Count the different values other than 0 and one's own; the values are put in order."""
    count = 0
    values.sort()
    for at in range(len(values)):
        if (at == 0 or values[at] != values[at - 1]) and values[at] != 0 and values[at] != own:
            count += 1
    return count
