"""Which records can a case's features depend on? Everything that shares a key with it, and what hangs on that.

A superset is enough: features look at times and keys themselves. What is fetched follows the streams (a key leads to
applications and landings, these to departures, events, findings and work reports, these to establishments and actions)
and the ring (level by level over personal identifiers, hubs cut off at one more than the cap).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from features.facts.facts import DAY_US, TableFacts, decode_rows, no_facts
from features.facts.layout import POSTINGS
from features.store.records import KINDS, TABLE_CODES, RecordStore
from features.tables.nine_tables import TABLES
from features.windows.ring import DEGREE_CAP, LEVELS, REACH_DAYS, SIZE_LIMIT

Key = tuple[str, int]
_NAMES = tuple(TABLES)
_RING_KINDS = {"phone", "unit", "sponsor", "passport", "person", "biometric", "booking", "letter", "application",
               "landing_of_application"}  # fmt: skip
_WATCHED = ("passport", "person", "guarantor", "inviter", "parent", "applicant_phone", "stay_phone", "guarantor_phone",
            "inviter_phone", "introducer_phone", "booking_phone", "host_phone", "stay_unit", "guarantor_unit",
            "inviter_unit", "host_place_unit")  # fmt: skip
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
    "select r.position, r.table_code, r.record_id, r.facts from unnest(%s::smallint[], %s::bigint[]) as q(kind, key) "
    "cross join lateral (select s.position, s.table_code, s.record_id, s.facts from records.posting p "
    "join records.record s using (position) where p.kind = q.kind and p.key = q.key and p.known_at < %s "
    "and p.known_at >= %s and s.position <= %s and (s.superseded_at is null or s.superseded_at > %s) limit %s) r"
)


class _Fetched:
    """Rows fetched so far, and the keys already looked under."""

    def __init__(self, store: RecordStore, connection: Connection, as_of: int, position: int) -> None:
        self._blind = store.secrets.blind
        self._cursor: Any = connection.connection.cursor(binary=True)  # type: ignore[call-arg]
        self._as_of, self._position = as_of, position
        self._asked: set[Key] = set()
        self._asked_ring: set[Key] = set()
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

    def around(self, keys: Iterable[Key]) -> list[int]:
        """Fetch what the ring links under these keys; a hub is cut off where it is known to be one."""
        fresh = {key for key in keys if key[1] != 0} - self._asked - self._asked_ring
        self._asked_ring |= fresh
        found: list[int] = []
        since = self._as_of - REACH_DAYS * DAY_US
        for letters in (True, False):
            some = {key for key in fresh if (key[0] == "letter") == letters}
            if some:
                kinds, blinded = self._coded(some)
                # each record may stand under a key once in either role of a table, so one more than the cap says: a hub
                most = None if letters else DEGREE_CAP + 1
                self._cursor.execute(
                    _SELECT_RING, (kinds, blinded, self._as_of, since, self._position, self._position, most)
                )
                found += self._keep()
        return found

    def _coded(self, keys: set[Key]) -> tuple[list[int], list[int]]:
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
        return [decode_rows(name, [row[2] for row in rows], [row[1] for row in rows]) for name, rows in by_table.items()]


def history(
    connection: Connection, store: RecordStore, own: TableFacts, position: int
) -> dict[str, TableFacts]:
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
    fetched = _Fetched(store, connection, int(own["known_at"][0]), position)
    whole = [own]
    if own.table == "landings":
        whole += fetched.facts_of(fetched.under([("application", int(own["application"][0]))]))
    hosts = [int(facts["host"][0]) for facts in whole if "host" in facts.columns]
    places = fetched.facts_of(fetched.under([("establishment", host) for host in hosts]))
    asked: set[Key] = {("action_at", host) for host in hosts}
    for facts in whole:
        asked |= _postings(facts)
        asked |= {("watch", int(facts[name][0])) for name in _WATCHED if name in facts.columns}
        asked |= {key for key in _hanging(facts) if key[0].startswith("job") or key[0] == "landing_of_application"}
    for place in places:
        for row in range(len(place)):
            phone, unit = int(place["phone"][row]), int(place["place_unit"][row])
            asked |= {("phone", phone), ("unit", unit), ("watch", phone), ("watch", unit)}
    fetched.under(asked)
    _complete(fetched)
    _ring(fetched)
    facts = {name: no_facts(name) for name in TABLE_CODES}
    return facts | {one.table: one for one in fetched.facts_of(fetched.rows)}


def _complete(fetched: _Fetched) -> None:
    """Fetch what hangs on the rows until nothing new comes."""
    new: Iterable[int] = list(fetched.rows)
    while new:
        keys: set[Key] = set()
        for facts in fetched.facts_of(new):
            keys |= _hanging(facts)
        new = fetched.under(keys)


def _ring(fetched: _Fetched) -> None:
    for _ in range(LEVELS):
        members = [at for at, row in fetched.rows.items() if row[0] in {"visa_applications", "landings"}]
        keys: set[Key] = set()
        for facts in fetched.facts_of(members):
            keys |= {key for key in _postings(facts) if key[0] in _RING_KINDS}
            if facts.table == "landings":
                keys |= {("application", int(value)) for value in facts["application"]}
            else:
                keys |= {("landing_of_application", int(value)) for value in facts["id"]}
        if not fetched.around(keys):
            break
        _complete(fetched)
        if len(members) > 20 * SIZE_LIMIT:
            break


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
