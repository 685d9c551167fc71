"""Under which keys of other records is an event found? Read off the streams themselves, whenever one of its records arrives.

A departure counts under the guarantor of the visa that the traveller used. Which records belong together is decided by
`features.windows.history` alone; here it is only written down where each event can be found, and a superset is enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from features.facts.facts import TableFacts, decode_rows, encode_rows, no_facts
from features.store.fetching import Fetched, Lookup
from features.store.keys import DERIVED, DERIVED_STREAMS, KINDS, Key
from features.tables.nine_tables import TABLES
from features.windows.history import History

Posting = tuple[int, int, int, int]
"""Kind, key (not yet blinded), when it became known, position."""
_AT_ONCE = 20_000
# the records that can form an event together with one of each table: (kind to look under, its fact column)
_RELATED: dict[str, tuple[tuple[str, str], ...]] = {
    "visa_applications": (("landing_of_application", "id"), ("outcome_of_application", "id"), ("job_of_person", "person")),
    "landings": (("application", "application"), ("departure_of", "id"), ("event_of", "id"), ("outcome_of_landing", "id")),
    "departures": (("landing", "landing"),),
    "residence_events": (("landing", "landing"),),
    "outcomes": (("application", "application"), ("landing", "landing")),
    "employment_reports": (("person", "person"),),
}  # fmt: skip

_TELLING = ("departures", "residence_events", "outcomes", "employment_reports")
"""The tables whose records can form an event; of any other, one that meets nobody forms none."""


def derived_postings(
    facts: Mapping[str, TableFacts], positions: Mapping[str, Sequence[int]], fresh: Mapping[str, NDArray[np.bool_]]
) -> list[Posting]:
    """Return where each event with at least one new record is found.

    Parameters
    ----------
    facts, positions
        New records and those that form events with them, and where they stand in the store.
    fresh
        bool[n] a table: which of them are new.
    """
    whole = {name: facts.get(name, no_facts(name)) for name in TABLES}
    history = History(whole)
    found: set[Posting] = set()
    for stream, key, kind in DERIVED:
        events = history.stream(DERIVED_STREAMS[stream])
        is_new = np.zeros(len(events), dtype=bool)
        for table, rows in events.sources:
            if table in fresh and len(fresh[table]):
                is_new |= (rows >= 0) & fresh[table][np.maximum(rows, 0)]
        table, rows = events.sources[0]
        chosen = np.flatnonzero(is_new & (events.keys[key] != 0))
        if len(chosen):
            at = rows[chosen]
            where = np.asarray(positions[table], dtype=np.int64)[at]
            known = whole[table]["known_at"][at]
            code = KINDS[kind]
            found |= {
                (code, *row)
                for row in zip(events.keys[key][chosen].tolist(), known.tolist(), where.tolist(), strict=True)
            }
    return sorted(found)


def postings_among_stored(fetched: Fetched, name: str, facts: TableFacts, positions: Sequence[int]) -> list[Posting]:
    """Return where the events are found that new records of one table form with those stored earlier.

    Parameters
    ----------
    fetched
        Sees everything that is stored now, in its latest version.
    """
    if name not in _RELATED:
        return []
    found: list[Posting] = []
    rows = encode_rows(facts)
    for begin in range(0, len(facts), _AT_ONCE):
        end = begin + _AT_ONCE
        some = decode_rows(name, rows[begin:end], [facts.id_of(row) for row in range(begin, min(end, len(facts)))])
        found += _postings_of_some(fetched, name, some, positions[begin:end])
        fetched.rows.clear()
    return found


def _postings_of_some(fetched: Fetched, name: str, facts: TableFacts, positions: Sequence[int]) -> list[Posting]:
    asked: set[Key] = set()
    new = [facts]
    while new:
        keys = {
            (kind, key)
            for one in new
            for kind, column in _RELATED.get(one.table, ())
            for key in one[column].tolist()
            if key
        } - asked
        asked |= keys
        before = set(fetched.rows)
        fetched.look([Lookup(*key) for key in sorted(keys)])
        new = fetched.facts_of(fetched.rows.keys() - before)
    if not fetched.rows and name not in _TELLING:
        return []
    own = set(positions)
    by_table: dict[str, list[int]] = {}
    for at, row in fetched.rows.items():
        if at not in own:
            by_table.setdefault(row[0], []).append(at)
    around = {one.table: one for one in fetched.facts_of(at for stored in by_table.values() for at in stored)}
    where: dict[str, Sequence[int]] = dict(by_table)
    fresh = {table: np.zeros(len(one), dtype=bool) for table, one in around.items()}
    beside = around.get(name, no_facts(name))
    around[name] = _joined(facts, beside)
    where[name] = [*positions, *by_table.get(name, [])]
    fresh[name] = np.arange(len(facts) + len(beside)) < len(facts)
    return derived_postings(around, where, fresh)


def _joined(first: TableFacts, second: TableFacts) -> TableFacts:
    columns = {name: np.concatenate([first.columns[name], second.columns[name]]) for name in first.columns}
    ids = [facts.id_of(row) for facts in (first, second) for row in range(len(facts))]
    return TableFacts(first.table, columns, ids)
