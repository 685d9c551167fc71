"""SQL of the sealed log: leaves in order without gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

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


def ids_of(connection: Connection, kind: str) -> set[str]:
    """Return the ids that leaves of a kind are about."""
    query = text("select distinct subject_id from serving.log_leaf where kind = :kind")
    return set(connection.execute(query, {"kind": kind}).scalars())


def last_of(connection: Connection, kind: str, subject_id: str) -> bytes | None:
    """Return the content of the last leaf of a kind about an id, None without any."""
    query = text(
        "select content from serving.log_leaf where kind = :kind and subject_id = :id order by position desc limit 1"
    )
    content = connection.execute(query, {"kind": kind, "id": subject_id}).scalar()
    return None if content is None else bytes(content)


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


def _stream(connection: Connection, query: str, **values: object) -> Iterator[Any]:
    yield from connection.execute(text(query), values, execution_options={"yield_per": _BATCH})
