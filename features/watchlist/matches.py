"""Matches of cases with the Trafficking in Persons Database: by identity, while an entry is listed.

Names match in spite of transliteration and one typing error, with the same birth date; a birth date with an error needs
a long name that is the same. A name without any birth date counts only with the same phone, address or passport, because
namesakes are many. Entries of victims are kept apart: they protect, and feed no score.
"""

from dataclasses import dataclass

import numpy as np

from features.arrays import Bools, Floats, Ints
from features.cases import Cases
from features.events.index import Index
from features.facts.recipes import code_of
from features.facts.table_facts import Facts
from features.identity.entry_comparison import compare, compare_rows
from features.tables.times import NULL_TIME
from features.watchlist.parties import MATCHED, PARTIES, listed_persons, persons_of

PHONES = (
    "applicant_phone",
    "stay_phone",
    "guarantor_phone",
    "inviter_phone",
    "introducer_phone",
    "booking_phone",
    "host_phone",
)
ADDRESSES = ("stay_address", "guarantor_address", "inviter_address", "host_address")
LOOKUP_KEYS = ("passport", "home_address", *PHONES, *ADDRESSES)
"""Keys of a case under which entries are looked up, beside those of `parties.name_block_keys`."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """Similarity of a case and an entry.

    Attributes
    ----------
    name, birth_date
        Comparison of the names and of the birth dates (see `features.identity.name_comparison` and
        `features.identity.birth_dates`); None where no person matches.
    passport, phone, address
        Whether these are the same.
    """

    name: int | None
    birth_date: int | None
    passport: bool
    phone: bool
    address: bool


@dataclass(frozen=True, slots=True)
class Matches:
    """m matches of n cases that hold at their ``as_of``.

    Attributes
    ----------
    case, entry
        int64[m]: rows of cases and entries; each pair once for each ``matched`` and party.
    matched, party
        int64[m]: positions in `MATCHED` and in `PARTIES` (-1 for a phone or an address).
    victim
        bool[m]: whether the entry is a victim's.
    size
        n.
    """

    case: Ints
    entry: Ints
    matched: Ints
    party: Ints
    victim: Bools
    size: int

    def counts(self, matched: str) -> Floats:
        """Return float64[n]: number of matching entries of perpetrators and facilitators."""
        kept = (self.matched == MATCHED.index(matched)) & ~self.victim
        pairs = np.unique(np.stack([self.case[kept], self.entry[kept]]), axis=1)
        return np.bincount(pairs[0], minlength=self.size).astype(np.float64)

    def victims(self) -> Bools:
        """Return bool[n]: whether the traveller matches a victim's entry, and is to be protected."""
        kept = (self.matched == MATCHED.index("traveller")) & self.victim
        return np.bincount(self.case[kept], minlength=self.size) > 0

    def entries(self, case: int, matched: str) -> list[int]:
        """Return the rows of entries, other than victims', that match a case."""
        kept = (self.case == case) & (self.matched == MATCHED.index(matched)) & ~self.victim
        return sorted(set(self.entry[kept].tolist()))


def watch_list_matches(facts: Facts, cases: Cases) -> Matches:
    """Return all matches of the cases."""
    entries = facts["tip_database"]
    if not len(entries) or not len(cases):
        none = np.zeros(0, dtype=np.int64)
        return Matches(none, none, none, none, none.astype(bool), len(cases))
    compared = compare(persons_of(facts, cases, PARTIES), listed_persons(entries))
    same = compared.identified()
    person, entry = compared.person[same], compared.entry[same]
    party, case = np.divmod(person, len(cases))
    matched_of_party = np.array([MATCHED.index(party.matched) for party in PARTIES])
    parts = [(case, entry, matched_of_party[party], party)]
    for matched, names in (("phone", PHONES), ("address", ADDRESSES)):
        index = Index(entries[matched])
        for name in names:
            case, entry = index.pairs(cases.key(name))
            parts.append((case, entry, np.full(len(case), MATCHED.index(matched)), np.full(len(case), -1)))
    case, entry, matched_codes, party = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    at, delisted = cases.as_of[case], entries["delisted_at"][entry]
    holds = (entries["known_at"][entry] < at) & ((delisted == NULL_TIME) | (at < delisted))
    victim = entries["role"][entry] == code_of("role", "victim")
    return Matches(case[holds], entry[holds], matched_codes[holds], party[holds], victim[holds], len(cases))


def similarity(matches: Matches, facts: Facts, cases: Cases, case: int, entry: int) -> Similarity:
    """Return the similarity of a case and a match; of several people, that of the best name."""
    pair = (matches.case == case) & (matches.entry == entry)
    name, birth_date, passport = None, None, False
    parties = [PARTIES[number] for number in sorted(set(matches.party[pair].tolist()) - {-1})]
    if parties:
        people = persons_of(facts, cases, parties, np.array([case]))
        listed = listed_persons(facts["tip_database"], np.full(len(parties), entry))
        rows = np.arange(len(parties))
        compared = compare_rows(people, listed, rows, rows)
        best = int(np.argmax(compared.name))
        name, birth_date = int(compared.name[best]), int(compared.birth_date[best])
        passport = bool(compared.passport.any())
    phone, address = (bool((matches.matched[pair] == MATCHED.index(kind)).any()) for kind in ("phone", "address"))
    return Similarity(name, birth_date, passport, phone, address)
