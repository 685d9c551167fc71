"""With whom is this case connected? The component reached over personal identifiers, as of the moment.

Two records are linked when they share a phone, an address, a sponsor, a passport, a person, a fingerprint identity,
a booking or a letter. An identifier that more than `DEGREE_CAP` records share is a hub (a hotel, an agency, a hall of
residence) and links nobody. Only records of the last `REACH_DAYS` days count. The component grows by whole levels,
so that its content does not depend on any order, and stops after the level that takes it past `SIZE_LIMIT`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.facts.facts import DAY_US
from features.parallel import in_slices
from features.windows.cases import Cases
from features.windows.events import Ints
from features.windows.history import History
from features.windows.joining import PHONES
from features.windows.letter_book import LetterBook, first_at
from features.windows.letters import kinds
from features.windows.sharing import Shared, share

DEGREE_CAP = 25
REACH_DAYS = 1095
SIZE_LIMIT = 60
LEVELS = 3
LINKS_OF_APPLICATION = (
    *PHONES, "stay_unit", "guarantor_unit", "inviter_unit", "guarantor", "inviter", "parent", "passport", "person", "id",
)  # fmt: skip
LINKS_OF_LANDING = (
    "stay_phone", "booking_phone", "stay_unit", "passport", "person", "biometric", "booking", "application",
)  # fmt: skip
_LATER: int = int(np.iinfo(np.int64).max)
MEASURES = ("records", "persons", "sponsors", "phones", "spouse", "gone", "found", "adult_work", "levels")


@dataclass(frozen=True, slots=True)
class Graph:
    """Records (r applications, then landings) and what they share, ready to be walked.

    Attributes
    ----------
    shared
        Identifiers, and under which number the records that have each are listed.
    people
        int64[r, 3]: person, guarantor and guarantor's phone.
    since
        int64[r, 4]: since when a record has been one of a spouse, a missing person, a finding, adult work.
    letter
        int64[r]: the number of a record's letter in the book, -1 for none.
    book
        The letters of the applications.
    """

    shared: Shared
    people: Ints
    since: Ints
    letter: Ints
    book: LetterBook


class RingMaker:
    """Measures each case's component in the graph of a history, which is built once."""

    def __init__(self, history: History) -> None:
        self._history = history

    @property
    def graph(self) -> Graph:
        """The graph over all records of the history."""
        return self._history.once(("graph",), self._build)

    def _build(self) -> Graph:
        facts, book = self._history.facts, self._history.letter_book
        applications, landings = facts["visa_applications"], facts["landings"]
        n, m = len(applications), len(landings)
        keys = np.zeros((n + m, max(len(LINKS_OF_APPLICATION), len(LINKS_OF_LANDING))), dtype=np.int64)
        for column, name in enumerate(LINKS_OF_APPLICATION):
            keys[:n, column] = applications[name]
        for column, name in enumerate(LINKS_OF_LANDING):
            keys[n:, column] = landings[name]
        if len(self._history.hubs):
            keys[np.isin(keys, self._history.hubs)] = 0
        people = np.zeros((n + m, 3), dtype=np.int64)
        for column, name in enumerate(("person", "guarantor", "guarantor_phone")):
            people[:n, column] = applications[name]
        people[n:, 0] = landings["person"]
        known = np.concatenate([applications["known_at"], landings["known_at"]])
        letter = np.concatenate([book.number(applications["letter"]), np.full(m, -1)])
        return Graph(share(keys, known), people, self._since(n, m), letter, book)

    def _since(self, n: int, m: int) -> Ints:
        """int64[n + m, 4]: since when each record has been one of a spouse, a missing person, a finding, adult work."""
        history = self._history
        since = np.full((n + m, 4), _LATER, dtype=np.int64)
        applications = history.stream("applications")
        since[:n, 0] = np.where(applications.flags["spouse"], applications.known_at, _LATER)
        troubles = history.stream("troubles").where(history.stream("troubles").flags["gone"])
        for column, events in ((1, troubles), (2, history.stream("findings"))):
            for table, rows in events.sources[1:]:
                shift = n if table == "landings" else 0
                np.minimum.at(since[:, column], rows[rows >= 0] + shift, events.known_at[rows >= 0])
        work = history.stream("jobs_of_sponsored")
        work = work.where(work.flags["adult"])
        np.minimum.at(since[:, 3], work.sources[-1][1], work.known_at)
        return since

    def measure(self, cases: Cases) -> NDArray[np.int32]:
        """Return int32[n, 9]: the `MEASURES` of each case's component, the case's own record and person left out."""
        graph, shared = self.graph, self.graph.shared
        out = np.zeros((len(cases), len(MEASURES)), dtype=np.int32)
        if not len(graph.letter):
            return out
        links = (
            LINKS_OF_APPLICATION if cases.subject == "visa" else (*LINKS_OF_LANDING, *PHONES, "guarantor", "inviter")
        )
        start = np.stack([shared.number(cases.key(name)) for name in links], axis=1)
        letter, near_begin, near = graph.book.asked(cases.key("letter"))
        person, book = cases.key("person"), graph.book

        def walk(some: slice) -> None:
            _walk(
                start[some], letter[some], person[some], cases.as_of[some],
                shared.link_begin, shared.links, shared.begin, shared.posted, shared.posted_at,
                graph.people, graph.since, graph.letter,
                near_begin, near, book.begin, book.posted, book.posted_at,
                DEGREE_CAP, REACH_DAYS * DAY_US, SIZE_LIMIT, LEVELS, out[some],
            )  # fmt: skip

        in_slices(walk, len(cases))
        return out


@njit(cache=True, nogil=True)
def _walk(
    start, start_letter, own_person, as_of, link_begin, links, begin, posted, posted_at, people, since, letter,
    near_begin, near, letter_begin, letter_posted, letter_posted_at, cap, reach, limit, levels, out,
):  # fmt: skip
    met = np.full(len(letter), -1, dtype=np.int32)
    used = np.full(len(begin), -1, dtype=np.int32)
    queue = np.empty(len(letter), dtype=np.int64)
    values = np.empty(len(letter), dtype=np.int64)
    for i in range(len(as_of)):
        now = as_of[i]
        size = 0
        for c in range(start.shape[1]):
            size = _follow(start[i, c], i, now, reach, begin, posted, posted_at, cap, met, used, queue, size)
        size = _follow_letter(start_letter[i], i, now, reach, near_begin, near, letter_begin, letter_posted,
                              letter_posted_at, cap, met, queue, size)  # fmt: skip
        level = 1 if size else 0
        done = 0
        while done < size and size <= limit and level < levels:
            upto = size
            for at in range(done, upto):
                record = queue[at]
                for place in range(link_begin[record], link_begin[record + 1]):
                    size = _follow(links[place], i, now, reach, begin, posted, posted_at, cap, met, used, queue, size)
                size = _follow_letter(letter[record], i, now, reach, near_begin, near, letter_begin, letter_posted,
                                      letter_posted_at, cap, met, queue, size)  # fmt: skip
            done = upto
            if size > upto:
                level += 1
        out[i, 0] = size
        for c in range(3):
            for at in range(size):
                values[at] = people[queue[at], c]
            out[i, 1 + c] = kinds(values[:size], own_person[i] if c == 0 else 0)
        for at in range(size):
            for f in range(4):
                if since[queue[at], f] < now:
                    out[i, 4 + f] += 1
        out[i, 8] = level


@njit(cache=True, nogil=True)
def _follow(key, i, now, reach, begin, posted, posted_at, cap, met, used, queue, size):
    """Add to the queue the records known in the last ``reach`` that have a key, unless these are too many."""
    if key < 0 or used[key] == i:
        return size
    used[key] = i
    at, end = begin[key], begin[key + 1]
    if end - at > cap:
        end = first_at(posted_at, at, end, now)
        # the one before as many as may be linked tells whether there are more
        if end - at > cap and posted_at[end - cap - 1] >= now - reach:
            return size
        at = max(at, end - cap)
    while at < end and posted_at[at] < now:
        if posted_at[at] >= now - reach:
            size = _meet(posted[at], i, met, queue, size)
        at += 1
    return size


@njit(cache=True, nogil=True)
def _follow_letter(letter, i, now, reach, near_begin, near, begin, posted, posted_at, cap, met, queue, size):
    """Add to the queue the records known in the last ``reach`` with a letter like this one, unless these are too many."""
    if letter < 0:
        return size
    same = 0
    for place in range(near_begin[letter], near_begin[letter + 1]):
        first = first_at(posted_at, begin[near[place]], begin[near[place] + 1], now - reach)
        same += first_at(posted_at, first, begin[near[place] + 1], now) - first
        if same > cap:
            return size
    for place in range(near_begin[letter], near_begin[letter + 1]):
        first = first_at(posted_at, begin[near[place]], begin[near[place] + 1], now - reach)
        for at in range(first, begin[near[place] + 1]):
            if posted_at[at] >= now:
                break
            size = _meet(posted[at], i, met, queue, size)
    return size


@njit(cache=True, nogil=True)
def _meet(record, i, met, queue, size):
    if met[record] != i:
        met[record] = i
        queue[size] = record
        size += 1
    return size
