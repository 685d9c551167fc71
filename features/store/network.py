"""Search for a case's connected component in the store, a few statements a level.

The fetched records decide what features see, so the rules are those of `features.network.component`: the same columns to
start from, a hub links nothing and is not fetched, and the search stops after the level that passes the limit.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from features.cases import Cases
from features.facts.postings import STATEMENT_BLOCKS
from features.facts.table_facts import TableFacts
from features.network.component import (
    DEGREE_CAP,
    LEVELS,
    LINK_DAYS,
    LINKS_OF_APPLICATION,
    LINKS_OF_CASE,
    LINKS_OF_LANDING,
    SIZE_LIMIT,
)
from features.statements.statement_index import SAME_STATEMENT_BITS
from features.store.lookups import HUB, Fetched, Lookup
from features.store.posting_kinds import Key
from features.tables.times import DAY_US

# A traveller in a record may be the sponsor in another, and an application is linked with its landings. The graph compares
# keys whatever their column, so a key is looked up under each kind that it is posted as.
_PEOPLE = ("person", "sponsor")
_VISA = ("application", "landing_of_application")
_KINDS = {
    "guarantor": _PEOPLE, "inviter": _PEOPLE, "parent": _PEOPLE, "person": _PEOPLE, "passport": ("passport",),
    "id": _VISA, "application": _VISA, "biometric": ("biometric",), "booking": ("booking",),
}  # fmt: skip
_COLUMNS = {"visa_applications": LINKS_OF_APPLICATION, "landings": LINKS_OF_LANDING}


class ComponentSearch:
    """Search from a case, level by level: run `lookups`, hand the answers to `take`.

    Attributes
    ----------
    lookups
        Look-ups of the next level; empty at the end.
    hubs
        Keys above the degree cap.
    """

    def __init__(self, fetched: Fetched, case: Cases) -> None:
        self._fetched = fetched
        self._since = fetched.as_of - LINK_DAYS * DAY_US
        self._done: set[int] = set()
        self._members: set[int] = set()
        self._level = 0
        self.hubs: set[int] = set()
        columns = LINKS_OF_CASE[case.subject]
        keys = {(kind, int(case.key(column)[0])) for column in columns for kind in _kinds_of(column)}
        self._statements = {int(case.key("statement")[0])} - {0}
        blocks = {int(case.key(name)[0]) for name in STATEMENT_BLOCKS} if self._statements else set()
        self._prepare(keys, blocks)

    def _prepare(self, keys: set[Key], blocks: set[int]) -> None:
        self._keys = sorted(key for key in keys if key[1] and key[1] not in self._done)
        self._done |= {value for _, value in self._keys}
        self.lookups = [Lookup(*key, self._since, DEGREE_CAP) for key in self._keys]
        self.lookups += [Lookup("statement_block", block, self._since) for block in sorted(blocks) if block]

    def take(self, answers: Sequence[list[int] | None]) -> set[int]:
        """Take the answers to `lookups`; return the positions of new members of the component."""
        if not self.lookups:
            return set()
        n = len(self._keys)
        new = self._linked(answers[:n])
        new |= self._same_statement({at for under in answers[n:] for at in under or ()})
        new -= self._members
        self._members |= new
        self._level += 1
        if not new or len(self._members) > SIZE_LIMIT or self._level == LEVELS:
            self._prepare(set(), set())
            return new
        keys: set[Key] = set()
        blocks: set[int] = set()
        self._statements = set()
        for facts in self._fetched.facts_of(new):
            keys |= _links(facts, _COLUMNS[facts.table])
            if facts.table == "visa_applications":
                self._statements |= set(facts["statement"].tolist()) - {0}
                blocks |= {block for name in STATEMENT_BLOCKS for block in facts[name].tolist()}
        self._prepare(keys, blocks)
        return new

    def _linked(self, answers: Sequence[list[int] | None]) -> set[int]:
        """Return the positions that keys link; a hub, over all kinds, links none."""
        linked: dict[int, set[int]] = {}
        for (_, value), under in zip(self._keys, answers, strict=True):
            linked.setdefault(value, set()).update(under or ())
            if under is HUB or len(linked[value]) > DEGREE_CAP:
                self.hubs.add(value)
        return {at for value, members in linked.items() if value not in self.hubs for at in members}

    def _same_statement(self, positions: set[int]) -> set[int]:
        """Return which of these applications have the same statement as a member of the level."""
        ordered = sorted(positions)
        linked: set[int] = set()
        for facts in self._fetched.facts_of(ordered):
            for simhash in self._statements:
                bits = np.bitwise_count((facts["statement"] ^ simhash).view(np.uint64))
                same = np.flatnonzero(bits <= SAME_STATEMENT_BITS)
                if len(same) <= DEGREE_CAP:
                    linked |= {ordered[int(at)] for at in same}
        return linked


def _kinds_of(column: str) -> tuple[str, ...]:
    return _KINDS.get(column) or (("address",) if column.endswith("_address") else ("phone",))


def _links(facts: TableFacts, columns: Iterable[str]) -> set[Key]:
    return {
        (kind, value) for column in columns for value in facts[column].tolist() if value for kind in _kinds_of(column)
    }
