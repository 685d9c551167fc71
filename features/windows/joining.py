"""How do records join? The keys that they share, and which of them were known when."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.facts.recipes import code_of
from features.windows.events import Ints, pick

SPONSOR_KEYS = (
    "guarantor", "guarantor_phone", "guarantor_unit", "inviter", "inviter_phone", "agency", "host",
    "introducer", "introducer_phone", "stay_unit", "stay_phone", "applicant_phone", "home_unit", "parent",
)  # fmt: skip
"""The keys of an application under which what later happened to its applicant can be found."""
PHONES = ("applicant_phone", "stay_phone", "guarantor_phone", "inviter_phone", "introducer_phone")
UNITS = ("stay_unit", "guarantor_unit", "inviter_unit")


def known_by_then(known_at: Ints, row: Ints, then: Ints) -> Ints:
    """Return the rows that were known at a time, -1 for the others.

    A link to a record that became known only later is left out for good: whether such a record is there at all must
    not matter before it is known.
    """
    return np.where(pick(known_at, row, 0) <= then, row, -1)


def all_known(*times: Ints) -> Ints:
    """Return when the last of an event's records was known, int64[n]; a missing record adds nothing."""
    known = times[0]
    for time in times[1:]:
        known = np.maximum(known, time)
    return known


def is_any_of(column: Ints, name: str, *values: str) -> NDArray[np.bool_]:
    """Say which codes of a column are those of one of the values, bool[n]."""
    found = np.zeros(len(column), dtype=bool)
    for value in values:
        found |= column == code_of(name, value)
    return found
