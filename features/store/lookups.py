"""Look-ups of records by key: any number in a single statement, as of a moment and a position."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection

from features.facts.table_facts import TableFacts, decode_rows
from features.store.encryption import DataKey
from features.store.posting_kinds import KINDS
from features.tables.schema import TABLES

log = logging.getLogger("mimamori")
ALWAYS = -(2**62)
NO_CAP = 2**30
HUB = None
"""Answer of `Fetched.look_up` for a key above its cap."""
_NAMES = tuple(TABLES)
_VISIBLE = (
    "p.known_at < %(as_of)s and s.position <= %(at)s and (s.superseded_at is null or s.superseded_at > %(at)s) "
    "and p.position <> all(%(without)s::bigint[])"
)
# each look-up takes a single branch; within it the index gives the postings in order of time
_LOOK_UP = f"""
with listed as materialized (
    select q.n, r.position, count(*) over (partition by q.n) > q.cap as is_hub
    from unnest(%(kinds)s::smallint[], %(keys)s::bigint[], %(since)s::bigint[], %(cap)s::int[], %(earliest)s::int[]::bool[])
         with ordinality as q(kind, key, since, cap, earliest, n)
    cross join lateral (
        (select p.position from records.posting p join records.record s using (position)
         where not q.earliest and p.kind = q.kind and p.key = q.key and p.known_at >= q.since and {_VISIBLE}
         limit q.cap + 1)
        union all
        (select p.position from records.posting p join records.record s using (position)
         where q.earliest and p.kind = q.kind and p.key = q.key and {_VISIBLE}
         order by p.known_at, p.position limit 1)
    ) r
), grouped as (select position, array_agg(n::int) as lookups from listed where not is_hub group by position)
select position, lookups, s.table_code, s.record_id, s.facts from grouped join records.record s using (position)
union all select null, array_agg(distinct n::int), null, null, null from listed where is_hub
"""


class Lookup(NamedTuple):
    """Key to look up.

    Attributes
    ----------
    since
        Only records known at this time (microseconds) or later.
    cap
        A key of more records is a hub, and none of them is fetched.
    earliest
        Only the record known first.
    """

    kind: str
    key: int
    since: int = ALWAYS
    cap: int = NO_CAP
    earliest: bool = False


class Fetched:
    """Rows fetched so far, by position.

    Parameters
    ----------
    as_of, position
        Only records known before this time, in the versions valid at this position.
    skip_unreadable
        Whether a record that cannot be decrypted is left out, and not an error: another record is then stored all the same.
    without
        Positions of records that are left out.

    Attributes
    ----------
    keys
        Kind and blinded key of everything looked up so far.
    """

    def __init__(
        self, data_key: DataKey, connection: Connection, as_of: int, position: int, *, skip_unreadable: bool = False,
        without: Iterable[int] = (),
    ) -> None:  # fmt: skip
        self._without = array_text(without)
        self.keys: set[tuple[int, int]] = set()
        self._skip_unreadable = skip_unreadable
        self._data_key = data_key
        self._cursor: Any = connection.connection.cursor(binary=True)
        self._position = position
        self.as_of = as_of
        self.rows: dict[int, tuple[str, str, bytes]] = {}

    def look_up(self, lookups: Sequence[Lookup]) -> list[list[int] | None]:
        """Fetch what is visible; return the positions under each key, fetched before or not, or `HUB`."""
        positions: list[list[int] | None] = [[] for _ in lookups]
        wanted = [number for number, lookup in enumerate(lookups) if lookup.key != 0]
        if not wanted:
            return positions
        names, keys, since, cap, earliest = zip(*(lookups[number] for number in wanted), strict=True)
        kinds = [KINDS[name] for name in names]
        blinded = list(map(self._data_key.blind, kinds, keys))
        self.keys.update(zip(kinds, blinded, strict=True))
        self._cursor.execute(
            _LOOK_UP,
            {
                "kinds": array_text(kinds),
                "keys": array_text(blinded),
                "since": array_text(since),
                "cap": array_text(cap),
                "earliest": array_text(map(int, earliest)),
                "as_of": self.as_of,
                "at": self._position,
                "without": self._without,
            },
        )
        for position, numbers, code, record_id, facts in self._cursor.fetchall():
            if position is None:
                for n in numbers or ():
                    positions[wanted[n - 1]] = HUB
                continue
            if position not in self.rows:
                name = _NAMES[code]
                try:
                    opened = self._data_key.decrypt(facts, facts_context(name, position))
                except InvalidTag:
                    if not self._skip_unreadable:
                        raise
                    log.error("record %d of %s cannot be decrypted, and is left out", position, name)
                    continue
                self.rows[position] = (name, record_id, opened)
            for n in numbers:
                under = positions[wanted[n - 1]]
                if under is not None:
                    under.append(position)
        return positions

    def facts_of(self, positions: Iterable[int]) -> list[TableFacts]:
        """Decode some rows: facts of each table among them, rows in the order given."""
        by_table: dict[str, list[tuple[str, str, bytes]]] = {}
        for position in positions:
            row = self.rows[position]
            by_table.setdefault(row[0], []).append(row)
        return [
            decode_rows(name, [row[2] for row in rows], [row[1] for row in rows]) for name, rows in by_table.items()
        ]


def array_text(numbers: Iterable[int | str]) -> str:
    """Return numbers as the text of an array; the driver's own conversion takes ten times as long."""
    return f"{{{','.join(map(str, numbers))}}}"


def facts_context(name: str, position: int) -> bytes:
    """Return the context that binds encrypted facts to their row."""
    return f"facts/{name}/{position}".encode()
