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
ANY_NUMBER = 2**31 - 1
_NAMES = tuple(TABLES)
_VISIBLE = "p.known_at < %(as_of)s and s.position <= %(at)s and (s.superseded_at is null or s.superseded_at > %(at)s)"
# a look-up takes one of the two branches; within it the index gives the postings in order of time
_LOOK = f"""
with found as (
    select q.n, r.position
    from unnest(%(kinds)s::smallint[], %(keys)s::bigint[], %(since)s::bigint[], %(most)s::int[], %(earliest)s::bool[])
         with ordinality as q(kind, key, since, most, earliest, n)
    cross join lateral (
        (select p.position from records.posting p join records.record s using (position)
         where not q.earliest and p.kind = q.kind and p.key = q.key and p.known_at >= q.since and {_VISIBLE}
         order by p.known_at desc, p.position desc limit q.most)
        union all
        (select p.position from records.posting p join records.record s using (position)
         where q.earliest and p.kind = q.kind and p.key = q.key and {_VISIBLE}
         order by p.known_at, p.position limit 1)
    ) r
), met as (select position, array_agg(n::int) as asked from found group by position)
select met.position, met.asked, s.table_code, s.record_id, s.facts from met join records.record s using (position)
"""


class Lookup(NamedTuple):
    """One key to look under.

    Attributes
    ----------
    since
        Only records known at this time (microseconds) or later.
    most
        At most so many, the latest ones.
    earliest
        Only the one known first.
    """

    kind: str
    key: int
    since: int = ALWAYS
    most: int = ANY_NUMBER
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

    def look(self, lookups: Sequence[Lookup]) -> list[list[int]]:
        """Fetch what is visible; return the positions found under each key, whether they were fetched before or not."""
        found: list[list[int]] = [[] for _ in lookups]
        wanted = [(number, one) for number, one in enumerate(lookups) if one.key != 0]
        if not wanted:
            return found
        blind = self._secrets.blind
        self._cursor.execute(
            _LOOK,
            {
                "kinds": [KINDS[one.kind] for _, one in wanted],
                "keys": [blind(KINDS[one.kind], one.key) for _, one in wanted],
                "since": [one.since for _, one in wanted],
                "most": [one.most for _, one in wanted],
                "earliest": [one.earliest for _, one in wanted],
                "as_of": self._as_of,
                "at": self._position,
            },
        )
        unseal = self._secrets.unseal
        for position, asked, code, record_id, facts in self._cursor.fetchall():
            if position not in self.rows:
                name = _NAMES[code]
                self.rows[position] = (name, record_id, unseal(facts, facts_place(name, position)))
            for n in asked:
                found[wanted[n - 1][0]].append(position)
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


def facts_place(name: str, position: int) -> bytes:
    """Return what ties sealed facts to their place."""
    return f"facts/{name}/{position}".encode()
