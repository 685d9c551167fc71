"""Events as columns: two times, link keys, flags, codes and source records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.arrays import Bools, Ints


@dataclass(frozen=True, slots=True)
class Events:
    """n events of one kind, from one or more tables of facts.

    Attributes
    ----------
    known_at, occurred_at
        int64[n], microseconds UTC. An event of several records is known when the last of them is.
    keys
        Link keys by name, int64[n], 0 for none.
    flags
        bool[n] by name.
    codes
        int64[n] by name: what distinct counts are over, 0 for none.
    sources
        (table, row numbers) of the records behind each event, the record that reports it first.
    """

    known_at: Ints
    occurred_at: Ints
    keys: Mapping[str, Ints]
    flags: Mapping[str, Bools]
    codes: Mapping[str, Ints]
    sources: tuple[tuple[str, Ints], ...]

    def __len__(self) -> int:
        return len(self.known_at)

    def where(self, kept: Bools) -> Events:
        """Return the events in a mask."""
        return self.take(np.flatnonzero(kept))

    def with_flag(self, flag: str) -> Events:
        """Return the events that have a flag."""
        return self.where(self.flags[flag])

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

    def under_any(self, names: tuple[str, ...], key: str) -> Events:
        """Return the events under any of several keys, each once for equal keys.

        "Same as above" is common on the forms: a guarantor who also invites is one sponsor, not two.
        """
        columns = [self.keys[name] for name in names]
        rows, keys = [], []
        for position, column in enumerate(columns):
            fresh = column != 0
            for earlier in columns[:position]:
                fresh &= column != earlier
            chosen = np.flatnonzero(fresh)
            rows.append(chosen)
            keys.append(column[chosen])
        taken = self.take(np.concatenate(rows))
        return Events(
            taken.known_at, taken.occurred_at, {key: np.concatenate(keys)}, taken.flags, taken.codes, taken.sources
        )
