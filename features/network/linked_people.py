"""People of a case's connected component: which records are theirs, and which identifiers they share."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from features.facts.layout import LAYOUT
from features.facts.recipes import code_of
from features.facts.table_facts import Facts, TableFacts
from features.kernel.view import View
from features.network.component import LINKS_OF_APPLICATION, LINKS_OF_CASE, LINKS_OF_LANDING
from features.statements.statement_index import SAME_STATEMENT_BITS

PEOPLE_LIMIT = 60
STATEMENT = "statement"
_LINKS = {"visa_applications": LINKS_OF_APPLICATION, "landings": LINKS_OF_LANDING}
_OWN = 0
Keys = dict[int, str]
"""Columns of a record's identifiers by key."""


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """Record of a person; ``row`` is that of its facts, ``known_at`` in microseconds UTC."""

    table: str
    record_id: str
    row: int
    known_at: int


@dataclass(frozen=True, slots=True)
class SharedIdentifier:
    """Identifiers that the same people share.

    Attributes
    ----------
    columns
        Columns of the records that hold them.
    people
        Numbers of these people; 0 is the case.
    """

    columns: tuple[str, ...]
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LinkedPeople:
    """People linked with a case.

    Attributes
    ----------
    people
        Records of each person, the latest first; the person's number is the position plus one.
    levels
        Links between the case and each person.
    own
        Earlier records of the case's own person.
    identifiers
        What is shared, the nearest to the case first.
    more
        Count of people beyond the limit.
    """

    people: tuple[tuple[PersonRecord, ...], ...]
    levels: tuple[int, ...]
    own: tuple[PersonRecord, ...]
    identifiers: tuple[SharedIdentifier, ...]
    more: int

    def shared_with_case(self, number: int) -> tuple[str, ...]:
        """Return the columns of the identifiers that a person shares with the case."""
        both = (item.columns for item in self.identifiers if {_OWN, number} <= set(item.people))
        return tuple(dict.fromkeys(column for columns in both for column in columns))

    def through(self, number: int) -> tuple[int, ...]:
        """Return the nearer people through whom a person is linked; empty for a person linked directly."""
        level = self.levels[number - 1]
        others = {other for item in self.identifiers if number in item.people for other in item.people}
        return tuple(sorted(other for other in others if other != _OWN and self.levels[other - 1] < level))


def linked_people(view: View, case: int = 0) -> LinkedPeople:
    """Return the people of a case's component, the nearest and latest first.

    A shelter's address and telephone link nobody: who stays there is not to be shown.
    """
    facts, cases = view.history.facts, view.cases
    hidden = set(view.history.hubs.tolist()) | _shelter_keys(facts)
    own_id, own_person = cases.own.id_of(case), int(cases.key("person")[case])
    own_keys = {int(cases.key(name)[case]): name for name in (*LINKS_OF_CASE[cases.subject], STATEMENT)}
    own: list[PersonRecord] = []
    others: dict[int, tuple[list[PersonRecord], Keys]] = {}
    for record, keys in _members(view, case):
        person = int(facts[record.table]["person"][record.row]) or -1 - len(others)
        if person == own_person:
            own_keys |= {key: name for key, name in keys.items() if key not in own_keys}
            own += [record] if record.record_id != own_id else []
        else:
            records, all_keys = others.setdefault(person, ([], {}))
            records.append(record)
            all_keys.update({key: name for key, name in keys.items() if key not in all_keys})
    nodes = _with_same_statements([own_keys, *(keys for _, keys in others.values())])
    nodes = [{key: name for key, name in keys.items() if key and key not in hidden} for keys in nodes]
    levels = _levels(nodes)
    latest = [sorted(records, key=lambda item: -item.known_at) for records, _ in others.values()]
    order = sorted((at for at in range(1, len(nodes)) if at in levels),
                   key=lambda at: (levels[at], -latest[at - 1][0].known_at, latest[at - 1][0].record_id))  # fmt: skip
    kept = order[:PEOPLE_LIMIT]
    return LinkedPeople(
        tuple(tuple(latest[at - 1]) for at in kept), tuple(levels[at] for at in kept), tuple(own),
        _identifiers([nodes[_OWN], *(nodes[at] for at in kept)]), len(order) - len(kept),
    )  # fmt: skip


def _members(view: View, case: int) -> Iterator[tuple[PersonRecord, Keys]]:
    """Yield each record of the component with its identifiers."""
    rows = view.connected_records("records", case)
    for (table, names), members in zip(_LINKS.items(), rows, strict=True):
        facts = view.history.facts[table]
        for row in members.tolist():
            yield (
                PersonRecord(table, facts.id_of(row), row, int(facts["known_at"][row])),
                _keys(facts, row, names),
            )


def _keys(facts: TableFacts, row: int, names: Iterable[str]) -> Keys:
    statement = [STATEMENT] if STATEMENT in facts.columns else []
    return {int(facts[name][row]): name for name in (*reversed(tuple(names)), *statement)}


def _shelter_keys(facts: Facts) -> set[int]:
    places = facts["establishments"]
    shelters = places["industry"] == code_of("industry", "npo_shelter")
    return {int(key) for name in ("address", "phone") for key in places[name][shelters].tolist()}


def _with_same_statements(nodes: list[Keys]) -> list[Keys]:
    """Return identifiers in which statements that count as the same are the same key."""
    seen: list[int] = []
    for keys in nodes:
        for statement in [key for key, name in keys.items() if name == STATEMENT and key]:
            same = [other for other in seen if (statement ^ other).bit_count() <= SAME_STATEMENT_BITS]
            if same:
                keys[same[0]] = keys.pop(statement)
            else:
                seen.append(statement)
    return nodes


def _levels(nodes: list[Keys]) -> dict[int, int]:
    """Return the count of links between the case and each node that it is linked with."""
    bearers: dict[int, list[int]] = {}
    for at, keys in enumerate(nodes):
        for key in keys:
            bearers.setdefault(key, []).append(at)
    levels, last = {_OWN: 0}, [_OWN]
    while last:
        near = {other for at in last for key in nodes[at] for other in bearers[key]} - set(levels)
        levels |= dict.fromkeys(near, levels[last[0]] + 1)
        last = sorted(near)
    return levels


def _identifiers(nodes: list[Keys]) -> tuple[SharedIdentifier, ...]:
    """Return identifiers with their people; those of exactly the same people together."""
    bearers: dict[int, list[int]] = {}
    for at, keys in enumerate(nodes):
        for key in keys:
            bearers.setdefault(key, []).append(at)
    together: dict[tuple[int, ...], list[str]] = {}
    for key, people in bearers.items():
        if len(people) > 1:
            name = nodes[people[0]][key]
            together.setdefault(tuple(people), []).append(_column(name))
    return tuple(
        SharedIdentifier(tuple(dict.fromkeys(columns)), people) for people, columns in sorted(together.items())
    )


def _column(name: str) -> str:
    """Return the first column of the records that a fact is read from."""
    facts = (fact for table in _LINKS for fact in LAYOUT[table] if fact.name == name)
    return next(fact.sources[0] for fact in facts)
