"""What a post learns of another post's record: a card, never the file.

A record behind a case opens in full where the reader's own post keeps it. Of another post's record the card says which
post, which kind of record, when, which fields agree with the case, and what happened after. A register that no post keeps
opens in full for a case that a feed sent, and as a card for one that an officer entered by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection

from features.facts.layout import LAYOUT, Recipe
from features.facts.table_facts import TableFacts, facts_of_table
from features.matrix import TABLE_OF_SUBJECT
from features.store.lookups import Fetched, Lookup
from features.tables.schema import TABLES
from serving.auth.permissions import ALL_POSTS, Caller
from serving.decisions.service import DecisionService
from serving.store.decisions import Decision

_LINKS = {
    Recipe.IDENTIFIER, Recipe.PASSPORT, Recipe.PHONE, Recipe.EMAIL, Recipe.ADDRESS, Recipe.PERSON, Recipe.FULL_NAME_PERSON,
}  # fmt: skip
_PLACE = {"visa_applications": "post", "landings": "port"}
_PARENT_OF_OUTCOME = {"visa_application": "visa_applications", "landing": "landings"}
_AFTER = {
    "visa_applications": ("landing_of_application", "outcome_of_application"),
    "landings": ("departure", "residence_event", "outcome_of_landing"),
}
_WHAT = {"outcomes": "finding", "residence_events": "kind"}
Columns = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """What happened after; ``category`` is empty where the kind of record says all."""

    table: str
    category: str
    day: dt.date


@dataclass(frozen=True, slots=True)
class Card:
    """What is shared of a record; ``place`` is None for a register that no post keeps."""

    place: str | None
    day: dt.date
    agreeing: tuple[str, ...]
    after: tuple[Event, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the card as plain JSON values."""
        after = [{"table": event.table, "what": event.category, "day": event.day.isoformat()} for event in self.after]
        return {"post": self.place, "day": self.day.isoformat(), "agreeing": list(self.agreeing), "after": after}


def card_of(
    connection: Connection, service: DecisionService, caller: Caller, decision: Decision, table: str, row: pa.Table,
    *, by_hand: bool,
) -> Card | None:  # fmt: skip
    """Return the card of a record behind a decision, None where the caller opens the record itself.

    ``by_hand`` says whether an officer's own entry or correction brought the record behind the case.
    """
    if caller.scope is ALL_POSTS:
        return None
    values = row.to_pylist()[0]
    place = _place(connection, service, table, values, decision.position)
    if keeps(caller, place) or (place is None and not by_hand):
        return None
    facts = facts_of_table(table, row)
    after = () if by_hand else events_after(connection, service, facts, decision.seen_at() or decision.as_of, decision.position)  # fmt: skip
    agreeing = _agreeing(_facts_of_case(connection, service, decision), facts)
    return Card(place, _day(values[TABLES[table].occurred_at]), agreeing, after)


def keeps(caller: Caller, place: str | None) -> bool:
    """Return whether a record kept at a post or port is the caller's own, or the caller reads those of all posts."""
    return caller.scope is ALL_POSTS or place in caller.posts


def _place(
    connection: Connection, service: DecisionService, table: str, values: Mapping[str, Any], position: int
) -> str | None:
    """Return the post or port that keeps a record; a record about an application or landing is kept where that is."""
    parent = _PARENT_OF_OUTCOME[values["subject"]] if table == "outcomes" else "landings"
    parent_id = values.get("subject_id" if table == "outcomes" else "landing_id")
    if table not in _PLACE and parent_id is not None:
        parents = service.store.rows(connection, parent, [parent_id], position).to_pylist()
        # a record about a case that is not stored is nobody's own
        return parents[0][_PLACE[parent]] if parents else ""
    return values[_PLACE[table]] if table in _PLACE else None


def _facts_of_case(connection: Connection, service: DecisionService, decision: Decision) -> TableFacts:
    name = TABLE_OF_SUBJECT[decision.subject]
    return facts_of_table(name, service.store.rows(connection, name, [decision.subject_id], decision.record_position))


def _agreeing(case: TableFacts, other: TableFacts) -> tuple[str, ...]:
    """Return the columns of the other record whose link keys the case has too."""
    agreeing = (sources for _, sources in agreement(case, other))
    return tuple(dict.fromkeys(column for columns in agreeing for column in columns))


def agreement(case: TableFacts, other: TableFacts, row: int = 0) -> list[tuple[Columns, Columns]]:
    """Return the columns of a case and of a row of another table that hold the same link key."""
    own = {int(case[fact.name][0]): fact.sources for fact in LAYOUT[case.table] if fact.recipe in _LINKS}
    links = ((int(other[fact.name][row]), fact.sources) for fact in LAYOUT[other.table] if fact.recipe in _LINKS)
    return [(own[key], sources) for key, sources in links if key and key in own]


def events_after(
    connection: Connection, service: DecisionService, facts: TableFacts, seen_at: int, position: int
) -> tuple[Event, ...]:
    """Return what happened after an application or a landing, as records known before a moment say."""
    fetched = Fetched(service.store.data_key, connection, seen_at, position)
    fetched.look_up([Lookup(kind, int(facts["id"][0])) for kind in _AFTER.get(facts.table, ())])
    events = []
    for table, record_id, _ in fetched.rows.values():
        for row in service.store.rows(connection, table, [record_id], position).to_pylist():
            category = row[_WHAT[table]] if table in _WHAT else ""
            events.append(Event(table, category, _day(row[TABLES[table].occurred_at])))
    return tuple(sorted(events, key=lambda event: event.day))


def _day(moment: dt.date) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment
