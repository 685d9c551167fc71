"""Which records can a case's features depend on? What its features count under its keys, its ring, and what these need.

A superset is enough: features look at times and keys themselves. What is looked up comes from the catalogue
(`features.store.keys`), the ring is walked beside it (`features.store.ring`), and both go to the database together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from features.facts.facts import DAY_US, TableFacts, names_in, no_facts
from features.store.fetching import ALWAYS, Fetched, Lookup
from features.store.keys import NEEDS, TABLE_CODES, Key, Need
from features.store.records import RecordStore
from features.store.ring import RingWalk
from features.tables.nine_tables import TABLES
from features.windows.cases import Cases, entry_cases, visa_cases
from features.windows.history import History
from features.windows.watch import LOOKED_UP, near_keys

Columns = tuple[tuple[str, str], ...]
"""Kinds to look under, and the fact columns that hold the keys."""
_OF_HOST = ("host_phone", "host_place_unit")
# what a record of each table is nothing without: (kind to look under, its fact column)
_NEEDS_OF_ROW: dict[str, Columns] = {
    "visa_applications": (),
    "landings": (),
    "departures": (("landing", "landing"),),
    "residence_events": (("landing", "landing"),),
    "outcomes": (("application", "application"), ("landing", "landing")),
    "employment_reports": (("establishment", "establishment"), ("action_at", "establishment"), ("person", "person")),
    "establishments": (("action_at", "id"),),
    "establishment_actions": (("establishment", "establishment"),),
    "tip_database": (),
}
# what tells since when a connected record is one of a missing person, a finding or adult work
_TOLD_OF_MEMBER = {
    "visa_applications": (("landing_of_application", "id"), ("outcome_of_application", "id"), ("job_of_person", "person")),
    "landings": (("event_of", "id"), ("outcome_of_landing", "id")),
}  # fmt: skip
# what is looked up next of the landings that a look-up of a kind found
_LEADS_TO: dict[str, Columns] = {
    "landing": (("application", "application"),),
    "landing_of_application": _TOLD_OF_MEMBER["landings"],
}
_DEPARTURE: Columns = (("departure_of", "id"),)


@dataclass(frozen=True, slots=True)
class Known:
    """What was found: facts of all nine tables, and keys that are hubs although not all of their records are here."""

    facts: dict[str, TableFacts]
    hubs: frozenset[int]


def history(connection: Connection, store: RecordStore, own: TableFacts, position: int) -> Known:
    """Fetch the history of one case.

    Parameters
    ----------
    own
        Facts of one application or landing; ``as_of`` is when it became known.
    position
        Only records up to this position, in the versions that were valid there.
    """
    fetched = Fetched(store.secrets, connection, int(own["known_at"][0]), position)
    return _Gathering(fetched, own, cache(lambda name, ids: store.rows(connection, name, ids, position))).known()


class _Gathering:
    """The look-ups of one case, round by round."""

    def __init__(self, fetched: Fetched, own: TableFacts, unsealed: Callable[[str, tuple[str, ...]], pa.Table]) -> None:
        self._fetched = fetched
        self._own = own
        self._unsealed = unsealed
        self._applied: tuple[str, ...] = ()
        self._subject = "visa" if own.table == "visa_applications" else "entry"
        self._asked: set[Key] = set()
        self._seen: set[int] = set()

    def known(self) -> Known:
        """Fetch until nothing more is needed, and decode what came."""
        case = self._case_with_application()
        host = int(case.key("host")[0])
        lookups = [*self._lookups(case, NEEDS[self._subject]), *self._watch(case, LOOKED_UP)]
        lookups += self._fresh({("watch", key) for key in near_keys(self._own)})
        if self._applied:
            application = self._decoded()["visa_applications"]
            lookups += self._fresh({("watch", key) for key in near_keys(self._with_names(application, self._applied))})
        lookups += self._fresh({("establishment", host)})
        ring = RingWalk(self._fetched, case)
        while lookups or ring.lookups:
            found = self._fetched.look([*lookups, *ring.lookups])
            keys = self._following(lookups, found)
            keys |= self._keys_of(ring.take(found[len(lookups) :]), _TOLD_OF_MEMBER)
            lookups = self._fresh(keys)
            if host:
                case, host = self._case(), 0
                of_host = [need for need in NEEDS[self._subject] if need.column in _OF_HOST]
                lookups += [*self._lookups(case, of_host), *self._watch(case, _OF_HOST)]
        facts = self._decoded()
        # names are compared with those of the entries; of a landing, also those in its application
        if entries := tuple(facts["tip_database"].ids):
            facts["tip_database"] = self._with_names(facts["tip_database"], entries)
        if self._subject == "entry":
            facts["visa_applications"] = self._with_names(facts["visa_applications"], self._applied)
        return Known(facts, frozenset(ring.hubs))

    def _case_with_application(self) -> Cases:
        if self._own.table == "landings":
            self._fetched.look([Lookup("application", int(self._own["application"][0]))])
            self._applied = tuple(record_id for _, record_id, _ in self._fetched.rows.values())
        return self._case()

    def _case(self) -> Cases:
        """The case with as much of its application and host as was fetched."""
        make = visa_cases if self._subject == "visa" else entry_cases
        return make(self._own, History(self._decoded()))

    def _decoded(self) -> dict[str, TableFacts]:
        found = {name: no_facts(name) for name in TABLE_CODES}
        return found | {facts.table: facts for facts in self._fetched.facts_of(self._fetched.rows)}

    def _with_names(self, facts: TableFacts, ids: tuple[str, ...]) -> TableFacts:
        """Unseal the names of some of the records; the others stay without."""
        table = TABLES[facts.table]
        rows = self._unsealed(facts.table, ids) if ids else table.arrow_schema.empty_table()
        at = pc.index_in(pa.array(facts.ids, pa.string()), value_set=rows.column(table.id_column))
        return replace(facts, names=names_in(facts.table, rows).take(at))

    def _lookups(self, case: Cases, needs: Iterable[Need]) -> list[Lookup]:
        found = []
        for need in needs:
            since = ALWAYS if need.days is None else self._fetched.as_of - need.days * DAY_US
            found.append(Lookup(need.kind, int(case.key(need.column)[0]), since, earliest=need.earliest))
        return [one for one in found if one.key]

    def _watch(self, case: Cases, columns: Iterable[str]) -> list[Lookup]:
        return self._fresh({("watch", int(case.key(name)[0])) for name in columns})

    def _fresh(self, keys: set[Key]) -> list[Lookup]:
        fresh = {key for key in keys if key[1]} - self._asked
        self._asked |= fresh
        return [Lookup(*key) for key in sorted(fresh)]

    def _following(self, lookups: Sequence[Lookup], found: Sequence[list[int] | None]) -> set[Key]:
        """Return what the rows of a round need, and what they lead to because of how they were found."""
        keys: set[Key] = set()
        new: set[int] = set()
        leading: dict[Columns, set[int]] = {}
        for lookup, under in zip(lookups, found, strict=False):
            leads = _LEADS_TO.get(lookup.kind)
            if lookup.kind == "person" and lookup.key == self._own["person"][0]:
                leads = _DEPARTURE
            if leads:
                leading.setdefault(leads, set()).update(under or ())
            new.update(under or ())
        for leads, positions in leading.items():
            keys |= self._keys_of(positions, {"landings": leads})
        keys |= self._keys_of(new - self._seen, _NEEDS_OF_ROW)
        self._seen |= new
        return keys

    def _keys_of(self, positions: Iterable[int], columns: Mapping[str, Columns]) -> set[Key]:
        chosen = [at for at in positions if columns.get(self._fetched.rows[at][0])]
        found: set[Key] = set()
        for facts in self._fetched.facts_of(chosen):
            for kind, column in columns[facts.table]:
                found |= {(kind, key) for key in facts[column].tolist() if key}
        return found
