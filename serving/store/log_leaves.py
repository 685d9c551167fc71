"""SQL of the sealed log: leaves in order without gaps, and the rows that they seal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from features.store.posting_kinds import TABLE_CODES

_LOCK = 7305415
_BATCH = 5000
_FIRST = -(2**63)


class StoredLeaf(NamedTuple):
    """A leaf as the table holds it; ``nonce`` and ``content`` open ``commitment``."""

    position: int
    kind: str
    subject_id: str
    commitment: bytes
    nonce: bytes
    content: bytes


class Pair(NamedTuple):
    """A leaf beside the row that it seals; ``position`` and ``content`` are None without a leaf, ``row`` without a row."""

    subject_id: str
    position: int | None
    content: bytes | None
    row: str | None


_RECORD = "select position, table_code, record_id, known_at, facts, layout_version, payload from records.record"
_SUPERSESSION = "select position, table_code, record_id, superseded_at from records.record"
ROWS = {
    "decision": ("serving.decision", "decision_id::text"),
    "queue_removal": ("serving.interviewed_case", "subject || '/' || subject_id"),
    "closing": ("serving.closed_case", "subject || '/' || subject_id"),
    "access_request": ("serving.access_request", "request_id::text"),
    "access_answer": ("serving.access_answer", "request_id::text"),
    "record": (
        f"({_RECORD} where table_code = {TABLE_CODES['outcomes']} "
        "or position in (select superseded_at from records.record where superseded_at is not null))", "position::text",
    ),
    "supersession": (f"({_SUPERSESSION} where superseded_at is not null)", "position::text"),
}  # fmt: skip
"""Rows and their id, by the kind of leaf that seals each of them: outcomes, corrected versions and what they superseded too."""


def insert(connection: Connection, leaves: Sequence[StoredLeaf]) -> None:
    """Append leaves at the next positions; transactions that append wait for each other from here to their commits."""
    if not leaves:
        return
    lock(connection)
    head = size(connection)
    connection.execute(
        text(
            "insert into serving.log_leaf (position, kind, subject_id, commitment, nonce, content) "
            "values (:position, :kind, :subject_id, :commitment, :nonce, :content)"
        ),
        [leaf._replace(position=head + at)._asdict() for at, leaf in enumerate(leaves)],
    )


def lock(connection: Connection) -> None:
    """Let no other transaction append until this one has ended."""
    connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def see_every_row(connection: Connection) -> None:
    """Let this transaction see the decisions of all posts, where the database holds transactions to some."""
    connection.execute(text("select set_config('mimamori.reach', 'all', true)"))


def size(connection: Connection) -> int:
    """Return the count of leaves."""
    return int(connection.execute(text("select coalesce(max(position) + 1, 0) from serving.log_leaf")).scalar_one())


def exists(connection: Connection) -> bool:
    """Return whether this database has a log."""
    return bool(connection.execute(text("select to_regclass('serving.log_leaf') is not null")).scalar_one())


def leaves(connection: Connection, first: int = _FIRST, limit: int | None = None) -> Iterator[StoredLeaf]:
    """Yield leaves from a position on, in order; without it also those that stand before the beginning."""
    query = (
        "select position, kind, subject_id, commitment, nonce, content from serving.log_leaf "
        "where position >= :first order by position limit :limit"
    )
    for row in _stream(connection, query, first=first, limit=limit):
        yield _leaf(*row)


def _leaf(position: int, kind: str, subject_id: str, *values: bytes | None) -> StoredLeaf:
    """Return a leaf; what was erased opens nothing."""
    return StoredLeaf(position, kind, subject_id, *(b"" if value is None else bytes(value) for value in values))


def commitments(connection: Connection, first: int) -> Iterator[tuple[str, str, bytes]]:
    """Yield (kind, subject id, commitment) of the leaves from a position on, in order."""
    query = "select kind, subject_id, commitment from serving.log_leaf where position >= :first order by position"
    for kind, subject_id, commitment in _stream(connection, query, first=first):
        yield kind, subject_id, bytes(commitment)


def leaf_of(connection: Connection, kind: str, subject_id: str) -> StoredLeaf | None:
    """Return the first leaf of a kind about an id."""
    query = (
        "select position, kind, subject_id, commitment, nonce, content from serving.log_leaf "
        "where kind = :kind and subject_id = :id order by position limit 1"
    )
    row = connection.execute(text(query), {"kind": kind, "id": subject_id}).first()
    return None if row is None else _leaf(*row)


def decision_pair(connection: Connection, decision_id: str) -> Pair:
    """Return the first leaf of a decision beside its row."""
    leaf = leaf_of(connection, "decision", decision_id)
    query = text("select row_to_json(d)::text from serving.decision d where decision_id = cast(:id as uuid)")
    row = connection.execute(query, {"id": decision_id}).scalar()
    return Pair(decision_id, leaf.position if leaf else None, leaf.content if leaf else None, row)


def pairs(connection: Connection, kind: str) -> Iterator[Pair]:
    """Yield every leaf of a kind with its row, leaves without a row, and rows without a leaf."""
    query = (
        "select coalesce(l.subject_id, v.id), l.position, l.content, v.row from "
        "(select position, subject_id, content from serving.log_leaf where kind = :kind) l full join "
        f"({_rows(kind)}) v on v.id = l.subject_id"
    )
    for subject_id, position, content, row in _stream(connection, query, kind=kind):
        yield Pair(subject_id, position, None if content is None else bytes(content), row)


def rows(connection: Connection, kind: str) -> Iterator[tuple[str, str]]:
    """Yield (id, JSON text of all columns) of every row of a kind, in the order of the ids."""
    yield from _stream(connection, f"{_rows(kind)} order by id")


def record_rows(connection: Connection, positions: Sequence[int]) -> list[tuple[str, str]]:
    """Return (id, JSON text) of the records at these positions, in order, as leaves of the kind ``record`` seal them."""
    return _rows_at(connection, _RECORD, positions)


def supersession_rows(connection: Connection, positions: Sequence[int]) -> list[tuple[str, str]]:
    """Return (id, JSON text) of superseded records at these positions, as leaves of the kind ``supersession`` seal them."""
    return _rows_at(connection, _SUPERSESSION, positions)


def _rows_at(connection: Connection, source: str, positions: Sequence[int]) -> list[tuple[str, str]]:
    query = f"select position::text, row_to_json(r)::text from ({source} where position = any(:positions)) r order by position"
    return [(row[0], row[1]) for row in connection.execute(text(query), {"positions": list(positions)})]


def repeated(connection: Connection, kind: str) -> list[str]:
    """Return the ids that two leaves, or two rows, of a kind have."""
    query = (
        "select subject_id from serving.log_leaf where kind = :kind group by 1 having count(*) > 1 "
        f"union select id from ({_rows(kind)}) v group by 1 having count(*) > 1"
    )
    return list(connection.execute(text(query), {"kind": kind}).scalars())


def _rows(kind: str) -> str:
    source, key = ROWS[kind]
    return f"select {key} as id, row_to_json(r)::text as row from {source} r"


def _stream(connection: Connection, query: str, **values: object) -> Iterator[Any]:
    yield from connection.execute(text(query), values, execution_options={"yield_per": _BATCH})
