"""Which records can a case's features depend on? Everything that shares a key with it, and what hangs on that.

A superset is enough: features look at times and keys themselves. What is fetched follows the streams (a key leads to
applications and landings, these to departures, events, findings and work reports, these to establishments and actions)
and the ring (see `features.store.ring`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from features.facts.facts import DAY_US, TableFacts, decode_rows, names_in, no_facts
from features.facts.layout import POSTINGS
from features.store.keys import KINDS, TABLE_CODES, Key
from features.store.records import RecordStore
from features.store.ring import walk_ring
from features.tables.nine_tables import TABLES
from features.windows.ring import REACH_DAYS
from features.windows.watch import LOOKED_UP, near_keys

_NAMES = tuple(TABLES)
# what hangs on a record of each table: (kind to look under, its fact column)
_HANGS: dict[str, tuple[tuple[str, str], ...]] = {
    "visa_applications": (("landing_of_application", "id"), ("outcome_of_application", "id"),
                          ("job_of_person", "person"), ("job_of_passport", "passport")),
    "landings": (("application", "application"), ("of_landing", "id"), ("outcome_of_landing", "id"),
                 ("job_of_person", "person"), ("job_of_passport", "passport")),
    "residence_events": (("landing", "landing"),),
    "departures": (("landing", "landing"),),
    "employment_reports": (("establishment", "establishment"), ("action_at", "establishment")),
    "establishments": (("action_at", "id"),),
    "establishment_actions": (("establishment", "establishment"),),
    "outcomes": (("application", "application"), ("landing", "landing")),
    "tip_database": (),
}  # fmt: skip
_SELECT = (
    "select r.position, r.table_code, r.record_id, r.facts from records.record r where r.position in "
    "(select p.position from records.posting p join unnest(%s::smallint[], %s::bigint[]) as q(kind, key) "
    "using (kind, key) where p.known_at < %s) and r.position <= %s and (r.superseded_at is null or r.superseded_at > %s)"
)
_SELECT_RING = (
    "select q.n, r.position, r.table_code, r.record_id, r.facts "
    "from unnest(%s::smallint[], %s::bigint[]) with ordinality as q(kind, key, n) "
    "cross join lateral (select s.position, s.table_code, s.record_id, s.facts from records.posting p "
    "join records.record s using (position) where p.kind = q.kind and p.key = q.key and p.known_at < %s "
    "and p.known_at >= %s and s.table_code = any(%s::smallint[]) and s.position <= %s "
    "and (s.superseded_at is null or s.superseded_at > %s) limit %s) r"
)
_MEMBERS = [TABLE_CODES["visa_applications"], TABLE_CODES["landings"]]


class Fetched:
    """Rows fetched so far, and the keys already looked under."""

    def __init__(self, store: RecordStore, connection: Connection, as_of: int, position: int) -> None:
        self._blind = store.secrets.blind
        self._cursor: Any = connection.connection.cursor(binary=True)
        self._as_of, self._position = as_of, position
        self._asked: set[Key] = set()
        self.rows: dict[int, tuple[str, str, bytes]] = {}

    def under(self, keys: Iterable[Key]) -> list[int]:
        """Fetch everything visible under these keys; return the positions that are new."""
        fresh = {key for key in keys if key[1] != 0} - self._asked
        self._asked |= fresh
        if not fresh:
            return []
        kinds, blinded = self._coded(fresh)
        self._cursor.execute(_SELECT, (kinds, blinded, self._as_of, self._position, self._position))
        return self._keep()

    def around(self, keys: Collection[Key], most: int | None) -> list[tuple[Key, int]]:
        """Fetch applications and landings that the ring may link under these keys, at most so many under each.

        Returns
        -------
        list
            (key, position) of everything found, whether it was fetched before or not.
        """
        if not keys:
            return []
        ordered = list(keys)
        kinds, blinded = self._coded(ordered)
        since = self._as_of - REACH_DAYS * DAY_US
        self._cursor.execute(
            _SELECT_RING,
            (kinds, blinded, self._as_of, since, _MEMBERS, self._position, self._position, most),
        )
        found = []
        for number, position, code, record_id, facts in self._cursor.fetchall():
            self.rows.setdefault(position, (_NAMES[code], record_id, bytes(facts)))
            found.append((ordered[number - 1], position))
        return found

    def _coded(self, keys: Collection[Key]) -> tuple[list[int], list[int]]:
        kinds = [KINDS[kind] for kind, _ in keys]
        return kinds, [self._blind(KINDS[kind], key) for kind, key in keys]

    def _keep(self) -> list[int]:
        fresh = []
        for position, code, record_id, facts in self._cursor.fetchall():
            if position not in self.rows:
                self.rows[position] = (_NAMES[code], record_id, bytes(facts))
                fresh.append(position)
        return fresh

    def facts_of(self, positions: Iterable[int]) -> list[TableFacts]:
        """Decode some of the rows, one `TableFacts` per table."""
        by_table: dict[str, list[tuple[str, str, bytes]]] = {}
        for position in positions:
            row = self.rows[position]
            by_table.setdefault(row[0], []).append(row)
        return [
            decode_rows(name, [row[2] for row in rows], [row[1] for row in rows]) for name, rows in by_table.items()
        ]


def history(connection: Connection, store: RecordStore, own: TableFacts, position: int) -> dict[str, TableFacts]:
    """Fetch the history of one case.

    Parameters
    ----------
    own
        Facts of one application or landing; ``as_of`` is when it became known.
    position
        Only records up to this position, in the versions that were valid there.

    Returns
    -------
    dict
        Facts of all nine tables.
    """
    fetched = Fetched(store, connection, int(own["known_at"][0]), position)
    whole = [own]
    if own.table == "landings":
        applications = fetched.facts_of(fetched.under([("application", int(own["application"][0]))]))
        whole += [_with_names(connection, store, one, one.ids, position) for one in applications]
    hosts = [int(facts["host"][0]) for facts in whole if "host" in facts.columns]
    places = fetched.facts_of(fetched.under([("establishment", host) for host in hosts]))
    asked: set[Key] = {("action_at", host) for host in hosts}
    for facts in whole:
        asked |= _postings(facts)
        asked |= {("watch", int(facts[name][0])) for name in LOOKED_UP if name in facts.columns}
        asked |= {("watch", key) for key in near_keys(facts)}
        asked |= {key for key in _hanging(facts) if key[0].startswith("job") or key[0] == "landing_of_application"}
    for place in places:
        for row in range(len(place)):
            phone, unit = int(place["phone"][row]), int(place["place_unit"][row])
            asked |= {("phone", phone), ("unit", unit), ("watch", phone), ("watch", unit)}
    walk_ring(fetched, whole)
    fetched.under(asked)
    _complete(fetched)
    found = {name: no_facts(name) for name in TABLE_CODES}
    found |= {one.table: one for one in fetched.facts_of(fetched.rows)}
    # names are compared of the entries, and of the people in a landing's application
    applied = [record_id for one in whole[1:] for record_id in one.ids]
    for name, ids in (("tip_database", found["tip_database"].ids), ("visa_applications", applied)):
        found[name] = _with_names(connection, store, found[name], ids, position)
    return found


def _with_names(
    connection: Connection, store: RecordStore, facts: TableFacts, ids: Collection[str], position: int
) -> TableFacts:
    """Unseal the names of some of the records; the others stay without."""
    rows = (
        store.rows(connection, facts.table, list(ids), position)
        if ids
        else TABLES[facts.table].arrow_schema.empty_table()
    )
    at = pc.index_in(pa.array(facts.ids, pa.string()), value_set=rows.column(TABLES[facts.table].id_column))
    return replace(facts, names=names_in(facts.table, rows).take(at))


def _complete(fetched: Fetched) -> None:
    """Fetch what hangs on the rows until nothing new comes."""
    new: Iterable[int] = list(fetched.rows)
    while new:
        keys: set[Key] = set()
        for facts in fetched.facts_of(new):
            keys |= _hanging(facts)
        new = fetched.under(keys)


def _postings(facts: TableFacts) -> set[Key]:
    found: set[Key] = set()
    for kind, column in POSTINGS[facts.table]:
        found |= {(kind, key) for key in facts[column].tolist()}
    return found


def _hanging(facts: TableFacts) -> set[Key]:
    found: set[Key] = set()
    for kind, column in _HANGS[facts.table]:
        found |= {(kind, key) for key in facts[column].tolist()}
    return found
