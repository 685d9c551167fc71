"""Applications with the same statement: simhashes within three of 64 bits."""

# mypy: allow-untyped-defs
from dataclasses import dataclass

import numpy as np

from features.arrays import Ints
from features.cases import Cases
from features.compilation import kernel
from features.events.history import History
from features.statements.statement_index import SAME_STATEMENT_BITS, first_at, statement_index

_CODES = ("person", "guarantor", "agency")


@dataclass(frozen=True, slots=True)
class SameStatements:
    """Applications with the same statement as each case in one trailing window.

    Attributes
    ----------
    applications, persons, guarantors, agencies
        int64[n]: all, and the distinct ones other than the case's own.
    """

    applications: Ints
    persons: Ints
    guarantors: Ints
    agencies: Ints


def same_statements(history: History, cases: Cases, window_us: int) -> SameStatements:
    """Count visible applications with the same statement."""
    facts, index = history.facts["visa_applications"], statement_index(history)
    counts = np.zeros((len(cases), 1 + len(_CODES)), dtype=np.int64)
    number, near_begin, near = index.neighbours(cases.key("statement"))
    others = np.stack([facts[name] for name in _CODES], axis=1)
    own = np.stack([cases.key(name) for name in _CODES], axis=1)
    _count(number, near_begin, near, index.begin, index.posted, index.posted_at, others, own, cases.as_of, window_us,
           counts)  # fmt: skip
    return SameStatements(*(np.ascontiguousarray(column) for column in counts.T))


def rows_with_same_statement(history: History, simhash: int, as_of: int, window_us: int) -> Ints:
    """Return the rows of visible applications with the same statement, for evidence."""
    facts = history.facts["visa_applications"]
    known = facts["known_at"]
    near = np.bitwise_count((facts["statement"] ^ simhash).view(np.uint64)) <= SAME_STATEMENT_BITS
    return np.flatnonzero(near & (facts["statement"] != 0) & (known < as_of) & (known >= as_of - window_us))


@kernel
def _count(number, near_begin, near, begin, posted, posted_at, others, own, as_of, window, counts):
    values = np.empty((others.shape[1], len(posted)), dtype=np.int64)
    for i in range(len(as_of)):
        if number[i] < 0:
            continue
        n = 0
        for neighbour in range(near_begin[number[i]], near_begin[number[i] + 1]):
            statement = near[neighbour]
            at = first_at(posted_at, begin[statement], begin[statement + 1], as_of[i] - window)
            while at < begin[statement + 1] and posted_at[at] < as_of[i]:
                for c in range(others.shape[1]):
                    values[c, n] = others[posted[at], c]
                n += 1
                at += 1
        counts[i, 0] = n
        for c in range(others.shape[1]):
            counts[i, 1 + c] = distinct_count(values[c, :n], own[i, c])


@kernel
def distinct_count(values, own):
    """Return the number of distinct values other than 0 and the case's own; sorts the values in place."""
    count = 0
    values.sort()
    for at in range(len(values)):
        if (at == 0 or values[at] != values[at - 1]) and values[at] != 0 and values[at] != own:
            count += 1
    return count
