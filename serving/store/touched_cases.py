"""SQL of open cases that new records touch: what each case looked up, and which cases are to be scored again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from features.store.posting_kinds import TABLE_CODES
from serving.store.scoring_stops import ALL, MODEL, POST, Switch

CASES_PER_RECORD = 500
"""More cases of a single key are a hub's, for which what became of others counts for nothing (decision 0044)."""
ATTEMPTS = 3
_BATCH = 2000
_TABLES = tuple(TABLE_CODES)


class Touched(NamedTuple):
    """An open case to be scored again.

    Attributes
    ----------
    touch_ids
        What is settled once it has been.
    tables, positions
        Records that touch it.
    """

    subject: str
    subject_id: str
    touch_ids: tuple[int, ...]
    tables: tuple[str, ...]
    positions: tuple[int, ...]


class Backlog(NamedTuple):
    """Counts of open cases that wait to be scored again, and of those that could not be."""

    waiting: int
    failed: int


def exists(connection: Connection) -> bool:
    """Return whether this database keeps what cases looked up: records may be loaded before the service first runs."""
    return bool(connection.execute(text("select to_regclass('serving.case_lookup') is not null")).scalar_one())


def keep_lookups(
    connection: Connection, subject: str, subject_id: str, lookups: Collection[tuple[int, int]], *, is_first: bool
) -> None:
    """Keep what a case looked up, in place of what it looked up before."""
    kinds, keys = zip(*sorted(lookups), strict=True) if lookups else ((), ())
    values = {"s": subject, "i": subject_id, "kinds": list(kinds), "keys": list(keys)}
    if not is_first:  # most of them stay: a row that is written anew costs an index entry in each index
        gone = text(
            "delete from serving.case_lookup c where subject = :s and subject_id = :i and not exists (select 1 from "
            "unnest(cast(:kinds as smallint[]), cast(:keys as bigint[])) as l(kind, key) where l.kind = c.kind and l.key = c.key)"
        )
        connection.execute(gone, values)
    query = text(
        "insert into serving.case_lookup select kind, key, :s, :i from "
        "unnest(cast(:kinds as smallint[]), cast(:keys as bigint[])) as l(kind, key) on conflict do nothing"
    )
    connection.execute(query, values)


def touch(connection: Connection, table: str, positions: Sequence[int], superseded: Sequence[int]) -> None:
    """Note which open cases looked up a key of new records, or of those that they supersede.

    It belongs into the transaction that stores the records: what is stored has been noted.
    """
    causes = [*positions, *(positions[0] for _ in superseded)]
    postings = [*positions, *superseded]
    query = text(
        "insert into serving.touched_case (subject, subject_id, table_code, position, fan_out) "
        "select subject, subject_id, :code, cause, count(*) over (partition by cause) from ("
        "select distinct q.cause, l.subject, l.subject_id "
        "from unnest(cast(:causes as bigint[]), cast(:postings as bigint[])) as q(cause, posting) "
        "join records.posting p on p.position = q.posting cross join lateral (select subject, subject_id "
        "from serving.case_lookup c where c.kind = p.kind and c.key = p.key limit :limit) l) t "
        "where exists (select 1 from serving.case_lookup)"
    )
    for begin in range(0, len(postings), _BATCH):
        batch = slice(begin, begin + _BATCH)
        values = {"causes": causes[batch], "postings": postings[batch]}
        connection.execute(query, {**values, "code": TABLE_CODES[table], "limit": CASES_PER_RECORD})


def touch_case(connection: Connection, subject: str, subject_id: str, table: str, position: int) -> None:
    """Note that a single case is to be scored again."""
    query = text(
        "insert into serving.touched_case (subject, subject_id, table_code, position, fan_out) "
        "values (:s, :i, :code, :position, 1)"
    )
    values = {"s": subject, "i": subject_id, "code": TABLE_CODES[table], "position": position}
    connection.execute(query, values)


def take(
    connection: Connection, subjects: Collection[str], stops: Collection[Switch] = (), limit: int = 1
) -> list[Touched]:
    """Return the next cases, at most ``limit``, and hold them until the transaction ends; none if none is free.

    Cases of these subjects alone, and none where scoring is stopped: they keep their score, and wait for it to go on.
    Those that failed come last, and before them cases of a record that touches many: a hub holds up nobody.
    """
    first = text(
        "select t.subject, t.subject_id, t.attempts from serving.touched_case t left join serving.waiting_case w using (subject, subject_id) "
        "where t.attempts < :attempts and t.subject = any(:subjects) and coalesce(w.post, '') <> all(:stopped) "
        "order by t.attempts, t.fan_out, t.touch_id limit :limit for update of t skip locked"
    )
    stopped = {stop.scope: [each.name for each in stops if each.scope == stop.scope] for stop in stops}
    if ALL in stopped:
        return []
    scored = [subject for subject in subjects if subject not in stopped.get(MODEL, ())]
    values = {"attempts": ATTEMPTS, "subjects": scored, "stopped": stopped.get(POST, []), "limit": limit}
    rows = connection.execute(first, values).all()
    # one that failed is taken alone, so that it costs no other its turn
    alone = rows[:1] if rows and rows[0][2] else [row for row in rows if not row[2]]
    chosen = list(dict.fromkeys((row[0], row[1]) for row in alone))
    rest = text(
        "select t.subject, t.subject_id, touch_id, table_code, position from serving.touched_case t "
        "join unnest(cast(:subjects as text[]), cast(:ids as text[])) c(subject, subject_id) using (subject, subject_id) "
        "order by touch_id for update of t skip locked"
    )
    cases = {"subjects": [case[0] for case in chosen], "ids": [case[1] for case in chosen]}
    touches = connection.execute(rest, cases).all() if chosen else []
    return [_touched(*case, [tuple(row[2:]) for row in touches if (row[0], row[1]) == case]) for case in chosen]


def _touched(subject: str, subject_id: str, rows: Sequence[tuple[int, int, int]]) -> Touched:
    tables = tuple(dict.fromkeys(_TABLES[row[1]] for row in rows))
    return Touched(subject, subject_id, tuple(row[0] for row in rows), tables, tuple(sorted({row[2] for row in rows})))


def settle(connection: Connection, touched: Collection[Touched]) -> None:
    """Forget what touched some cases."""
    ids = [touch_id for case in touched for touch_id in case.touch_ids]
    connection.execute(text("delete from serving.touched_case where touch_id = any(:ids)"), {"ids": ids})


def count_attempt(connection: Connection, touched: Touched) -> None:
    """Count an attempt that failed."""
    query = text("update serving.touched_case set attempts = attempts + 1 where touch_id = any(:ids)")
    connection.execute(query, {"ids": list(touched.touch_ids)})


def backlog(connection: Connection) -> Backlog:
    """Return how many cases wait to be scored again, and how many could not be."""
    query = text(
        "select count(distinct (subject, subject_id)) filter (where attempts < :attempts), "
        "count(distinct (subject, subject_id)) filter (where attempts >= :attempts) from serving.touched_case"
    )
    return Backlog(*connection.execute(query, {"attempts": ATTEMPTS}).one())
