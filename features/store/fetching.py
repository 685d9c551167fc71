"""How are records fetched by key? One statement for any number of look-ups, as of a moment and a position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from features.facts.facts import TableFacts, decode_rows
from features.store.keys import KINDS
from features.store.secrets import Secrets
from features.tables.nine_tables import TABLES

ALWAYS = -(2**62)
NO_CAP = 2**30
HUB = None
"""What `Fetched.look` says of a key under which more stand than the cap."""
_NAMES = tuple(TABLES)
_VISIBLE = "p.known_at < %(as_of)s and s.position <= %(at)s and (s.superseded_at is null or s.superseded_at > %(at)s)"
# a look-up takes one of the two branches; within it the index gives the postings in order of time
_LOOK = f"""
with found as materialized (
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
), met as (select position, array_agg(n::int) as asked from found where not is_hub group by position)
select met.position, met.asked, s.table_code, s.record_id, s.facts from met join records.record s using (position)
union all select null, array_agg(distinct n::int), null, null, null from found where is_hub
"""


class Lookup(NamedTuple):
    """One key to look under.

    Attributes
    ----------
    since
        Only records known at this time (microseconds) or later.
    cap
        If more stand under the key, it is a hub, and none of them is fetched.
    earliest
        Only the one known first.
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
        Only records known before this time, in the versions that were valid at this position.
    """

    def __init__(self, secrets: Secrets, connection: Connection, as_of: int, position: int) -> None:
        self._secrets = secrets
        self._cursor: Any = connection.connection.cursor(binary=True)
        self._as_of, self._position = as_of, position
        self.as_of = as_of
        self.rows: dict[int, tuple[str, str, bytes]] = {}

    def look(self, lookups: Sequence[Lookup]) -> list[list[int] | None]:
        """Fetch what is visible; return the positions under each key, fetched before or not, or `HUB`."""
        found: list[list[int] | None] = [[] for _ in lookups]
        wanted = [number for number, one in enumerate(lookups) if one.key != 0]
        if not wanted:
            return found
        names, keys, since, cap, earliest = zip(*(lookups[number] for number in wanted), strict=True)
        kinds = [KINDS[name] for name in names]
        self._cursor.execute(
            _LOOK,
            {
                "kinds": array_text(kinds),
                "keys": array_text(map(self._secrets.blind, kinds, keys)),
                "since": array_text(since),
                "cap": array_text(cap),
                "earliest": array_text(map(int, earliest)),
                "as_of": self._as_of,
                "at": self._position,
            },
        )
        unseal = self._secrets.unseal
        for position, asked, code, record_id, facts in self._cursor.fetchall():
            if position is None:
                for n in asked or ():
                    found[wanted[n - 1]] = HUB
                continue
            if position not in self.rows:
                name = _NAMES[code]
                self.rows[position] = (name, record_id, unseal(facts, facts_place(name, position)))
            for n in asked:
                under = found[wanted[n - 1]]
                if under is not None:
                    under.append(position)
        return found

    def facts_of(self, positions: Iterable[int]) -> list[TableFacts]:
        """Decode some of the rows: one `TableFacts` for each table that is among them, rows in the order given."""
        by_table: dict[str, list[tuple[str, str, bytes]]] = {}
        for position in positions:
            row = self.rows[position]
            by_table.setdefault(row[0], []).append(row)
        return [
            decode_rows(name, [row[2] for row in rows], [row[1] for row in rows]) for name, rows in by_table.items()
        ]


def array_text(numbers: Iterable[int]) -> str:
    """Write numbers as the text of an array: the driver's own way takes ten times as long."""
    return f"{{{','.join(map(str, numbers))}}}"


def facts_place(name: str, position: int) -> bytes:
    """Return what ties sealed facts to their place."""
    return f"facts/{name}/{position}".encode()
