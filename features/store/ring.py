"""With whom is a case connected, asked of the store? The walk of `features.windows.ring`, a few statements a level.

What is fetched decides what the features can see, so the walk keeps the same rules: it starts from the same columns,
a hub links nobody and is not fetched, and it stops after the level that passes the limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from features.facts.facts import DAY_US, TableFacts
from features.store.fetching import HUB, Fetched, Lookup
from features.store.keys import Key
from features.windows.cases import Cases
from features.windows.joining import PHONES
from features.windows.letter_book import SAME_LETTER_BITS
from features.windows.ring import DEGREE_CAP, LEVELS, LINKS_OF_APPLICATION, LINKS_OF_LANDING, REACH_DAYS, SIZE_LIMIT

# A traveller in one record may be the sponsor in another, and an application is linked with its landings: the graph
# compares keys whatever column they stand in, so one key has to be looked up under each kind that it is posted as.
_PEOPLE = ("person", "sponsor")
_VISA = ("application", "landing_of_application")
_KINDS = {
    "guarantor": _PEOPLE, "inviter": _PEOPLE, "parent": _PEOPLE, "person": _PEOPLE, "passport": ("passport",),
    "id": _VISA, "application": _VISA, "biometric": ("biometric",), "booking": ("booking",),
}  # fmt: skip
_COLUMNS = {"visa_applications": LINKS_OF_APPLICATION, "landings": LINKS_OF_LANDING}
_LETTERS = tuple(f"letter_{number}" for number in range(4))


class RingWalk:
    """The walk of one case, level by level: ask for `lookups`, hand what was found to `take`.

    Attributes
    ----------
    lookups
        What has to be looked up for the next level; empty when the walk has ended.
    hubs
        Keys that turned out to link nobody.
    """

    def __init__(self, fetched: Fetched, case: Cases) -> None:
        self._fetched = fetched
        self._since = fetched.as_of - REACH_DAYS * DAY_US
        self._asked: set[int] = set()
        self._reached: set[int] = set()
        self._level = 0
        self.hubs: set[int] = set()
        columns = (
            LINKS_OF_APPLICATION if case.subject == "visa" else (*LINKS_OF_LANDING, *PHONES, "guarantor", "inviter")
        )
        keys = {(kind, int(case.key(column)[0])) for column in columns for kind in _kinds_of(column)}
        self._letters = {int(case.key("letter")[0])} - {0}
        blocks = {("letter", int(case.key(name)[0])) for name in _LETTERS} if self._letters else set()
        self._ask(keys, blocks)

    def _ask(self, keys: set[Key], blocks: set[Key]) -> None:
        self._keys = {key for key in keys if key[1] and key[1] not in self._asked}
        self._asked |= {value for _, value in self._keys}
        self.lookups = [Lookup(*key, self._since, DEGREE_CAP) for key in sorted(self._keys)]
        self.lookups += [Lookup(*block, self._since) for block in sorted(blocks) if block[1]]

    def take(self, found: Sequence[list[int] | None]) -> set[int]:
        """Take in what was found for `lookups`; return the positions of the records that the ring gained."""
        if not self.lookups:
            return set()
        n = len(self._keys)
        new = self._linked(found[:n])
        new |= self._same_letter({at for under in found[n:] for at in under or ()})
        new -= self._reached
        self._reached |= new
        self._level += 1
        if not new or len(self._reached) > SIZE_LIMIT or self._level == LEVELS:
            self._ask(set(), set())
            return new
        keys: set[Key] = set()
        blocks: set[Key] = set()
        self._letters = set()
        for facts in self._fetched.facts_of(new):
            keys |= _links(facts, _COLUMNS[facts.table])
            if facts.table == "visa_applications":
                self._letters |= set(facts["letter"].tolist()) - {0}
                blocks |= {("letter", block) for name in _LETTERS for block in facts[name].tolist()}
        self._ask(keys, blocks)
        return new

    def _linked(self, found: Sequence[list[int] | None]) -> set[int]:
        """Return the positions that keys link; those under a hub, in all kinds together, are left out."""
        joined: dict[int, set[int]] = {}
        for (_, value), under in zip(sorted(self._keys), found, strict=True):
            joined.setdefault(value, set()).update(under or ())
            if under is HUB or len(joined[value]) > DEGREE_CAP:
                self.hubs.add(value)
        return {at for value, members in joined.items() if value not in self.hubs for at in members}

    def _same_letter(self, positions: set[int]) -> set[int]:
        """Return which of these applications have a letter like one of the level's."""
        ordered = sorted(positions)
        linked: set[int] = set()
        for facts in self._fetched.facts_of(ordered):
            for letter in self._letters:
                same = np.flatnonzero(np.bitwise_count((facts["letter"] ^ letter).view(np.uint64)) <= SAME_LETTER_BITS)
                if len(same) <= DEGREE_CAP:
                    linked |= {ordered[int(at)] for at in same}
        return linked


def _kinds_of(column: str) -> tuple[str, ...]:
    return _KINDS.get(column) or (("unit",) if column.endswith("_unit") else ("phone",))


def _links(facts: TableFacts, columns: Iterable[str]) -> set[Key]:
    found: set[Key] = set()
    for column in columns:
        found |= {(kind, value) for value in facts[column].tolist() if value for kind in _kinds_of(column)}
    return found
