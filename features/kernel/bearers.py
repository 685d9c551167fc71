"""Bearers of a passport: the persons on record under its number who are not the case's own."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Bools, Floats, Ints
from features.events.index import Index
from features.identity.compatible_names import compatible
from features.kernel.query import EventQuery
from features.kernel.view import View

_ALL_BITS = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Bearers:
    """k events of a passport's other bearers.

    Attributes
    ----------
    case, row
        int64[k]: positions of the cases among those given, and rows of the events' table.
    birth, words
        int64[k]: key of the birth date, and words of the name as bits.
    other_name, other_birth
        bool[k]: what differs from the case's own.
    """

    case: Ints
    row: Ints
    birth: Ints
    words: Ints
    other_name: Bools
    other_birth: Bools


def other_bearers(view: View, query: EventQuery) -> Floats:
    """Return float64[n]: persons of the events under the case's passport, other than the case's person.

    A record with the same birth date and a compatible name is of the same person, although its name is written in
    another way.
    """
    counts = view.distinct(query, "person")
    some = np.flatnonzero(counts)
    if not len(some):
        return counts
    bearers = events_of_others(view, query, some)
    names: dict[int, set[tuple[int, int]]] = {}
    for at, birth, words in zip(bearers.case, bearers.birth, bearers.words, strict=True):
        names.setdefault(int(at), set()).add((int(birth), int(words)))
    counts[some] = [_bearer_count(names.get(at, set())) for at in range(len(some))]
    return counts


def events_of_others(view: View, query: EventQuery, chosen: Ints) -> Bearers:
    """Return the events of other bearers of the passports of some cases."""
    history, cases = view.history, view.cases
    events = history.events(query.events)
    index = history.once(("index", query.events, query.key), lambda: Index(events.keys[query.key]))
    case, row = index.pairs(cases.key(query.case_key)[chosen])
    table, source = events.sources[0]
    facts, person = history.facts[table], events.codes["person"]
    birth, words = facts["birth"][source[row]], facts["name_words"][source[row]]
    other_birth = cases.key("birth")[chosen][case] != birth
    other_name = ~compatible(cases.key("name_words")[chosen][case], words)
    same = (~other_birth & ~other_name) | (person[row] == cases.key("person")[chosen][case])
    kept = (events.known_at[row] < cases.as_of[chosen][case]) & (person[row] != 0) & ~same
    columns = (case, source[row], birth, words, other_name, other_birth)
    return Bearers(*(column[kept] for column in columns))


def _bearer_count(names: set[tuple[int, int]]) -> int:
    """Return how many persons (birth date, words of the name) are, the fullest names first."""
    persons: list[tuple[int, int]] = []
    for birth, words in sorted(names, key=lambda name: (-(name[1] & _ALL_BITS).bit_count(), name)):
        if not any(birth == born and words & known == words for born, known in persons):
            persons.append((birth, words))
    return len(persons)
