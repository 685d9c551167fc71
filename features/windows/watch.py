"""Is anybody around this case in the Trafficking in Persons Database? By identity, while an entry is listed.

Names meet in spite of transliteration and typing errors, together with a birth date that is the same but for one
error; a name without any birth date says something only with the same phone, address or passport, because namesakes
are many. Entries of victims are kept apart: they protect, and feed no score.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.facts.facts import NULL_TIME, Facts, TableFacts
from features.facts.layout import LAYOUT
from features.facts.recipes import code_of
from features.identity.birth_dates import date_numbers, dates_alike
from features.identity.blocks import Persons, date_block_keys, entry_block_keys, in_order
from features.identity.person import name_skeletons, whole_names
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
    person, entry = _identified(match_table(_persons(facts, cases, PARTIES), listed), len(entries))
    party, case = np.divmod(person, len(cases))
    of_party = np.array([WHAT.index(one.what) for one in PARTIES])
    found = [(case, entry, of_party[party], party)]
    for what, column, of_case in (("phone", "phone", PHONES), ("address", "place_unit", UNITS)):
        index = Index(entries[column])
        for name in of_case:
            case, entry = index.pairs(cases.key(name))
            found.append((case, entry, np.full(len(case), WHAT.index(what)), np.full(len(case), -1)))
    case, entry, what_code, party = (np.concatenate([one[side] for one in found]) for side in range(4))
    at, delisted = cases.as_of[case], entries["delisted_at"][entry]
    holds = (entries["known_at"][entry] < at) & ((delisted == NULL_TIME) | (at < delisted))
    victim = entries["role"][entry] == code_of("role", "victim")
    return Watch(case[holds], entry[holds], what_code[holds], party[holds], victim[holds], len(cases))


def likeness(found: Watch, facts: Facts, cases: Cases, case: int, entry: int) -> Likeness:
    """Say what is alike between a case and one of its matches; of several people the one whose name is most alike."""
    here = (found.case == case) & (found.entry == entry)
    entries = facts["tip_database"]
    name, born, passport = None, None, False
    parties = [PARTIES[number] for number in sorted(set(found.party[here].tolist()) - {-1})]
    if parties:
        people = _persons(facts, cases, parties, np.array([case]))
        listed = _listed(entries, np.full(len(parties), entry)).persons
        alike = names_alike(people.skeletons.to_pylist(), listed.skeletons.to_pylist())
        best = int(np.argmax(alike))
        name, born = float(alike[best]), int(dates_alike(people.born, listed.born)[best])
        passport = bool(((people.passport != 0) & (people.passport == listed.passport)).any())
    phone, address = (bool((found.what[here] == WHAT.index(what)).any()) for what in ("phone", "address"))
    return Likeness(name, born, passport, phone, address)


def near_keys(facts: TableFacts) -> set[int]:
    """Return the block keys of everybody whom an application or landing names."""
    named = [one for party in PARTIES if (one := _named(facts, party.fact)) is not None]
    born, skeletons = _compared(named)
    return {key for block in date_block_keys(born, skeletons) for key in block.tolist()} - {0}


def _identified(matches: NDArray[np.void], entry_count: int) -> tuple[Ints, Ints]:
    """Return (case, entry) of the pairs in which the same person is meant, by what matched together."""
    pairs, at = np.unique(matches["case_index"] * entry_count + matches["entry_index"], return_inverse=True)
    how = np.zeros(len(pairs), dtype=np.int64)
    np.bitwise_or.at(how, at, np.left_shift(1, matches["how"].astype(np.int64)))
    sure = ((how & _SURE) != 0) | (((how & _NAME_ALONE) != 0) & ((how & _BESIDE_NAME) != 0))
    return pairs[sure] // entry_count, pairs[sure] % entry_count


def _listed(entries: TableFacts, rows: Ints | None = None) -> WatchList:
    rows = np.arange(len(entries)) if rows is None else rows
    named = _named(entries, "person", rows)
    born, skeletons = _compared([named] if named else [])
    persons = Persons(entries["passport"][rows], entries["phone"][rows], entries["place_unit"][rows], born, skeletons)
    roles = np.array([code_of("role", role) for role in ROLES]).argsort()[entries["role"][rows]].astype(np.int8)
    blocks = in_order(entry_block_keys(persons))
    return WatchList([], entries["known_at"][rows], entries["delisted_at"][rows], roles, persons, blocks)


def _persons(facts: Facts, cases: Cases, parties: Sequence[Party], rows: Ints | None = None) -> Persons:
    """Return the parties of the cases, one party after another; all but a landing's traveller stand in its application."""
    rows = np.arange(len(cases)) if rows is None else rows
    none = np.zeros(len(rows), dtype=np.int64)
    applications = facts["visa_applications"]
    named = [
        _named(cases.own, party.fact, rows) or _named(applications, party.fact, cases.application[rows])
        for party in parties
    ]
    born, skeletons = _compared([one for one in named if one])

    def keys(names: Iterable[str]) -> Ints:
        return np.concatenate([cases.key(name)[rows] if name else none for name in names])

    return Persons(keys(party.passport for party in parties), keys(party.phone for party in parties),
                   keys(party.unit for party in parties), born, skeletons)  # fmt: skip


def _named(facts: TableFacts, name: str, rows: Ints | None = None) -> tuple[pa.Array, pa.Array] | None:
    """Return the names and birth dates behind a fact, null where a row is -1; None if the table has no such fact."""
    sources = next((fact.sources for fact in LAYOUT[facts.table] if fact.name == name), None)
    if sources is None:
        return None
    if facts.names is None:
        raise ValueError(f"the names of {facts.table} are not at hand; make its facts from the records")
    table = facts.names.select(list(sources))
    if rows is not None:
        table = table.take(pa.array(rows, mask=rows < 0))
    columns = [column.combine_chunks() for column in table.columns]
    births = columns.pop() if pa.types.is_date(columns[-1].type) else pa.nulls(len(table), pa.date32())
    return (columns[0] if len(columns) == 1 else whole_names(*columns)), births


def _compared(named: Sequence[tuple[pa.Array, pa.Array]]) -> tuple[Ints, pa.Array]:
    """Return birth dates as numbers and name skeletons, of all that are given, one after another."""
    names = pa.concat_arrays([one.cast(pa.string()) for one, _ in named])
    births = pa.concat_arrays([one for _, one in named])
    return date_numbers(births), pc.fill_null(name_skeletons(names), "")
