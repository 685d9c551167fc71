"""SQL of decisions, kept byte for byte, and of what takes their cases out of the queue."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
import orjson
from sqlalchemy import Connection, Row, text

from features.arrays import Floats
from serving.log.leaves import Act, append_all, append_row, row_content
from serving.store.accounts import UNKNOWN_ACCOUNT


@dataclass(frozen=True, slots=True)
class Decision:
    """A stored decision.

    Attributes
    ----------
    as_of
        When the case became known, microseconds UTC: its place in the queue and its due date count from it.
    position, record_position
        End of the history used, and position of the case's own record.
    features, contributions
        float64 bytes, in the order of the model's catalogue.
    shown
        The JSON text that was answered.
    account_id
        Account that sent or corrected the record.
    """

    decision_id: str
    subject: str
    subject_id: str
    post: str | None
    as_of: int
    position: int
    record_position: int
    model_sha256: str | None
    route: str
    score: float | None
    features: bytes
    contributions: bytes
    shown: str
    account_id: int = UNKNOWN_ACCOUNT

    def values(self) -> Floats:
        """Return the features, float64[f]."""
        return np.frombuffer(self.features)

    def seen_at(self) -> int | None:
        """Return until when records counted, where that is later than ``as_of``; None where it is not."""
        stated = orjson.loads(self.shown)["as_of"].removesuffix("Z")
        moment = int(np.datetime64(stated, "us").astype(np.int64))
        return None if moment == self.as_of else moment

    def shown_score(self) -> float | None:
        """Return the score if it may be shown: a child's never is."""
        return None if self.route == "child_procedure" else self.score


class Outline(NamedTuple):
    """Id and subject of a decision, and the position and moment that it is seen from."""

    decision_id: str
    subject: str
    position: int
    as_of: int


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """Hashes of a request's Idempotency-Key and of the whole request."""

    key_hash: bytes
    request_hash: bytes


_NAMES = [field.name for field in fields(Decision)]
_COLUMNS = ", ".join(_NAMES)


def insert(connection: Connection, decision: Decision) -> None:
    """Store a decision and seal the whole row in the log."""
    append_all(connection, [insert_unsealed(connection, decision)])


def insert_unsealed(connection: Connection, decision: Decision) -> Act:
    """Store a decision and return what seals it; it belongs into the log within the same transaction."""
    parameters = ", ".join(f":{name}" for name in _NAMES)
    row = connection.execute(
        text(
            f"insert into serving.decision ({_COLUMNS}) values ({parameters}) returning row_to_json(decision.*)::text"
        ),
        {name: getattr(decision, name) for name in _NAMES},
    ).scalar_one()
    return Act("decision", decision.decision_id, row_content(row))


def by_id(connection: Connection, decision_id: str) -> Decision | None:
    """Return a decision; None if it is missing or the id cannot be one."""
    if not is_id(decision_id):
        return None
    rows = _select(connection, "serving.decision where decision_id = cast(:id as uuid)", id=decision_id)
    return rows[0] if rows else None


def is_id(given: str) -> bool:
    """Return whether a text can be the id of a decision."""
    try:
        return str(uuid.UUID(given)) == given.lower()
    except ValueError:
        return False


def by_ids(connection: Connection, decision_ids: Sequence[str]) -> list[Decision]:
    """Return the decisions among these ids, in the order of their positions and numbers."""
    source = "serving.decision where decision_id = any(cast(:ids as uuid[])) order by position, number"
    return _select(connection, source, ids=list(decision_ids))


def outlines(
    connection: Connection, since: dt.datetime | None = None, until: dt.datetime | None = None
) -> list[Outline]:
    """Return what orders all decisions, or those of a period ``[since, until)``, by their positions and numbers."""
    query = text(
        "select decision_id::text, subject, position, as_of from serving.decision "
        "where (cast(:since as timestamptz) is null or created_at >= :since) "
        "and (cast(:until as timestamptz) is null or created_at < :until) order by position, number"
    )
    return [Outline(*row) for row in connection.execute(query, {"since": since, "until": until})]


def all_ids(connection: Connection) -> list[str]:
    """Return the ids of all decisions in order."""
    return [
        str(key)
        for key in connection.execute(text("select decision_id from serving.decision order by number")).scalars()
    ]


def latest(connection: Connection, subject: str, subject_id: str) -> Decision | None:
    """Return the latest decision about a case."""
    rows = _select(
        connection, "serving.decision where subject = :s and subject_id = :i order by number desc limit 1",
        s=subject, i=subject_id,
    )  # fmt: skip
    return rows[0] if rows else None


def before(connection: Connection, decision: Decision) -> Decision | None:
    """Return the decision about a case before another about it."""
    rows = _select(
        connection,
        "serving.decision where subject = :s and subject_id = :i and number < (select number from serving.decision "
        "where decision_id = cast(:id as uuid)) order by number desc limit 1",
        s=decision.subject, i=decision.subject_id, id=decision.decision_id,
    )  # fmt: skip
    return rows[0] if rows else None


def versions(connection: Connection, subject: str, subject_id: str) -> list[Decision]:
    """Return all decisions about a case, the latest first."""
    source = "serving.decision where subject = :s and subject_id = :i order by number desc"
    return _select(connection, source, s=subject, i=subject_id)


def is_announced(connection: Connection, subject: str, subject_id: str) -> bool:
    """Return whether the current record of a case was stored before what it says happened."""
    query = text(
        "select created_at < to_timestamp(as_of / 1e6) from serving.decision where subject = :s and subject_id = :i "
        "order by record_position desc, number limit 1"
    )
    return bool(connection.execute(query, {"s": subject, "i": subject_id}).scalar())


def is_waiting(connection: Connection, subject: str, subject_id: str) -> bool:
    """Return whether a case waits in the queue."""
    query = text("select 1 from serving.waiting_case where subject = :s and subject_id = :i")
    return connection.execute(query, {"s": subject, "i": subject_id}).first() is not None


def count(connection: Connection) -> int:
    """Return the count of all decisions."""
    return int(connection.execute(text("select count(*) from serving.decision")).scalar_one())


def busiest_post(connection: Connection) -> str | None:
    """Return the post with the most decisions on visa applications."""
    query = "select post from serving.decision where subject = 'visa' group by post order by count(*) desc limit 1"
    return connection.execute(text(query)).scalar()


def is_interviewed(connection: Connection, subject: str, subject_id: str) -> bool:
    """Return whether an interview about a case was recorded, and not withdrawn."""
    query = text("select 1 from serving.held_interview where subject = :s and subject_id = :i")
    return connection.execute(query, {"s": subject, "i": subject_id}).first() is not None


def mark_interviewed(connection: Connection, subject: str, subject_id: str, account_id: int) -> None:
    """Take a case out of the queue and seal it in the log."""
    query = (
        "insert into serving.interviewed_case (subject, subject_id, account_id) values (:s, :i, :account) "
        "on conflict do nothing returning row_to_json(interviewed_case.*)::text"
    )
    row = connection.execute(text(query), {"s": subject, "i": subject_id, "account": account_id}).scalar()
    if row is not None:
        append_row(connection, "queue_removal", f"{subject}/{subject_id}", row)


def answer_of_key(connection: Connection, key_hash: bytes) -> tuple[bytes, str] | None:
    """Return (request hash, decision id) stored for an idempotency key."""
    query = text("select request_hash, decision_id from serving.idempotency_key where key_hash = :key")
    row = connection.execute(query, {"key": key_hash}).first()
    return None if row is None else (bytes(row[0]), str(row[1]))


def insert_key(connection: Connection, key: IdempotencyKey, decision_id: str) -> None:
    """Store the answer to an idempotency key, in the decision's own transaction."""
    connection.execute(
        text("insert into serving.idempotency_key values (:key, :request, cast(:id as uuid))"),
        {"key": key.key_hash, "request": key.request_hash, "id": decision_id},
    )


def _select(connection: Connection, source: str, **parameters: object) -> list[Decision]:
    return [_decision(row) for row in connection.execute(text(f"select {_COLUMNS} from {source}"), parameters)]


def _decision(row: Row[Any]) -> Decision:
    values = {name: getattr(row, name) for name in _NAMES}
    values |= {name: bytes(values[name]) for name in ("features", "contributions")}
    return Decision(**values | {"decision_id": str(values["decision_id"])})
