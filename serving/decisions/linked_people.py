"""Whom does an officer see linked with a case, by what, and what became of them?

People of the own post have a name. Of others the officer sees what their record's card shows: post, kind, date, fields that
agree, and what happened after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection

from features.evidence import agreement_of
from features.facts.recipes import CATEGORIES
from features.facts.table_facts import Facts, TableFacts, facts_of_table
from features.kernel.view import View
from features.matrix import TABLE_OF_SUBJECT
from features.network.linked_people import LinkedPeople, PersonRecord, SharedIdentifier, linked_people
from features.tables.schema import TABLES
from features.tables.times import moment_of
from features.watchlist.matches import similarity
from serving.auth.permissions import OFFICER, Caller
from serving.decisions.hand_entries import is_hand_entry
from serving.decisions.service import DecisionService
from serving.decisions.shared_findings import Event, keeps
from serving.decisions.sight import sight_of
from serving.store.decisions import Decision
from serving.store.readings import Reading
from serving.store.submissions import role_of_sender

PLACE = {"visa_applications": "post", "landings": "port"}
NAME_COLUMNS = ("family_name", "given_names")
_EVENTS = (
    ("outcomes", "application", "finding"), ("outcomes", "landing", "finding"), ("landings", "application", ""),
    ("residence_events", "landing", "kind"), ("departures", "landing", ""),
)  # fmt: skip
"""(table, key of the record that the event is about, category that says what happened)."""


@dataclass(frozen=True, slots=True)
class LinkedPerson:
    """A person linked with a case.

    Attributes
    ----------
    number
        Place in the list, from 1.
    table, record_id, day
        The person's latest record, of the own post if there is any, and when it was lodged or made.
    place
        Post or port that keeps the record.
    name
        Empty for a person of another post.
    shared
        Columns of the identifiers shared with the case; empty for a person linked through others.
    through
        Numbers of these others.
    after
        What happened after.
    """

    number: int
    table: str
    record_id: str
    place: str
    day: dt.date
    name: str
    is_own: bool
    level: int
    shared: tuple[str, ...]
    through: tuple[int, ...]
    after: tuple[Event, ...]

    def reading(self, decision_id: str) -> Reading:
        """Return what is written before the person is shown."""
        if self.is_own:
            return Reading("linked_person", decision_id, self.table, self.record_id, NAME_COLUMNS)
        return Reading("card", decision_id, self.table, self.record_id, self.shared)


@dataclass(frozen=True, slots=True)
class CaseNetwork:
    """People linked with a case.

    Attributes
    ----------
    more
        Count of people beyond those listed.
    own_events
        Earlier records of the case's own person, and what happened after them.
    victim_agreement
        Fields that agree with a victim's entry, by their keys of ``[evidence]``; empty without a match.
    """

    people: tuple[LinkedPerson, ...]
    identifiers: tuple[SharedIdentifier, ...]
    more: int
    own_events: tuple[Event, ...]
    victim_agreement: Mapping[str, str]


NO_NETWORK = CaseNetwork((), (), 0, (), {})


def case_network(
    connection: Connection, service: DecisionService, caller: Caller, decision: Decision, row: pa.Table
) -> CaseNetwork:
    """Return whom the caller sees linked with a case, as it stood at its decision; ``row`` is the case's own record."""
    sight, by_hand = sight_of(connection, service.store, decision, row), is_by_hand(connection, decision)
    view, _ = sight.history(connection, service.store, facts_of_table(TABLE_OF_SUBJECT[decision.subject], row))
    linked = linked_people(view)
    rows = _rows_of(connection, service, linked, decision.position)
    people = tuple(_people(view.history.facts, linked, rows, caller, by_hand=by_hand))
    own = tuple(sorted(set(_events(view.history.facts, linked.own)), key=lambda event: (event.day, event.table)))
    agreement = _victim_agreement(view) if sight.register.victims else {}
    return CaseNetwork(people, _among(linked.identifiers, people), linked.more, own, agreement)


def is_by_hand(connection: Connection, decision: Decision) -> bool:
    """Return whether an officer entered or corrected the record of a decision.

    Of other posts' people that such a record links, only those linked directly are shown, without what happened after.
    """
    if is_hand_entry(decision.subject_id, decision.post):
        return True
    return role_of_sender(connection, decision.record_position) == OFFICER


def _rows_of(
    connection: Connection, service: DecisionService, linked: LinkedPeople, position: int
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the stored records of the people by (table, id)."""
    rows = {}
    for table in PLACE:
        ids = [record.record_id for records in linked.people for record in records if record.table == table]
        for row in service.readable_rows(connection, table, ids, position).to_pylist():
            rows[table, str(row[TABLES[table].id_column])] = row
    return rows


def _people(
    facts: Facts, linked: LinkedPeople, rows: Mapping[tuple[str, str], Mapping[str, Any]], caller: Caller,
    *, by_hand: bool,
) -> Iterator[LinkedPerson]:  # fmt: skip
    for number, records in enumerate(linked.people, start=1):
        readable = [(record, rows[key]) for record in records if (key := (record.table, record.record_id)) in rows]
        if not readable:
            continue
        own = [pair for pair in readable if keeps(caller, pair[1][PLACE[pair[0].table]])]
        record, row = (own or readable)[0]
        if by_hand and not own and linked.levels[number - 1] > 1:
            continue
        yield LinkedPerson(
            number, record.table, record.record_id, row[PLACE[record.table]], moment_of(record.known_at).date(),
            " ".join(filter(None, (row[column] for column in NAME_COLUMNS))) if own else "", bool(own),
            linked.levels[number - 1], linked.shared_with_case(number), linked.through(number),
            tuple(_after(facts, records)) if own or not by_hand else (),
        )  # fmt: skip


def _among(identifiers: Iterable[SharedIdentifier], people: Iterable[LinkedPerson]) -> tuple[SharedIdentifier, ...]:
    """Return the identifiers that people who are shown share with the case or among themselves."""
    shown = {0, *(person.number for person in people)}
    kept = ((item.columns, tuple(number for number in item.people if number in shown)) for item in identifiers)
    return tuple(SharedIdentifier(columns, numbers) for columns, numbers in kept if len(numbers) > 1)


def _events(facts: Facts, records: Iterable[PersonRecord]) -> Iterator[Event]:
    for record in records:
        yield Event(record.table, "", moment_of(record.known_at).date())
    yield from _after(facts, records)


def _after(facts: Facts, records: Iterable[PersonRecord]) -> list[Event]:
    """Return what happened after records, in order of time."""
    keys = np.array([facts[record.table]["id"][record.row] for record in records], dtype=np.int64)
    landings = facts["landings"]
    keys = np.union1d(keys, landings["id"][np.isin(landings["application"], keys)])
    events = {
        Event(table, _category(facts[table], category, row), moment_of(int(facts[table]["occurred_at"][row])).date())
        for table, key, category in _EVENTS
        for row in np.flatnonzero(np.isin(facts[table][key], keys)).tolist()
    }
    return sorted(events, key=lambda event: (event.day, event.table, event.category))


def _category(facts: TableFacts, column: str, row: int) -> str:
    return CATEGORIES[column][int(facts[column][row])] if column else ""


def _victim_agreement(view: View) -> dict[str, str]:
    """Return which fields of the traveller agree with a victim's entry, the best match alone."""
    matches = view.watch_list
    entries = sorted(set(matches.entry[matches.victim].tolist())) if matches.victims()[0] else []
    compared = [agreement_of(similarity(matches, view.history.facts, view.cases, 0, entry)) for entry in entries]
    named = [fields for fields in compared if "name" in fields or "passport" in fields]
    return min(named, key=lambda fields: (fields["grade"] != "exact", -len(fields)), default={})
