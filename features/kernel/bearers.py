"""Bearers of a passport: the persons on record under its number who are not the case's own."""

import numpy as np

from features.arrays import Floats
from features.events.index import Index
from features.identity.compatible_names import compatible
from features.kernel.query import EventQuery
from features.kernel.view import View

_ALL_BITS = 2**64 - 1


def other_bearers(view: View, query: EventQuery) -> Floats:
    """Return float64[n]: persons of the events under the case's passport, other than the case's person.

    A record with the same birth date and a compatible name is of the same person, although its name is written in
    another way.
    """
    counts = view.distinct(query, "person")
    some = np.flatnonzero(counts)
    if not len(some):
        return counts
    history, cases = view.history, view.cases
    events = history.events(query.events)
    index = history.once(("index", query.events, query.key), lambda: Index(events.keys[query.key]))
    case, row = index.pairs(cases.key(query.case_key)[some])
    table, source = events.sources[0]
    facts, person = history.facts[table], events.codes["person"]
    same_birth = cases.key("birth")[some][case] == facts["birth"][source[row]]
    same = same_birth & compatible(cases.key("name_words")[some][case], facts["name_words"][source[row]])
    same |= person[row] == cases.key("person")[some][case]
    others = (events.known_at[row] < cases.as_of[some][case]) & (person[row] != 0) & ~same
    names: dict[int, set[tuple[int, int]]] = {}
    for at, birth, words in zip(
        case[others], facts["birth"][source[row]][others], facts["name_words"][source[row]][others], strict=True
    ):
        names.setdefault(int(at), set()).add((int(birth), int(words)))
    counts[some] = [_bearer_count(names.get(at, set())) for at in range(len(some))]
    return counts


def _bearer_count(names: set[tuple[int, int]]) -> int:
    """Return how many persons (birth date, words of the name) are, the fullest names first."""
    persons: list[tuple[int, int]] = []
    for birth, words in sorted(names, key=lambda name: (-(name[1] & _ALL_BITS).bit_count(), name)):
        if not any(birth == born and words & known == words for born, known in persons):
            persons.append((birth, words))
    return len(persons)
