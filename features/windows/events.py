"""What is an event, as the kernel counts it? Rows with two times, link keys, flags and codes, and where they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.windows.order import stable_argsort

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Events:
    """A stream of events, joined from one or more tables of facts.

    Attributes
    ----------
    known_at, occurred_at
        int64[n], microseconds UTC. Where rows of several records are joined, an event is known when the last of
        them was.
    keys
        Link keys by name, int64[n], 0 for none: under what the event can be found.
    flags
        bool[n] by name.
    codes
        int64[n] by name: what distinct counts are over, 0 for none.
    sources
        (table, row numbers): the records that the event was made of, the telling one first.
    """

    known_at: Ints
    occurred_at: Ints
    keys: Mapping[str, Ints]
    flags: Mapping[str, NDArray[np.bool_]]
    codes: Mapping[str, Ints]
    sources: tuple[tuple[str, Ints], ...]

    def __len__(self) -> int:
        return len(self.known_at)

    def where(self, kept: NDArray[np.bool_]) -> Events:
        """Return only the events that are kept."""
        return self.take(np.flatnonzero(kept))

    def take(self, rows: Ints) -> Events:
        """Return the events in these rows."""
        return Events(
            self.known_at[rows],
            self.occurred_at[rows],
            {name: key[rows] for name, key in self.keys.items()},
            {name: flag[rows] for name, flag in self.flags.items()},
            {name: code[rows] for name, code in self.codes.items()},
            tuple((table, source[rows]) for table, source in self.sources),
        )


def under_any(events: Events, names: tuple[str, ...], key: str) -> Events:
    """Let each event be found under any of several keys, but only once under the same one.

    "Same as above" is everywhere on the forms: a guarantor who is also the inviter is one sponsor, not two.
    """
    columns = [events.keys[name] for name in names]
    rows, keys = [], []
    for position, column in enumerate(columns):
        fresh = column != 0
        for earlier in columns[:position]:
            fresh &= column != earlier
        chosen = np.flatnonzero(fresh)
        rows.append(chosen)
        keys.append(column[chosen])
    taken = events.take(np.concatenate(rows))
    return Events(
        taken.known_at,
        taken.occurred_at,
        {key: np.concatenate(keys)},
        taken.flags,
        taken.codes,
        taken.sources,
    )


class Index:
    """Finds rows by key: the first row with a key, or all pairs of a row here and a row there."""

    __slots__ = ("_order", "_sorted")

    def __init__(self, keys: Ints) -> None:
        order = stable_argsort(keys)
        self._order = order[keys[order] != 0]
        self._sorted = keys[self._order]

    def first(self, wanted: Ints) -> Ints:
        """Return int64[m]: the row that has each key, -1 where there is none."""
        if not len(self._sorted):
            return np.full(len(wanted), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._sorted, wanted), len(self._sorted) - 1)
        return np.where(self._sorted[at] == wanted, self._order[at], -1)

    def pairs(self, wanted: Ints) -> tuple[Ints, Ints]:
        """Return (position in ``wanted``, row here) for every match."""
        begin = np.searchsorted(self._sorted, wanted, side="left")
        size = np.searchsorted(self._sorted, wanted, side="right") - begin
        asked = np.repeat(np.arange(len(wanted)), size)
        offset = np.arange(len(asked)) - np.repeat(np.cumsum(size) - size, size)
        return asked, self._order[begin[asked] + offset]


def pick(column: Ints, rows: Ints, missing: int = 0) -> Ints:
    """Return ``column[rows]`` with ``missing`` where a row is -1."""
    if not len(column):
        return np.full(len(rows), missing, dtype=np.int64)
    return np.where(rows >= 0, column[rows], missing)
