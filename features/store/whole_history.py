"""History of many cases at once: all stored records up to a position, as each position saw them.

Replaying thousands of decisions, it is read once. A case on a later position sees the same as on its own unless a record
that it can see came or went between the two (`shared_positions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, text

from features.arrays import Ints
from features.facts.table_facts import TableFacts, decode_rows
from features.store.case_history import with_names
from features.store.lookups import facts_context
from features.store.records import RecordStore
from features.tables.schema import TABLES

_NEVER = 2**62
_BATCH = 10_000
_NAMES = tuple(TABLES)
_ALL = (
    "select position, table_code, record_id, facts, coalesce(superseded_at, :never) from records.record "
    "where position <= :at order by position"
)
_COUNT = "select count(*) from records.record where position <= :at"
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class _Versions:
    """All versions of the records of a table: from a position on, before another."""

    facts: TableFacts
    since: Ints
    until: Ints


class WholeHistory:
    """Stored records of all tables in all their versions."""

    def __init__(self, versions: dict[str, _Versions], store: RecordStore) -> None:
        self._versions = versions
        self._store = store
        # a record comes at its position, and goes where it is superseded
        parts = [(v.since, v.facts["known_at"]) for v in versions.values()]
        parts += [(v.until, v.facts["known_at"]) for v in versions.values()]
        at, known = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        order = np.argsort(at, kind="stable")
        self._change_at, self._change_known = at[order], known[order]
        self._earliest_after = np.minimum.accumulate(self._change_known[::-1])[::-1]

    @staticmethod
    def size(connection: Connection, position: int) -> int:
        """Return the number of records that `read` would read."""
        return int(connection.execute(text(_COUNT), {"at": position}).scalar_one())

    @staticmethod
    def read(connection: Connection, store: RecordStore, position: int) -> WholeHistory:
        """Read all records up to a position; raises `InvalidTag` if any cannot be decrypted."""
        rows: dict[str, list[tuple[bytes, str, int, int]]] = {name: [] for name in _NAMES}
        streamed = connection.execute(
            text(_ALL), {"at": position, "never": _NEVER}, execution_options={"yield_per": _BATCH}
        )
        for at, code, record_id, facts, until in streamed:
            name = _NAMES[code]
            rows[name].append((store.data_key.decrypt(facts, facts_context(name, at)), record_id, at, until))
        return WholeHistory({name: _versions(name, of_table) for name, of_table in rows.items()}, store)

    def facts_at(self, connection: Connection, position: int) -> dict[str, TableFacts]:
        """Return the facts of all tables as a position saw them, with the names of watch-list entries."""
        facts = {
            name: v.facts.take(np.flatnonzero((v.since <= position) & (position < v.until)))
            for name, v in self._versions.items()
        }
        entries = facts["tip_database"]
        if len(entries):
            rows = self._store.rows(connection, "tip_database", entries.id_list(), position)
            facts["tip_database"] = with_names(entries, rows)
        return facts

    def shared_positions(self, positions: Ints, as_of: Ints) -> Iterator[Ints]:
        """Yield groups of cases that all see, at the latest position of the group, what they saw at their own.

        Parameters
        ----------
        positions, as_of
            int64[n]: of each case, in ascending order of the positions.

        Yields
        ------
        int64[k]
            Rows of cases, in order; each is in a single group.
        """
        limits = [self._first_change(int(p), int(t)) for p, t in zip(positions, as_of, strict=True)]
        begin, limit = 0, _NEVER
        for row, (position, own_limit) in enumerate(zip(positions.tolist(), limits, strict=True)):
            if position >= limit:
                yield np.arange(begin, row)
                begin, limit = row, _NEVER
            limit = min(limit, own_limit)
        if limits:
            yield np.arange(begin, len(limits))

    def _first_change(self, position: int, as_of: int) -> int:
        """Return the first later position at which a record known before ``as_of`` came or went."""
        begin = int(np.searchsorted(self._change_at, position, side="right"))
        while begin < len(self._change_at) and self._earliest_after[begin] < as_of:
            seen = np.flatnonzero(self._change_known[begin : begin + _BLOCK] < as_of)
            if len(seen):
                return int(self._change_at[begin + seen[0]])
            begin += _BLOCK
        return _NEVER


def _versions(name: str, rows: Sequence[tuple[bytes, str, int, int]]) -> _Versions:
    facts, ids, since, until = zip(*rows, strict=True) if rows else ((), (), (), ())
    return _Versions(
        decode_rows(name, list(facts), pa.array(ids, pa.string())),
        np.array(since, dtype=np.int64),
        np.array(until, dtype=np.int64),
    )
