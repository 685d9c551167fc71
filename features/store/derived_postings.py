"""Postings of events under keys of other records, whenever one of an event's records arrives.

`features.events` alone decides which records form an event. Here it is only noted where each event is looked up; a
superset is enough.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from features.arrays import Bools
from features.events.history import History
from features.facts.table_facts import TableFacts, decode_rows, encode_rows, no_facts
from features.store.lookups import Fetched, Lookup
from features.store.posting_kinds import DERIVED, DERIVED_EVENTS, KINDS, Key
from features.tables.schema import TABLES

Posting = tuple[int, int, int, int]
"""Kind, key (not yet blinded), when it became known, position."""
_BATCH = 20_000
# records that can form an event with a record of each table: (kind to look up, its fact column)
_RELATED: dict[str, tuple[tuple[str, str], ...]] = {
    "visa_applications": (
        ("landing_of_application", "id"), ("outcome_of_application", "id"), ("employment_of_person", "person"),
    ),
    "landings": (
        ("application", "application"), ("departure", "id"), ("residence_event", "id"), ("outcome_of_landing", "id"),
    ),
    "departures": (("landing", "landing"),),
    "residence_events": (("landing", "landing"),),
    "outcomes": (("application", "application"), ("landing", "landing")),
    "employment_reports": (("person", "person"),),
}  # fmt: skip
_EVENT_TABLES = ("departures", "residence_events", "outcomes", "employment_reports")
"""Tables whose records can form an event by themselves."""


def derived_postings(
    facts: Mapping[str, TableFacts], positions: Mapping[str, Sequence[int]], fresh: Mapping[str, Bools]
) -> list[Posting]:
    """Return the postings of each event with at least one new record.

    Parameters
    ----------
    facts, positions
        New records and those that form events with them, and their positions.
    fresh
        bool[n] by table: which of them are new.
    """
    whole = {name: facts.get(name, no_facts(name)) for name in TABLES}
    history = History(whole)
    postings: set[Posting] = set()
    for name, key, kind in DERIVED:
        events = history.events(DERIVED_EVENTS[name])
        is_new = np.zeros(len(events), dtype=bool)
        for table, rows in events.sources:
            if table in fresh and len(fresh[table]):
                is_new |= (rows >= 0) & fresh[table][np.maximum(rows, 0)]
        table, rows = events.sources[0]
        chosen = np.flatnonzero(is_new & (events.keys[key] != 0))
        if len(chosen):
            at = rows[chosen]
            where = np.asarray(positions[table], dtype=np.int64)[at]
            columns = (events.keys[key][chosen], whole[table]["known_at"][at], where)
            postings |= {(KINDS[kind], *row) for row in zip(*(column.tolist() for column in columns), strict=True)}
    return sorted(postings)


def postings_among_stored(fetched: Fetched, name: str, facts: TableFacts, positions: Sequence[int]) -> list[Posting]:
    """Return the postings of events that new records of a table form with those stored earlier.

    Parameters
    ----------
    fetched
        Sees everything stored now, in its latest version.
    """
    if name not in _RELATED:
        return []
    postings: list[Posting] = []
    rows = encode_rows(facts)
    for begin in range(0, len(facts), _BATCH):
        end = begin + _BATCH
        batch = decode_rows(name, rows[begin:end], facts.id_list()[begin:end])
        postings += _postings_of_batch(fetched, name, batch, positions[begin:end])
        fetched.rows.clear()
    return postings


def _postings_of_batch(fetched: Fetched, name: str, facts: TableFacts, positions: Sequence[int]) -> list[Posting]:
    _fetch_related(fetched, facts)
    if not fetched.rows and name not in _EVENT_TABLES:
        return []
    own = set(positions)
    by_table: dict[str, list[int]] = {}
    for at, row in fetched.rows.items():
        if at not in own:
            by_table.setdefault(row[0], []).append(at)
    related = {table.table: table for table in fetched.facts_of(at for stored in by_table.values() for at in stored)}
    where: dict[str, Sequence[int]] = dict(by_table)
    fresh = {name: np.zeros(len(table), dtype=bool) for name, table in related.items()}
    stored = related.get(name, no_facts(name))
    related[name] = _concatenated(facts, stored)
    where[name] = [*positions, *by_table.get(name, [])]
    fresh[name] = np.arange(len(facts) + len(stored)) < len(facts)
    return derived_postings(related, where, fresh)


def _fetch_related(fetched: Fetched, facts: TableFacts) -> None:
    """Fetch the records that can form events with some, and those that can with these, until none is new."""
    done: set[Key] = set()
    new = [facts]
    while new:
        keys = {
            (kind, key)
            for table in new
            for kind, column in _RELATED.get(table.table, ())
            for key in table[column].tolist()
            if key
        } - done
        done |= keys
        before = set(fetched.rows)
        fetched.look_up([Lookup(*key) for key in sorted(keys)])
        new = fetched.facts_of(fetched.rows.keys() - before)


def _concatenated(first: TableFacts, second: TableFacts) -> TableFacts:
    columns = {name: np.concatenate([first.columns[name], second.columns[name]]) for name in first.columns}
    return TableFacts(first.table, columns, first.id_list() + second.id_list())
