"""SQL of cases that may be compared with another: of the same model and status, and nearest in score."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

from serving.store.decisions import Decision

NEAREST = 1000
"""Decisions that are looked at on each side of the score."""


class Candidate(NamedTuple):
    """A decision that may be compared: its contributions as stored, and whether an interview was held."""

    decision_id: str
    contributions: bytes
    is_interviewed: bool


def candidates(connection: Connection, decision: Decision, status_word: int) -> list[Candidate]:
    """Return the latest decisions on other cases of a status among the `NEAREST` in score on each side."""
    side = (
        "(select decision_id, number, subject, subject_id, post, contributions from serving.decision "
        "where model_sha256 = :model and route = 'interview_queue' and score {sign} :score "
        "order by score {order}, number {order} limit :nearest)"
    )
    query = text(
        f"with nearest as materialized ({side.format(sign='>=', order='asc')} union all {side.format(sign='<', order='desc')}) "
        "select decision_id::text, contributions, exists (select 1 from serving.held_interview h "
        "where h.subject = n.subject and h.subject_id = n.subject_id) from nearest n "
        "where n.subject = :subject and n.subject_id <> :id "
        "and exists (select 1 from serving.case_word w where w.word = :word and w.post = n.post and w.subject = n.subject "
        "and w.subject_id = n.subject_id) and not exists (select 1 from serving.decision later "
        "where later.subject = n.subject and later.subject_id = n.subject_id and later.number > n.number)"
    )
    values = {
        "model": decision.model_sha256, "score": decision.score, "subject": decision.subject, "id": decision.subject_id,
        "word": status_word, "nearest": NEAREST,
    }  # fmt: skip
    return [Candidate(row[0], bytes(row[1]), row[2]) for row in connection.execute(query, values)]


def lowest_interviewed(connection: Connection, decision: Decision, last: int) -> float | None:
    """Return the lowest score among the last cases of a post that were interviewed from the list, by the same model.

    Cases that were drawn at random are left out. None without any such interview.
    """
    query = text(
        "select min(score) from (select d.score from serving.interviewed_case i cross join lateral ("
        "select score, model_sha256, post from serving.decision d where d.subject = i.subject and d.subject_id = i.subject_id "
        "order by number desc limit 1) d where i.subject = :subject and d.post = :post and d.model_sha256 = :model "
        "and not exists (select 1 from serving.drawn_case r where r.subject = i.subject and r.subject_id = i.subject_id) "
        "order by i.recorded_at desc limit :last) scores"
    )
    values = {"subject": decision.subject, "post": decision.post, "model": decision.model_sha256, "last": last}
    lowest: float | None = connection.execute(query, values).scalar()
    return lowest
