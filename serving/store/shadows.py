"""Which challengers score in the shadow, until when, and what did they say? Kept beside the decisions, never among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Shadow:
    """One challenger's time in the shadow; ``running`` until it is stopped or its end has come."""

    shadow_id: int
    subject: str
    model_sha256: str
    version: str
    after_number: int
    begun_at: dt.datetime
    ends_at: dt.datetime
    running: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """A decision that the challenger has not seen yet; ``features`` are float64 bytes."""

    decision_id: str
    features: bytes


_SHADOW = (
    "select shadow_id, subject, model_sha256, version, after_number, begun_at, least(ends_at, coalesce(stopped_at, ends_at)), "
    "stopped_at is null and ends_at > now() from serving.shadow"
)


def begin(connection: Connection, subject: str, sha256: str, version: str, ends_at: dt.datetime) -> None:
    """Begin with the next decision; whoever was in the shadow for this subject leaves it."""
    stop(connection, subject)
    connection.execute(
        text(
            "insert into serving.shadow (subject, model_sha256, version, after_number, ends_at) values (:s, :h, :v, "
            "(select coalesce(max(number), 0) from serving.decision), :e)"
        ),
        {"s": subject, "h": sha256, "v": version, "e": ends_at},
    )


def stop(connection: Connection, subject: str) -> int:
    """End a subject's shadow now; return how many ran."""
    done = connection.execute(
        text(
            "update serving.shadow set stopped_at = now() where subject = :s and stopped_at is null and ends_at > now()"
        ),
        {"s": subject},
    )
    return int(done.rowcount)


def to_score(connection: Connection) -> list[Shadow]:
    """Return the shadows that run, and those that ended so lately that decisions of their time may still wait."""
    ended = "least(ends_at, coalesce(stopped_at, ends_at))"
    rows = connection.execute(text(f"{_SHADOW} where {ended} > now() - interval '1 day' order by shadow_id"))
    return [Shadow(*row) for row in rows]


def latest(connection: Connection, subject: str) -> Shadow | None:
    """Return a subject's latest shadow, running or ended; None if there never was one."""
    asked = text(f"{_SHADOW} where subject = :s order by shadow_id desc limit 1")
    row = connection.execute(asked, {"s": subject}).first()
    return None if row is None else Shadow(*row)


def pending(connection: Connection, shadow: Shadow, after: int, limit: int) -> list[Pending]:
    """Return decisions that wait for the challenger, in order; none about children, whom no score concerns."""
    rows = connection.execute(
        text(
            "select d.decision_id, d.features from serving.decision d where d.subject = :s and d.number > :after "
            "and d.created_at < :ends and d.route <> 'child_procedure' and not exists (select 1 from serving.shadow_score x "
            "where x.shadow_id = :id and x.decision_id = d.decision_id) order by d.number limit :limit"
        ),
        {"s": shadow.subject, "after": after, "ends": shadow.ends_at, "id": shadow.shadow_id, "limit": limit},
    )
    return [Pending(str(row[0]), bytes(row[1])) for row in rows]


def settled(connection: Connection, shadow: Shadow, after: int) -> int:
    """Return a number up to which no decision can turn up any more: numbers are taken before they are committed."""
    row = connection.execute(
        text(
            "select coalesce(min(number) filter (where created_at > now() - interval '5 minutes') - 1, max(number), :after) "
            "from serving.decision where subject = :s and number > :after"
        ),
        {"s": shadow.subject, "after": after},
    )
    return int(row.scalar_one())


Scored = tuple[str, float | None, float | None, bytes]
"""(decision id, score, raw score, contributions as float64 bytes)."""


def keep(connection: Connection, shadow: Shadow, scored: Sequence[Scored]) -> None:
    """Store what the challenger said."""
    connection.execute(
        text(
            "insert into serving.shadow_score (shadow_id, decision_id, score, raw_score, contributions) "
            "values (:id, cast(:decision as uuid), :score, :raw, :added) on conflict do nothing"
        ),
        [
            {"id": shadow.shadow_id, "decision": decision, "score": score, "raw": raw, "added": added}
            for decision, score, raw, added in scored
        ],
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """What both said of one case."""

    subject_id: str
    post: str | None
    as_of: int
    position: int
    champion: float | None
    challenger: float | None


def pairs(connection: Connection, shadow: Shadow) -> list[Pair]:
    """Return the latest decision about each case that both have scored."""
    rows = connection.execute(
        text(
            "select distinct on (d.subject_id) d.subject_id, d.post, d.as_of, d.position, d.score, x.score "
            "from serving.shadow_score x join serving.decision d using (decision_id) where x.shadow_id = :id "
            "order by d.subject_id, d.number desc"
        ),
        {"id": shadow.shadow_id},
    )
    return [Pair(*row) for row in rows]
