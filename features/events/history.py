"""History: the facts with their events, each computed once and shared by all features."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from features.arrays import Ints
from features.events.codes import NumberedCodes
from features.events.definitions import EVENTS
from features.events.event_table import Events
from features.events.linked_facts import LinkedFacts
from features.events.order import under_keys
from features.facts.table_facts import Facts


class History(LinkedFacts):
    """Facts and their events.

    Parameters
    ----------
    facts
        All nine tables, in any order of rows: everything, or whatever shares a key with the cases.
    hubs
        Link keys above the degree cap, although not all of their records are among the facts.
    """

    def __init__(self, facts: Facts, hubs: Iterable[int] = ()) -> None:
        super().__init__(facts)
        self.hubs = np.array(sorted(hubs), dtype=np.int64)

    def events(self, name: str) -> Events:
        """Return events by name; raises `KeyError` for an unknown name."""
        return self.once(("events", name), lambda: EVENTS[name](self))

    def ordered(self, name: str, key: str) -> Ints:
        """Return the rows of events that have a key, in the order of (key, known_at)."""
        events = self.events(name)
        return self.once(("order", name, key), lambda: under_keys(events.keys[key], events.known_at))

    def numbered(self, name: str, code: str) -> NumberedCodes:
        """Return the codes of events as numbers."""
        return self.once(("code", name, code), lambda: NumberedCodes.of(self.events(name).codes[code]))

    def columns(
        self, name: str, rows: Ints, flags: Sequence[str], codes: Sequence[tuple[str, str | None]]
    ) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        """Return the flags and numbered codes of k rows of events: uint8[k, f] and int32[k, c].

        Parameters
        ----------
        codes
            (code, flag): -1 for none, and for events without the flag if it is given.
        """
        events = self.events(name)
        flagged = np.zeros((len(rows), len(flags)), dtype=np.uint8)
        for column, flag in enumerate(flags):
            flagged[:, column] = events.flags[flag][rows]
        numbered = np.zeros((len(rows), len(codes)), dtype=np.int32)
        for column, (code, only) in enumerate(codes):
            numbers = self.numbered(name, code).numbers[rows]
            numbered[:, column] = numbers if only is None else np.where(events.flags[only][rows], numbers, -1)
        return flagged, numbered
