"""With whom is this case connected? The component reached over personal identifiers, as of the moment.

Two records are linked when they share a phone, an address, a sponsor, a passport, a person, a fingerprint identity,
a booking or a letter. An identifier that more than `DEGREE_CAP` records share is a hub (a hotel, an agency, a hall of
residence) and links nobody. Only records of the last `REACH_DAYS` days count. The component grows by whole levels,
so that its content does not depend on any order, and stops after the level that takes it past `SIZE_LIMIT`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit

from features.facts.facts import DAY_US
from features.windows.cases import Cases
from features.windows.events import Ints
from features.windows.history import PHONES, History

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
    """Records (applications, then landings) and the identifiers they share, ready to be walked."""

    known_at: Ints
    links: Ints
    begin: Ints
    end: Ints
    posted: Ints
    persons: Ints
    sponsors: Ints
    phones: Ints
    since: Ints
    letters: Ints
    blocks: Ints
    link_keys: Ints
    block_keys: Ints


class RingMaker:
    """Builds the graph once for a history and measures each case's component."""

    def __init__(self, history: History) -> None:
        self._history = history

    @cached_property
    def graph(self) -> Graph:
        """The graph over all records of the history."""
        facts = self._history.facts
        applications, landings = facts["visa_applications"], facts["landings"]
        n, m = len(applications), len(landings)
        width = max(len(LINKS_OF_APPLICATION), len(LINKS_OF_LANDING))
        keys = np.zeros((n + m, width), dtype=np.int64)
        for column, name in enumerate(LINKS_OF_APPLICATION):
            keys[:n, column] = applications[name]
        for column, name in enumerate(LINKS_OF_LANDING):
            keys[n:, column] = landings[name]
        keys[np.isin(keys, self._history.hubs)] = 0
        known = np.concatenate([applications["known_at"], landings["known_at"]])
        link_keys, links, begin, end, posted = _posted(keys, known)
        letters = np.concatenate([applications["letter"], np.zeros(m, dtype=np.int64)])
        blocks = np.zeros((n + m, 4), dtype=np.int64)
        for number in range(4):
            blocks[:n, number] = applications[f"letter_{number}"]
        block_keys, block_links, block_begin, block_end, block_posted = _posted(blocks, known)
        offset = len(posted)
        return Graph(
            known,
            links,
            np.concatenate([begin, block_begin + offset]),
            np.concatenate([end, block_end + offset]),
            np.concatenate([posted, block_posted]),
            np.concatenate([applications["person"], landings["person"]]),
            np.concatenate([applications["guarantor"], np.zeros(m, dtype=np.int64)]),
            np.concatenate([applications["guarantor_phone"], np.zeros(m, dtype=np.int64)]),
            self._since(n, m),
            letters,
            np.where(block_links >= 0, block_links + len(begin), -1),
            link_keys,
            block_keys,
        )

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

    def measure(self, cases: Cases) -> Ints:
        """Return int64[n, 9]: the `MEASURES` of each case's component, the case's own record and person left out."""
        graph = self.graph
        links = (
            LINKS_OF_APPLICATION if cases.subject == "visa" else (*LINKS_OF_LANDING, *PHONES, "guarantor", "inviter")
        )
        start = np.stack([_numbered(graph.link_keys, cases.key(name)) for name in links], axis=1)
        block_start = np.stack(
            [_numbered(graph.block_keys, cases.key(f"letter_{number}")) for number in range(4)], axis=1
        )
        block_start = np.where(block_start >= 0, block_start + (len(graph.begin) - len(graph.block_keys)), -1)
        out = np.zeros((len(cases), len(MEASURES)), dtype=np.int64)
        if len(graph.known_at):
            _walk(
                start, block_start, cases.key("letter"), cases.key("person"), cases.as_of,
                graph.known_at, graph.links, graph.begin, graph.end, graph.posted, graph.persons, graph.sponsors,
                graph.phones, graph.since, graph.letters, graph.blocks,
                DEGREE_CAP, REACH_DAYS * DAY_US, SIZE_LIMIT, LEVELS, out,
            )  # fmt: skip
        return out


def _posted(keys: Ints, known: Ints) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Sort (key, record) pairs by key and time; return the keys, each record's key numbers, and where each key's are."""
    record, column = np.nonzero(keys)
    flat = keys[record, column]
    order = np.lexsort((record, known[record], flat))
    flat, record, column = flat[order], record[order], column[order]
    values, number = np.unique(flat, return_inverse=True)
    links = np.full(keys.shape, -1, dtype=np.int64)
    links[record, column] = number
    # a record that names a key twice is posted under it once
    fresh = np.ones(len(flat), dtype=bool)
    fresh[1:] = (flat[1:] != flat[:-1]) | (record[1:] != record[:-1])
    flat, record = flat[fresh], record[fresh]
    begin = np.searchsorted(flat, values, side="left")
    end = np.searchsorted(flat, values, side="right")
    return values, links, begin, end, record


def _numbered(values: Ints, keys: Ints) -> Ints:
    if not len(values):
        return np.full(len(keys), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(values, keys), len(values) - 1)
    return np.where((values[at] == keys) & (keys != 0), at, -1)


@njit(cache=True, nogil=True)
def _walk(
    start, block_start, own_letter, own_person, as_of, known_at, links, begin, end, posted, persons, sponsors,
    phones, since, letters, blocks, cap, reach, limit, levels, out,
):  # fmt: skip
    met = np.full(len(known_at), -1, dtype=np.int64)
    used = np.full(len(begin), -1, dtype=np.int64)
    queue = np.empty(len(known_at), dtype=np.int64)
    for i in range(len(as_of)):
        now = as_of[i]
        size = 0
        for c in range(start.shape[1]):
            if start[i, c] >= 0:
                size = _follow(start[i, c], i, now, known_at, begin, end, posted, cap, reach, met, used, queue, size)
        if own_letter[i] != 0:
            size = _follow_letter(
                own_letter[i],
                block_start[i],
                i,
                now,
                known_at,
                begin,
                end,
                posted,
                letters,
                cap,
                reach,
                met,
                queue,
                size,
            )
        level = 1 if size else 0
        done = 0
        while done < size and size <= limit and level < levels:
            upto = size
            for at in range(done, upto):
                record = queue[at]
                for c in range(links.shape[1]):
                    if links[record, c] >= 0:
                        size = _follow(
                            links[record, c],
                            i,
                            now,
                            known_at,
                            begin,
                            end,
                            posted,
                            cap,
                            reach,
                            met,
                            used,
                            queue,
                            size,
                        )
                if letters[record] != 0:
                    size = _follow_letter(
                        letters[record],
                        blocks[record],
                        i,
                        now,
                        known_at,
                        begin,
                        end,
                        posted,
                        letters,
                        cap,
                        reach,
                        met,
                        queue,
                        size,
                    )
            done = upto
            if size > upto:
                level += 1
        reached = queue[:size]
        out[i, 0] = size
        out[i, 1] = _kinds(persons[reached], own_person[i])
        out[i, 2] = _kinds(sponsors[reached], 0)
        out[i, 3] = _kinds(phones[reached], 0)
        for f in range(4):
            for record in reached:
                if since[record, f] < now:
                    out[i, 4 + f] += 1
        out[i, 8] = level


@njit(cache=True, nogil=True)
def _kinds(values, own):
    count = 0
    for value in np.unique(values):
        if value not in (0, own):
            count += 1
    return count


@njit(cache=True, nogil=True)
def _bounds(key, low, high, known_at, begin, end, posted):
    """Return the range of postings of a key with ``low <= known_at < high`` (they are in order of time)."""
    first, after = begin[key], end[key]
    a, b = first, after
    while a < b:
        middle = (a + b) // 2
        if known_at[posted[middle]] < low:
            a = middle + 1
        else:
            b = middle
    first = a
    b = after
    while a < b:
        middle = (a + b) // 2
        if known_at[posted[middle]] < high:
            a = middle + 1
        else:
            b = middle
    return first, a


@njit(cache=True, nogil=True)
def _follow(key, i, now, known_at, begin, end, posted, cap, reach, met, used, queue, size):
    if used[key] == i:
        return size
    used[key] = i
    first, after = _bounds(key, now - reach, now, known_at, begin, end, posted)
    if after - first > cap:
        return size
    for at in range(first, after):
        record = posted[at]
        if met[record] != i:
            met[record] = i
            queue[size] = record
            size += 1
    return size


@njit(cache=True, nogil=True)
def _follow_letter(letter, keys, i, now, known_at, begin, end, posted, letters, cap, reach, met, queue, size):
    for turn in range(2):
        same = 0
        for b in range(4):
            if keys[b] < 0:
                continue
            first, after = _bounds(keys[b], now - reach, now, known_at, begin, end, posted)
            for at in range(first, after):
                record = posted[at]
                x = np.uint64(letters[record] ^ letter)
                earlier = False
                for e in range(b):
                    if (x >> (np.uint64(16) * np.uint64(e))) & np.uint64(0xFFFF) == 0:
                        earlier = True
                if earlier:
                    continue
                bits = 0
                while x:
                    x &= x - np.uint64(1)
                    bits += 1
                if bits > 3:
                    continue
                same += 1
                if turn == 1 and met[record] != i:
                    met[record] = i
                    queue[size] = record
                    size += 1
        if same > cap:
            break
    return size
