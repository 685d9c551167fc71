"""History of a case: the stored records that its features can depend on.

A superset is enough, as features check times and keys themselves. The catalogue says what is looked up
(`features.store.posting_kinds`), the component is searched beside it (`features.store.network`), and both go to the
database in the same statements.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from features.cases import Cases, cases_of
from features.events.history import History
from features.facts.table_facts import TableFacts, names_in, no_facts
from features.store.lookups import ALWAYS, Fetched, Lookup
from features.store.network import ComponentSearch
from features.store.posting_kinds import NEEDS, TABLE_CODES, Key, Need
from features.store.records import RecordName, RecordStore
from features.tables.schema import TABLES
from features.tables.times import DAY_US
from features.watchlist.matches import LOOKUP_KEYS
from features.watchlist.parties import name_block_keys

Columns = tuple[tuple[str, str], ...]
"""Kinds to look up, and the fact columns that hold the keys."""
_HOST_KEYS = ("host_phone", "host_address")
# records without which a record of each table tells nothing: (kind to look up, its fact column)
_NEEDS_OF_ROW: dict[str, Columns] = {
    "visa_applications": (),
    "landings": (),
    "departures": (("landing", "landing"),),
    "residence_events": (("landing", "landing"),),
    "outcomes": (("application", "application"), ("landing", "landing")),
    "employment_reports": (
        ("establishment", "establishment"), ("establishment_action", "establishment"), ("person", "person"),
    ),
    "establishments": (("establishment_action", "id"),),
    "establishment_actions": (("establishment", "establishment"),),
    "tip_database": (),
}  # fmt: skip
# records that tell since when a member of the component is a missing person, a finding or adult work
_NEEDS_OF_MEMBER: dict[str, Columns] = {
    "visa_applications": (
        ("landing_of_application", "id"), ("outcome_of_application", "id"), ("employment_of_person", "person"),
    ),
    "landings": (("residence_event", "id"), ("outcome_of_landing", "id")),
}  # fmt: skip
# records looked up next for the landings of a look-up of a kind
_LEADS_TO: dict[str, Columns] = {
    "landing": (("application", "application"),),
    "landing_of_application": _NEEDS_OF_MEMBER["landings"],
}
_DEPARTURE: Columns = (("departure", "id"),)


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """Facts of all nine tables.

    Attributes
    ----------
    hubs
        Keys that are hubs although not all of their records are here.
    lookups
        Kind and blinded key of all that was looked up: a record that is posted under none of these changes nothing.
    """

    facts: dict[str, TableFacts]
    hubs: frozenset[int]
    lookups: frozenset[tuple[int, int]]


def history_of_case(
    connection: Connection, store: RecordStore, own: TableFacts, position: int, *, without: Collection[RecordName] = ()
) -> CaseHistory:
    """Fetch the history of a case.

    Parameters
    ----------
    own
        Facts of a single application or landing; ``as_of`` is when it became known.
    position
        Only records up to this position, in the versions valid there.
    without
        Records that do not count, in any version.
    """
    left_out = store.positions_of(connection, without) if without else []
    fetched = Fetched(store.data_key, connection, int(own["known_at"][0]), position, without=left_out)
    return _Fetching(fetched, own, cache(lambda name, ids: store.rows(connection, name, ids, position))).history()


def with_names(facts: TableFacts, rows: pa.Table) -> TableFacts:
    """Return facts with the names that records of the same table hold, null for the others."""
    at = pc.index_in(pa.array(facts.id_list(), pa.string()), value_set=rows.column(TABLES[facts.table].id_column))
    return replace(facts, names=names_in(facts.table, rows).take(at))


class _Fetching:
    """Look-ups of a case, round by round."""

    def __init__(self, fetched: Fetched, own: TableFacts, rows: Callable[[str, tuple[str, ...]], pa.Table]) -> None:
        self._fetched = fetched
        self._own = own
        self._rows = rows
        self._application_ids: tuple[str, ...] = ()
        self._subject = "visa" if own.table == "visa_applications" else "entry"
        self._done: set[Key] = set()
        self._seen: set[int] = set()

    def history(self) -> CaseHistory:
        """Fetch until nothing more is needed, and decode."""
        if self._subject == "entry":
            self._fetched.look_up([Lookup("application", int(self._own["application"][0]))])
            self._application_ids = tuple(record_id for _, record_id, _ in self._fetched.rows.values())
        case = self._case()
        host = int(case.key("host")[0])
        lookups = self._first_lookups(case, host)
        component = ComponentSearch(self._fetched, case)
        while lookups or component.lookups:
            answers = self._fetched.look_up([*lookups, *component.lookups])
            keys = self._following(lookups, answers)
            keys |= self._keys_of(component.take(answers[len(lookups) :]), _NEEDS_OF_MEMBER)
            lookups = self._fresh(keys)
            if host:
                # address and phone of the host are known only now
                case, host = self._case(), 0
                host_needs = [need for need in NEEDS[self._subject] if need.column in _HOST_KEYS]
                lookups += [*self._lookups(case, host_needs), *self._watch_list_lookups(case, _HOST_KEYS)]
        facts = self._with_compared_names(self._decoded())
        return CaseHistory(facts, frozenset(component.hubs), frozenset(self._fetched.keys))

    def _first_lookups(self, case: Cases, host: int) -> list[Lookup]:
        lookups = [*self._lookups(case, NEEDS[self._subject]), *self._watch_list_lookups(case, LOOKUP_KEYS)]
        named = name_block_keys(self._own)
        if self._application_ids:
            application = self._decoded()["visa_applications"]
            named |= name_block_keys(self._with_names(application, self._application_ids))
        lookups += self._fresh({("watch_list", key) for key in named})
        return lookups + self._fresh({("establishment", host)})

    def _with_compared_names(self, facts: dict[str, TableFacts]) -> dict[str, TableFacts]:
        """Add the names that are compared with the watch list: of entries, and in a landing's application."""
        if entries := tuple(facts["tip_database"].ids):
            facts["tip_database"] = self._with_names(facts["tip_database"], entries)
        if self._subject == "entry":
            facts["visa_applications"] = self._with_names(facts["visa_applications"], self._application_ids)
        return facts

    def _case(self) -> Cases:
        """Return the case with as much of its application and host as was fetched."""
        return cases_of(self._subject, self._own, History(self._decoded()))

    def _decoded(self) -> dict[str, TableFacts]:
        empty = {name: no_facts(name) for name in TABLE_CODES}
        return empty | {facts.table: facts for facts in self._fetched.facts_of(self._fetched.rows)}

    def _with_names(self, facts: TableFacts, ids: tuple[str, ...]) -> TableFacts:
        """Decrypt the names of some of the records; the others stay without."""
        return with_names(
            facts, self._rows(facts.table, ids) if ids else TABLES[facts.table].arrow_schema.empty_table()
        )

    def _lookups(self, case: Cases, needs: Iterable[Need]) -> list[Lookup]:
        lookups = []
        for need in needs:
            since = ALWAYS if need.days is None else self._fetched.as_of - need.days * DAY_US
            lookups.append(Lookup(need.kind, int(case.key(need.column)[0]), since, earliest=need.earliest))
        return [lookup for lookup in lookups if lookup.key]

    def _watch_list_lookups(self, case: Cases, columns: Iterable[str]) -> list[Lookup]:
        return self._fresh({("watch_list", int(case.key(name)[0])) for name in columns})

    def _fresh(self, keys: set[Key]) -> list[Lookup]:
        fresh = {key for key in keys if key[1]} - self._done
        self._done |= fresh
        return [Lookup(*key) for key in sorted(fresh)]

    def _following(self, lookups: Sequence[Lookup], answers: Sequence[list[int] | None]) -> set[Key]:
        """Return the keys that the rows of a round need, by their table and by the look-up that fetched them."""
        keys: set[Key] = set()
        new: set[int] = set()
        leading: dict[Columns, set[int]] = {}
        for lookup, under in zip(lookups, answers, strict=False):
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
        return {
            (kind, key)
            for facts in self._fetched.facts_of(chosen)
            for kind, column in columns[facts.table]
            for key in facts[column].tolist()
            if key
        }
