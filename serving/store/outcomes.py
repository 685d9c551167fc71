"""SQL of outcomes: which records of a period there are, and which decision each of their cases had."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from features.store.posting_kinds import TABLE_CODES


class CaseDecision(NamedTuple):
    """Latest decision about a case, without what was shown."""

    subject: str
    subject_id: str
    post: str | None
    route: str
    score: float | None


def outcome_ids(connection: Connection, since: int, until: int) -> list[str]:
    """Return the ids of outcomes that became known in a period ``[since, until)``, microseconds UTC, in order of arrival."""
    query = text(
        "select record_id from records.record where table_code = :code and superseded_at is null "
        "and known_at >= :since and known_at < :until order by position"
    )
    values = {"code": TABLE_CODES["outcomes"], "since": since, "until": until}
    return list(connection.execute(query, values).scalars())


def latest_decisions(connection: Connection, subject: str, subject_ids: Sequence[str]) -> list[CaseDecision]:
    """Return the latest decision of each case of a subject that the transaction reaches; a case without one is left out."""
    query = text(
        "select distinct on (subject_id) subject, subject_id, post, route, score from serving.decision "
        "where subject = :subject and subject_id = any(:ids) order by subject_id, number desc"
    )
    values = {"subject": subject, "ids": list(subject_ids)}
    return [CaseDecision(*row) for row in connection.execute(query, values)]
