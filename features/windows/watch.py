"""Is anybody around this case in the Trafficking in Persons Database? By key, while an entry is listed.

Names meet through their skeleton and the birth date with day and month in either order, so that transliteration and
the commonest clerical errors do not hide a match. Entries of victims are kept apart: they protect, and feed no score.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.facts.facts import NULL_TIME, Facts
from features.facts.recipes import code_of
from features.windows.cases import Cases
from features.windows.events import Index, Ints

# what matched -> (columns of the entry, columns of the case)
MATCHES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "traveller": (("person", "passport"), ("person", "passport")),
    "sponsor": (("person",), ("guarantor", "inviter", "parent")),
    "phone": (
        ("phone",),
        ("applicant_phone", "stay_phone", "guarantor_phone", "inviter_phone", "introducer_phone", "booking_phone", "host_phone"),
    ),
    "address": (("place_unit",), ("stay_unit", "guarantor_unit", "inviter_unit", "host_place_unit")),
}  # fmt: skip


def pairs(facts: Facts, cases: Cases, what: str, *, victims: bool = False) -> tuple[Ints, Ints]:
    """Return (case, entry row) for every match that holds at ``as_of``, each pair once."""
    entries = facts["tip_database"]
    is_victim = entries["role"] == code_of("role", "victim")
    entry_columns, case_columns = MATCHES[what]
    found_case, found_entry = [], []
    for entry_column in entry_columns:
        index = Index(np.where(is_victim == victims, entries[entry_column], 0))
        for case_column in case_columns:
            if entry_column == "passport" and case_column != "passport":
                continue
            if entry_column == "person" and case_column == "passport":
                continue
            case, entry = index.pairs(cases.key(case_column))
            found_case.append(case)
            found_entry.append(entry)
    case, entry = np.concatenate(found_case), np.concatenate(found_entry)
    at = cases.as_of[case]
    delisted = entries["delisted_at"][entry]
    holds = (entries["known_at"][entry] < at) & ((delisted == NULL_TIME) | (at < delisted))
    case, entry = case[holds], entry[holds]
    both = np.unique(np.stack([case, entry]), axis=1)
    return both[0], both[1]


def watched(facts: Facts, cases: Cases) -> dict[str, NDArray[np.float64]]:
    """Return for each kind of match float64[n]: how many entries of perpetrators and facilitators."""
    return {
        what: np.bincount(pairs(facts, cases, what)[0], minlength=len(cases)).astype(np.float64) for what in MATCHES
    }


def victim_matches(facts: Facts, cases: Cases) -> NDArray[np.bool_]:
    """Return bool[n]: whether the traveller may be somebody entered as a victim, who is to be protected."""
    return np.bincount(pairs(facts, cases, "traveller", victims=True)[0], minlength=len(cases)) > 0
