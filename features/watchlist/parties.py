"""Parties of a case: the people it names, with what identifies them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Ints
from features.cases import Cases
from features.facts.layout import LAYOUT
from features.facts.table_facts import Facts, TableFacts
from features.identity.birth_dates import date_numbers
from features.identity.blocks import Persons, date_block_keys
from features.identity.person import name_skeletons, whole_names

MATCHED = ("traveller", "sponsor", "phone", "address")
"""Part of a case that matches an entry: the traveller, another named person, a phone, an address."""


@dataclass(frozen=True, slots=True)
class Party:
    """Role of a named person: the fact that names them, and the columns of their keys."""

    fact: str
    passport: str = ""
    phone: str = ""
    address: str = ""

    @property
    def matched(self) -> str:
        """Which of `MATCHED` a match with this person is."""
        return "traveller" if self.fact == "person" else "sponsor"


PARTIES = (
    Party("person", "passport", "applicant_phone", "home_address"),
    Party("guarantor", "", "guarantor_phone", "guarantor_address"),
    Party("inviter", "", "inviter_phone", "inviter_address"),
    Party("introducer", "", "introducer_phone"),
    Party("parent"),
)


def name_block_keys(facts: TableFacts) -> set[int]:
    """Return the block keys of everybody whom an application or landing names."""
    named = [names for party in PARTIES if (names := _names(facts, party.fact)) is not None]
    born, _, skeletons = _dates_and_names(named)
    return {key for block in date_block_keys(born, skeletons) for key in block.tolist()} - {0}


def listed_persons(entries: TableFacts, rows: Ints | None = None) -> Persons:
    """Return the persons of watch-list entries, or of some rows."""
    rows = np.arange(len(entries)) if rows is None else rows
    named = _names(entries, "person", rows)
    passport, phone, address = (entries[name][rows] for name in ("passport", "phone", "address"))
    return Persons(passport, phone, address, *_dates_and_names([named] if named else []))


def persons_of(facts: Facts, cases: Cases, parties: Sequence[Party], rows: Ints | None = None) -> Persons:
    """Return the persons of the cases, party by party; a landing's application names all but the traveller."""
    rows = np.arange(len(cases)) if rows is None else rows
    none = np.zeros(len(rows), dtype=np.int64)
    applications = facts["visa_applications"]
    named = [
        _names(cases.own, party.fact, rows) or _names(applications, party.fact, cases.application[rows])
        for party in parties
    ]

    def keys(columns: Iterable[str]) -> Ints:
        return np.concatenate([cases.key(column)[rows] if column else none for column in columns])

    return Persons(keys(party.passport for party in parties), keys(party.phone for party in parties),
                   keys(party.address for party in parties), *_dates_and_names([names for names in named if names]))  # fmt: skip


def _names(facts: TableFacts, name: str, rows: Ints | None = None) -> tuple[pa.Array, pa.Array] | None:
    """Return (names, birth dates) behind a fact, null where a row is -1; None if the table has no such fact."""
    sources = next((fact.sources for fact in LAYOUT[facts.table] if fact.name == name), None)
    if sources is None:
        return None
    if facts.names is None:
        raise ValueError(f"the facts of {facts.table} carry no names; build them from the records")
    table = facts.names.select(list(sources))
    if rows is not None:
        table = table.take(pa.array(rows, mask=rows < 0))
    columns = [column.combine_chunks() for column in table.columns]
    births = columns.pop() if pa.types.is_date(columns[-1].type) else pa.nulls(len(table), pa.date32())
    return (columns[0] if len(columns) == 1 else whole_names(*columns)), births


def _dates_and_names(named: Sequence[tuple[pa.Array, pa.Array]]) -> tuple[Ints, pa.Array, pa.Array]:
    """Return the birth dates as numbers, the names and the name skeletons of all, concatenated."""
    names = pa.concat_arrays([names.cast(pa.string()) for names, _ in named])
    births = pa.concat_arrays([births for _, births in named])
    return date_numbers(births), pc.fill_null(names, ""), pc.fill_null(name_skeletons(names), "")
