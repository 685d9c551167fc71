"""What was decided and shown? Decisions kept byte for byte, found by id, by subject or by post."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, text


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision as stored.

    Attributes
    ----------
    position, own_position
        The history it was made on, and where its own record stands.
    features, contributions
        float64 bytes, in the order of the model's catalogue.
    shown
        The JSON text that was answered.
    """

    decision_id: str
    subject: str
    subject_id: str
    post: str | None
    as_of: int
    position: int
    own_position: int
    model_sha256: str | None
    route: str
    score: float | None
    features: bytes
    contributions: bytes
    shown: str

    def values(self) -> NDArray[np.float64]:
        """Return the features, float64[f]."""
        return np.frombuffer(self.features)

    def shown_score(self) -> float | None:
        """Return the score if it may be shown: a child's never is."""
        return None if self.route == "child_procedure" else self.score


_COLUMNS = (
    "decision_id, subject, subject_id, post, as_of, position, own_position, model_sha256, route, score, features, "
    "contributions, shown"
)


def keep(connection: Connection, decision: Decision) -> None:
    """Store a decision."""
    names = _COLUMNS.split(", ")
    connection.execute(
        text(f"insert into serving.decision ({_COLUMNS}) values ({', '.join(':' + name for name in names)})"),
        {name: getattr(decision, name) for name in names},
    )


def find(connection: Connection, decision_id: str) -> Decision | None:
    """Return a decision by id; None if there is none, or if this cannot be an id."""
    try:
        decision_id = str(uuid.UUID(decision_id))
    except ValueError:
        return None
    row = connection.execute(
        text(f"select {_COLUMNS} from serving.decision where decision_id = cast(:id as uuid)"),
        {"id": decision_id},
    ).first()
    return None if row is None else _made(row)


def latest_of(connection: Connection, subject: str, subject_id: str) -> Decision | None:
    """Return the latest decision about a subject."""
    row = connection.execute(
        text(
            f"select {_COLUMNS} from serving.decision where subject = :s and subject_id = :i order by number desc limit 1"
        ),
        {"s": subject, "i": subject_id},
    ).first()
    return None if row is None else _made(row)


def search(
    connection: Connection, *, post: str | None, subject_id: str | None, limit: int, route: str | None = None,
    before: int | None = None,
) -> list[Decision]:  # fmt: skip
    """Return the latest decision of each subject, newest first; ``before`` is a moment, microseconds UTC."""
    rows = connection.execute(
        text(
            f"select {_COLUMNS} from (select distinct on (subject, subject_id) * from serving.decision "
            "where (cast(:post as text) is null or post = :post) and (cast(:id as text) is null or subject_id = :id) "
            "order by subject, subject_id, number desc) d where (cast(:route as text) is null or route = :route) "
            "and (cast(:before as bigint) is null or as_of < :before) order by as_of desc limit :limit"
        ),
        {"post": post, "id": subject_id, "limit": limit, "route": route, "before": before},
    )
    return [_made(row) for row in rows]


_WAITING = (
    "(select distinct on (d.subject, d.subject_id) d.* from serving.decision d "
    "where (cast(:post as text) is null or post = :post) and as_of >= (select coalesce(max(as_of), 0) - 2592000000000 "
    "from serving.decision where (cast(:post as text) is null or post = :post)) "
    "order by d.subject, d.subject_id, d.number desc) q "
    "where not exists (select 1 from serving.interviewed i where i.subject = q.subject and i.subject_id = q.subject_id)"
)
"""The latest decision about each case of the newest 30 days of a post that nobody has interviewed yet."""


def queue_of(connection: Connection, post: str | None, capacity: int) -> list[Decision]:
    """Return whom to interview next: child procedure first (in order of arrival), then by score."""
    rows = connection.execute(
        text(
            f"select {_COLUMNS} from {_WAITING} order by (route = 'child_procedure') desc, "
            "case when route = 'child_procedure' then null else score end desc nulls last, as_of limit :limit"
        ),
        {"post": post, "limit": capacity},
    )
    return [_made(row) for row in rows]


def waiting_count(connection: Connection, post: str | None) -> int:
    """Return how many cases wait at a post."""
    return int(connection.execute(text(f"select count(*) from {_WAITING}"), {"post": post}).scalar_one())


def is_interviewed(connection: Connection, subject: str, subject_id: str) -> bool:
    """Say whether an interview about a case was recorded here."""
    asked = text("select 1 from serving.interviewed where subject = :s and subject_id = :i")
    return connection.execute(asked, {"s": subject, "i": subject_id}).first() is not None


def answered(connection: Connection, key_hash: bytes) -> tuple[bytes, str] | None:
    """Return (request hash, decision id) that an idempotency key was answered with."""
    row = connection.execute(
        text("select request_hash, decision_id from serving.answered where key_hash = :key"),
        {"key": key_hash},
    ).first()
    return None if row is None else (bytes(row[0]), str(row[1]))


def remember_answer(connection: Connection, key_hash: bytes, request_hash: bytes, decision_id: str) -> None:
    """Remember what an idempotency key was answered with, in the decision's own transaction."""
    connection.execute(
        text("insert into serving.answered values (:key, :request, cast(:id as uuid))"),
        {"key": key_hash, "request": request_hash, "id": decision_id},
    )


def _made(row: Row[Any]) -> Decision:
    values = list(row)
    values[0] = str(values[0])
    for index in (10, 11):
        values[index] = bytes(values[index])
    return Decision(*values)
