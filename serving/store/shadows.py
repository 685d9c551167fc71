"""SQL of shadows: which challengers score unseen, until when, and their scores, apart from the decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from serving.log.leaves import Act, append_all, append_state, row_content


@dataclass(frozen=True, slots=True)
class Shadow:
    """A challenger's time in the shadow; ``running`` until it is stopped or ends."""

    shadow_id: int
    subject: str
    model_sha256: str
    version: str
    after_number: int
    started_at: dt.datetime
    ends_at: dt.datetime
    running: bool


@dataclass(frozen=True, slots=True)
class PendingDecision:
    """A decision that the challenger has not scored; ``features`` are float64 bytes."""

    decision_id: str
    features: bytes


@dataclass(frozen=True, slots=True)
class ShadowScore:
    """The challenger's score of a decision; ``contributions`` are float64 bytes."""

    decision_id: str
    score: float | None = None
    raw_score: float | None = None
    contributions: bytes = b""


@dataclass(frozen=True, slots=True)
class ScorePair:
    """Scores of champion and challenger for a case."""

    subject_id: str
    post: str | None
    as_of: int
    position: int
    champion: float | None
    challenger: float | None


_END = "least(ends_at, coalesce(stopped_at, ends_at))"
_SHADOW = (
    f"select shadow_id, subject, model_sha256, version, after_number, started_at, {_END}, "
    "stopped_at is null and ends_at > now() from serving.shadow"
)


def start(connection: Connection, subject: str, sha256: str, version: str, ends_at: dt.datetime) -> None:
    """Start a shadow with the next decision, and seal it in the log; an earlier one of the subject is stopped."""
    stop(connection, subject)
    query = text(
        "insert into serving.shadow (subject, model_sha256, version, after_number, ends_at) values (:s, :h, :v, "
        "(select coalesce(max(number), 0) from serving.decision), :e) returning shadow_id"
    )
    started = connection.execute(query, {"s": subject, "h": sha256, "v": version, "e": ends_at}).scalars().all()
    append_state(connection, "shadow", started)


def stop(connection: Connection, subject: str) -> int:
    """Stop a subject's shadow, seal it in the log, and return the count of those that ran."""
    query = text(
        "update serving.shadow set stopped_at = now() where subject = :s and stopped_at is null and ends_at > now() "
        "returning shadow_id"
    )
    stopped = connection.execute(query, {"s": subject}).scalars().all()
    append_state(connection, "shadow", stopped)
    return len(stopped)


def to_score(connection: Connection) -> list[Shadow]:
    """Return running shadows, and those ended within a day, whose last decisions may be pending."""
    rows = connection.execute(text(f"{_SHADOW} where {_END} > now() - interval '1 day' order by shadow_id"))
    return [Shadow(*row) for row in rows]


def latest(connection: Connection, subject: str) -> Shadow | None:
    """Return a subject's latest shadow, running or ended."""
    query = text(f"{_SHADOW} where subject = :s order by shadow_id desc limit 1")
    row = connection.execute(query, {"s": subject}).first()
    return None if row is None else Shadow(*row)


def pending(connection: Connection, shadow: Shadow, after: int, limit: int) -> list[PendingDecision]:
    """Return decisions that the challenger has not scored, in order; none about children, who have no score."""
    rows = connection.execute(
        text(
            "select d.decision_id, d.features from serving.decision d where d.subject = :s and d.number > :after "
            "and d.created_at < :ends and d.route <> 'child_procedure' and length(d.features) > 0 and not exists (select 1 from serving.shadow_score x "
            "where x.shadow_id = :id and x.decision_id = d.decision_id) order by d.number limit :limit"
        ),
        {"s": shadow.subject, "after": after, "ends": shadow.ends_at, "id": shadow.shadow_id, "limit": limit},
    )
    return [PendingDecision(str(row[0]), bytes(row[1])) for row in rows]


def settled_number(connection: Connection, shadow: Shadow, after: int) -> int:
    """Return the number up to which no decision can appear any more: numbers are taken before the commit."""
    row = connection.execute(
        text(
            "select coalesce(min(number) filter (where created_at > now() - interval '5 minutes') - 1, max(number), :after) "
            "from serving.decision where subject = :s and number > :after"
        ),
        {"s": shadow.subject, "after": after},
    )
    return int(row.scalar_one())


def insert_scores(connection: Connection, shadow: Shadow, scores: Sequence[ShadowScore]) -> None:
    """Store and seal scores of the challenger."""
    query = text(
        "insert into serving.shadow_score (shadow_id, decision_id, score, raw_score, contributions) select :id, s.* from unnest("
        "cast(:decisions as uuid[]), cast(:scores as float8[]), cast(:raw as float8[]), cast(:added as bytea[])) s "
        "on conflict do nothing returning decision_id::text, row_to_json(shadow_score.*)::text"
    )
    columns = {
        "decisions": [s.decision_id for s in scores], "scores": [s.score for s in scores],
        "raw": [s.raw_score for s in scores], "added": [s.contributions for s in scores],
    }  # fmt: skip
    rows = connection.execute(query, {"id": shadow.shadow_id, **columns})
    append_all(
        connection, [Act("shadow_score", f"{shadow.shadow_id}/{decision}", row_content(row)) for decision, row in rows]
    )


def score_pairs(connection: Connection, shadow: Shadow) -> list[ScorePair]:
    """Return both scores of the latest decision about each case that the challenger has scored."""
    rows = connection.execute(
        text(
            "select distinct on (d.subject_id) d.subject_id, d.post, d.as_of, d.position, d.score, x.score "
            "from serving.shadow_score x join serving.decision d using (decision_id) where x.shadow_id = :id "
            "order by d.subject_id, d.number desc"
        ),
        {"id": shadow.shadow_id},
    )
    return [ScorePair(*row) for row in rows]
