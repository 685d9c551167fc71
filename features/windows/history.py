"""What has happened around a key? Streams of events, each joined once from the facts and then shared by all features."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from threading import RLock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.facts.facts import Facts
from features.windows.events import Events, Index, Ints
from features.windows.joining import known_by_then
from features.windows.letter_book import LetterBook, letter_book
from features.windows.order import under_keys
from features.windows.streams import STREAMS
from features.windows.sweep import Numbered

T = TypeVar("T")


class History:
    """The facts, joined into streams on first use.

    Parameters
    ----------
    facts
        All nine tables, in any order: everything, or whatever shares a key with the cases.
    hubs
        Link keys that more records share than a ring may link, although not all of them are among the facts.
    """

    def __init__(self, facts: Facts, hubs: Iterable[int] = ()) -> None:
        self.facts = facts
        self.hubs = np.array(sorted(hubs), dtype=np.int64)
        self._made: dict[tuple[str, ...], Any] = {}
        self._locks: defaultdict[tuple[str, ...], RLock] = defaultdict(RLock)

    def stream(self, name: str) -> Events:
        """Return a stream by name.

        Raises
        ------
        KeyError
            If there is none of that name.
        """
        return self.once(("stream", name), lambda: STREAMS[name](self))

    def ordered(self, stream: str, key: str) -> Ints:
        """Return the rows of a stream that have a key, in the order of (key, known_at)."""
        events = self.stream(stream)
        return self.once(("order", stream, key), lambda: under_keys(events.keys[key], events.known_at))

    def numbered(self, stream: str, code: str) -> Numbered:
        """Return the codes of a stream as numbers."""
        return self.once(("code", stream, code), lambda: Numbered.of(self.stream(stream).codes[code]))

    def columns(
        self, stream: str, rows: Ints, flags: Sequence[str], codes: Sequence[tuple[str, str | None]]
    ) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        """Return what a sweep reads of k rows of a stream: uint8[k, f] and int32[k, c].

        Parameters
        ----------
        codes
            (code, flag): numbers of the code, -1 for none, and where a flag is named also for events without it.
        """
        events = self.stream(stream)
        flagged = np.zeros((len(rows), len(flags)), dtype=np.uint8)
        for column, name in enumerate(flags):
            flagged[:, column] = events.flags[name][rows]
        numbered = np.zeros((len(rows), len(codes)), dtype=np.int32)
        for column, (name, flag) in enumerate(codes):
            numbers = self.numbered(stream, name).numbers[rows]
            numbered[:, column] = numbers if flag is None else np.where(events.flags[flag][rows], numbers, -1)
        return flagged, numbered

    def once(self, what: tuple[str, ...], make: Callable[[], T]) -> T:
        """Make something the first time it is asked for, whichever thread asks, and keep it."""
        if what not in self._made:
            with self._locks[what]:
                if what not in self._made:
                    self._made[what] = make()
        return self._made[what]

    @cached_property
    def application_index(self) -> Index:
        """Applications by their id."""
        return Index(self.facts["visa_applications"]["id"])

    @cached_property
    def landing_index(self) -> Index:
        """Landings by their id."""
        return Index(self.facts["landings"]["id"])

    @cached_property
    def establishment_index(self) -> Index:
        """Establishments by their id."""
        return Index(self.facts["establishments"]["id"])

    @cached_property
    def departure_index(self) -> Index:
        """Departures by the id of their landing."""
        return Index(self.facts["departures"]["landing"])

    @property
    def letter_book(self) -> LetterBook:
        """The letters of the applications."""
        facts = self.facts["visa_applications"]
        return self.once(("letters",), lambda: letter_book(facts["letter"], facts["known_at"]))

    @cached_property
    def application_of_landing(self) -> Ints:
        """int64[landings]: the application's row, or -1."""
        landings = self.facts["landings"]
        row = self.application_index.first(landings["application"])
        return known_by_then(self.facts["visa_applications"]["known_at"], row, landings["known_at"])
