"""With whom is a case connected, asked of the store? The walk of `features.windows.ring`, a few statements a level.

What is fetched decides what the features can see, so the walk keeps the same rules: it starts from the same columns,
a hub links nobody but enough of it is fetched to be seen as one, and it stops after the level that passes the limit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from features.facts.facts import TableFacts
from features.store.keys import Key
from features.windows.history import PHONES
from features.windows.letters import SAME_LETTER_BITS
from features.windows.ring import DEGREE_CAP, LEVELS, LINKS_OF_APPLICATION, LINKS_OF_LANDING, SIZE_LIMIT

# A traveller in one record may be the sponsor in another, and an application is linked with its landings: the graph
# compares keys whatever column they stand in, so one key has to be looked up under each kind that it is posted as.
_PEOPLE = ("person", "sponsor")
_VISA = ("application", "landing_of_application")
_KINDS = {
    "guarantor": _PEOPLE, "inviter": _PEOPLE, "parent": _PEOPLE, "person": _PEOPLE, "passport": ("passport",),
    "id": _VISA, "application": _VISA, "biometric": ("biometric",), "booking": ("booking",),
}  # fmt: skip
_COLUMNS = {"visa_applications": LINKS_OF_APPLICATION, "landings": LINKS_OF_LANDING}
# what a landing's application adds to where its walk begins (its stay_phone gives way to the landing's own)
_BESIDE_LANDING = (*(name for name in PHONES if name != "stay_phone"), "guarantor", "inviter")
_LETTERS = tuple(f"letter_{number}" for number in range(4))
_WIDER = 8


class Fetching(Protocol):
    """What the walk needs of the rows fetched so far."""

    rows: dict[int, tuple[str, str, bytes]]

    def around(self, keys: Collection[Key], most: int | None) -> list[tuple[Key, int]]:
        """Fetch applications and landings under keys."""

    def facts_of(self, positions: Iterable[int]) -> list[TableFacts]:
        """Decode some of the rows."""


def walk_ring(fetched: Fetching, start: Sequence[TableFacts]) -> None:
    """Fetch the component of a case, level by level.

    Parameters
    ----------
    start
        The case's own facts and, of a landing, then those of its application if it is visible.
    """
    asked: set[int] = set()
    reached: set[int] = set()
    keys = _links(start[0], _COLUMNS[start[0].table])
    for beside in start[1:]:
        keys |= _links(beside, _BESIDE_LANDING)
    level = start
    for _ in range(LEVELS):
        keys = {key for key in keys if key[1] not in asked}
        asked |= {value for _, value in keys}
        new = (_linked(fetched, keys) | _same_letter(fetched, level)) - reached
        reached |= new
        if not new or len(reached) > SIZE_LIMIT:
            break
        level = fetched.facts_of(new)
        keys = {key for facts in level for key in _links(facts, _COLUMNS[facts.table])}


def _links(facts: TableFacts, columns: Iterable[str]) -> set[Key]:
    found: set[Key] = set()
    for column in columns:
        kinds = _KINDS.get(column) or (("unit",) if column.endswith("_unit") else ("phone",))
        found |= {(kind, value) for value in facts[column].tolist() if value for kind in kinds}
    return found


def _linked(fetched: Fetching, keys: set[Key]) -> set[int]:
    """Return the positions that keys link; those under a hub are left out.

    Some records stand under a key by a column that links nobody (an applicant's home), so where a key was cut off
    before it was seen to be a hub, more of it is fetched.
    """
    most = DEGREE_CAP + 1
    linked: set[int] = set()
    while keys:
        found = fetched.around(keys, most)
        links = _links_by_position(fetched, {position for _, position in found})
        under: dict[int, set[int]] = {}
        size: dict[Key, int] = {}
        for key, position in found:
            size[key] = size.get(key, 0) + 1
            if key[1] in links[position]:
                under.setdefault(key[1], set()).add(position)
        cut = {key[1] for key in keys if size.get(key, 0) >= most and len(under.get(key[1], ())) <= DEGREE_CAP}
        for value, positions in under.items():
            if value not in cut and len(positions) <= DEGREE_CAP:
                linked |= positions
        keys = {key for key in keys if key[1] in cut}
        most *= _WIDER
    return linked


def _links_by_position(fetched: Fetching, positions: Collection[int]) -> Mapping[int, set[int]]:
    links: dict[int, set[int]] = {}
    for table, columns in _COLUMNS.items():
        chosen = [position for position in positions if fetched.rows[position][0] == table]
        for facts in fetched.facts_of(chosen):
            rows = zip(*(facts[column].tolist() for column in columns), strict=True)
            links |= {position: set(row) for position, row in zip(chosen, rows, strict=True)}
    return links


def _same_letter(fetched: Fetching, level: Sequence[TableFacts]) -> set[int]:
    """Return the positions of applications with a letter like one of this level's."""
    own: set[int] = set()
    keys: set[Key] = set()
    for facts in level:
        if facts.table == "visa_applications":
            own |= set(facts["letter"].tolist()) - {0}
            keys |= {("letter", block) for name in _LETTERS for block in facts[name].tolist() if block}
    positions = sorted({position for _, position in fetched.around(keys, None)})
    if not positions:
        return set()
    [facts] = fetched.facts_of(positions)
    letters = facts["letter"].tolist()
    linked: set[int] = set()
    for letter in own:
        same = {
            at for at, other in zip(positions, letters, strict=True)
            if ((other ^ letter) & (2**64 - 1)).bit_count() <= SAME_LETTER_BITS
        }  # fmt: skip
        if len(same) <= DEGREE_CAP:
            linked |= same
    return linked
