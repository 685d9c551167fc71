"""Is anybody around this case in the Trafficking in Persons Database? By identity, while an entry is listed.

Names meet in spite of transliteration and typing errors, together with a birth date that is the same but for one
error; a name without any birth date says something only with the same phone, address or passport, because namesakes
are many. Entries of victims are kept apart: they protect, and feed no score.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.facts.facts import NULL_TIME, Facts, TableFacts
from features.facts.layout import LAYOUT
from features.facts.recipes import code_of
from features.identity.birth_dates import dates_alike
from features.identity.blocks import Persons, date_block_keys, entry_block_keys, in_order
from features.identity.watchlist import HOW, ROLES, WatchList, match_table, names_alike
from features.windows.cases import Cases
from features.windows.events import Index, Ints

WHAT = ("traveller", "sponsor", "phone", "address")
"""What of a case is found: the traveller, somebody else who is named, a phone, an address."""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody named in a case: the fact that names them, and the columns of the keys that are theirs."""

    fact: str
    passport: str = ""
    phone: str = ""
    unit: str = ""

    @property
    def what(self) -> str:
        """Which of `WHAT` a match with this person is."""
        return "traveller" if self.fact == "person" else "sponsor"


PARTIES = (
    Party("person", "passport", "applicant_phone", "home_unit"),
    Party("guarantor", "", "guarantor_phone", "guarantor_unit"),
    Party("inviter", "", "inviter_phone", "inviter_unit"),
    Party("introducer", "", "introducer_phone"),
    Party("parent"),
)
PHONES = (
    "applicant_phone",
    "stay_phone",
    "guarantor_phone",
    "inviter_phone",
    "introducer_phone",
    "booking_phone",
    "host_phone",
)
UNITS = ("stay_unit", "guarantor_unit", "inviter_unit", "host_place_unit")
LOOKED_UP = ("passport", "home_unit", *PHONES, *UNITS)
"""The keys of a case under which entries are looked up, beside those of `near_keys`."""

_SURE = sum(1 << HOW.index(how) for how in ("passport", "name_and_birth_date", "name_and_close_birth_date"))
_NAME_ALONE = 1 << HOW.index("name_without_birth_date")
_BESIDE_NAME = sum(1 << HOW.index(how) for how in ("phone", "address"))


@dataclass(frozen=True, slots=True)
class Likeness:
    """What is alike between a case and an entry.

    Attributes
    ----------
    name
        How alike the names are, 0 to 1, and ``birth_date`` how the birth dates compare (see
        `features.identity.birth_dates`); both None where no person was found.
    passport, phone, address
        Whether these are the same.
    """

    name: float | None
    birth_date: int | None
    passport: bool
    phone: bool
    address: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """All matches of some cases that hold at their ``as_of``.

    Attributes
    ----------
    case, entry
        int64[m]: rows of the cases and of the entries; each pair once for each ``what`` and party.
    what, party
        int64[m]: positions in `WHAT` and in `PARTIES` (-1 for a phone or an address).
    victim
        bool[m]: whether the entry is a victim's.
    size
        The number of cases.
    """

    case: Ints
    entry: Ints
    what: Ints
    party: Ints
    victim: NDArray[np.bool_]
    size: int

    def counts(self, what: str) -> NDArray[np.float64]:
        """Return float64[n]: how many entries of perpetrators and facilitators match."""
        kept = (self.what == WHAT.index(what)) & ~self.victim
        pairs = np.unique(np.stack([self.case[kept], self.entry[kept]]), axis=1)
        return np.bincount(pairs[0], minlength=self.size).astype(np.float64)

    def victims(self) -> NDArray[np.bool_]:
        """Return bool[n]: whether the traveller may be somebody entered as a victim, who is to be protected."""
        kept = (self.what == WHAT.index("traveller")) & self.victim
        return np.bincount(self.case[kept], minlength=self.size) > 0

    def entries(self, case: int, what: str, *, victims: bool = False) -> list[int]:
        """Return the rows of the entries that match one case."""
        kept = (self.case == case) & (self.what == WHAT.index(what)) & (self.victim == victims)
        return sorted(set(self.entry[kept].tolist()))


def watch(facts: Facts, cases: Cases) -> Watch:
    """Find everybody and everything around the cases that is in the database."""
    entries = facts["tip_database"]
    if not len(entries) or not len(cases):
        none = np.zeros(0, dtype=np.int64)
        return Watch(none, none, none, none, none.astype(bool), len(cases))
    listed = _listed(entries)
    found = []
    for number, party in enumerate(PARTIES):
        case, entry = _identified(match_table(_persons(facts, cases, party), listed), len(entries))
        found.append((case, entry, WHAT.index(party.what), number))
    for what, column, of_case in (("phone", "phone", PHONES), ("address", "place_unit", UNITS)):
        index = Index(entries[column])
        for name in of_case:
            found.append((*index.pairs(cases.key(name)), WHAT.index(what), -1))
    case, entry = (np.concatenate([one[side] for one in found]) for side in (0, 1))  # type: ignore[misc]
    what_code, party_code = (np.repeat([one[side] for one in found], [len(one[0]) for one in found]) for side in (2, 3))
    at, delisted = cases.as_of[case], entries["delisted_at"][entry]
    holds = (entries["known_at"][entry] < at) & ((delisted == NULL_TIME) | (at < delisted))
    victim = entries["role"][entry] == code_of("role", "victim")
    return Watch(case[holds], entry[holds], what_code[holds], party_code[holds], victim[holds], len(cases))


def likeness(found: Watch, facts: Facts, cases: Cases, case: int, entry: int) -> Likeness:
    """Say what is alike between a case and one of its matches; of several people the one whose name is most alike."""
    here = (found.case == case) & (found.entry == entry)
    entries = facts["tip_database"]
    name, born, passport = None, None, False
    for number in sorted(set(found.party[here].tolist()) - {-1}):
        person = _persons(facts, cases, PARTIES[number], np.array([case]))
        listed = _listed(entries, np.array([entry])).persons
        alike = float(names_alike(person.skeletons.to_pylist(), listed.skeletons.to_pylist())[0])
        passport |= bool(person.passport[0] != 0 and person.passport[0] == listed.passport[0])
        if name is None or alike > name:
            name, born = alike, int(dates_alike(person.born, listed.born)[0])
    phone, address = (bool((found.what[here] == WHAT.index(what)).any()) for what in ("phone", "address"))
    return Likeness(name, born, passport, phone, address)


def near_keys(facts: TableFacts) -> set[int]:
    """Return the block keys of everybody whom an application or landing names."""
    keys: set[int] = set()
    for party in PARTIES:
        named = _named(facts, party.fact)
        if named is not None:
            for block in date_block_keys(named.born, named.skeletons):
                keys |= set(block.tolist())
    return keys - {0}


def _identified(matches: NDArray[np.void], entry_count: int) -> tuple[Ints, Ints]:
    """Return (case, entry) of the pairs in which the same person is meant, by what matched together."""
    pairs, at = np.unique(matches["case_index"] * entry_count + matches["entry_index"], return_inverse=True)
    how = np.zeros(len(pairs), dtype=np.int64)
    np.bitwise_or.at(how, at, np.left_shift(1, matches["how"].astype(np.int64)))
    sure = ((how & _SURE) != 0) | (((how & _NAME_ALONE) != 0) & ((how & _BESIDE_NAME) != 0))
    return pairs[sure] // entry_count, pairs[sure] % entry_count


def _listed(entries: TableFacts, rows: Ints | None = None) -> WatchList:
    persons = _named(entries, "person", rows)
    assert persons is not None  # noqa: S101 (entries have names)
    chosen = slice(None) if rows is None else rows
    persons = replace(persons, passport=entries["passport"][chosen], phone=entries["phone"][chosen],
                      unit=entries["place_unit"][chosen])  # fmt: skip
    roles = np.array([code_of("role", role) for role in ROLES]).argsort()[entries["role"][chosen]].astype(np.int8)
    blocks = in_order(entry_block_keys(persons))
    return WatchList([], entries["known_at"][chosen], entries["delisted_at"][chosen], roles, persons, blocks)


def _persons(facts: Facts, cases: Cases, party: Party, rows: Ints | None = None) -> Persons:
    """Return one party of the cases; of a landing, all but the traveller are named in its application."""
    rows = np.arange(len(cases)) if rows is None else rows
    persons = _named(cases.own, party.fact, rows)
    if persons is None:
        persons = _named(facts["visa_applications"], party.fact, cases.application[rows])
    assert persons is not None  # noqa: S101 (an application names every party)
    keys = {name: cases.key(column)[rows] for name, column in
            (("passport", party.passport), ("phone", party.phone), ("unit", party.unit)) if column}  # fmt: skip
    return replace(persons, **keys)  # type: ignore[arg-type]


def _named(facts: TableFacts, name: str, rows: Ints | None = None) -> Persons | None:
    """Return the names and birth dates behind a fact, nobody where a row is -1; None if the table has no such fact."""
    sources = next((fact.sources for fact in LAYOUT[facts.table] if fact.name == name), None)
    if sources is None:
        return None
    if facts.names is None:
        raise ValueError(f"the names of {facts.table} are not at hand; make its facts from the records")
    table = facts.names.select(list(sources))
    if rows is not None:
        table = table.take(pa.array(rows, mask=rows < 0))
    given = ("given_names",) if name == "person" else ()
    return Persons.of(table.rename_columns(["family_name", *given, "birth_date"][: len(sources)]))
