"""Interview queue of a post: cases by priority, with due date and a summary of the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from features.catalogue.findings import FOR_THE_PERSON
from features.matrix import TABLE_OF_SUBJECT
from serving.decisions.desk_clock import queued_since
from serving.decisions.due_dates import DueDate, due_date
from serving.decisions.service import DecisionService
from serving.store import decisions
from serving.store.decisions import Decision

REASONS_SHOWN = 3
_SUMMARY_COLUMNS = {
    "visa": ("status_of_residence", "intended_stay_days", "intended_arrival_on"),
    "entry": ("status_of_residence", "permitted_stay_days", "landed_at"),
}


@dataclass(frozen=True, slots=True)
class Summary:
    """Status, days of stay, and day of arrival of a case."""

    status: str
    stay_days: int
    arrival: dt.date


@dataclass(frozen=True, slots=True)
class QueuedCase:
    """A case of the queue; ``shown`` is its decision as JSON."""

    rank: int
    decision: Decision
    shown: dict[str, Any]
    due: DueDate | None
    summary: Summary | None

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """Strongest reasons for an interview; none for a child."""
        raising = [reason for reason in self.shown["reasons"] if reason["direction"] == "raises"]
        return raising[:REASONS_SHOWN]

    @property
    def for_the_person(self) -> list[dict[str, Any]]:
        """Findings for the person; none in an answer from before findings."""
        return [reason for reason in self.shown["reasons"] if reason["direction"] == FOR_THE_PERSON]


def interview_queue(
    connection: Connection, service: DecisionService, post: str | None, capacity: int
) -> tuple[list[QueuedCase], dt.date]:
    """Return the first ``capacity`` cases by priority, and today's date on the service's clock."""
    now = service.now(connection)
    today = now.date()
    queued = decisions.queue(connection, post, capacity, queued_since(now, service.models.settings))
    summaries = summaries_of(connection, service, queued)
    cases = [
        QueuedCase(
            rank, decision, orjson.loads(decision.shown), due_date(decision.subject, decision.as_of, today),
            summaries.get((decision.subject, decision.subject_id)),
        )
        for rank, decision in enumerate(queued, start=1)
    ]  # fmt: skip
    return cases, today


def summaries_of(
    connection: Connection, service: DecisionService, cases: Sequence[Decision]
) -> dict[tuple[str, str], Summary]:
    """Return the summary of each case's record by (subject, subject id)."""
    summaries = {}
    for subject, columns in _SUMMARY_COLUMNS.items():
        ids = [case.subject_id for case in cases if case.subject == subject]
        for row in service.readable_rows(connection, TABLE_OF_SUBJECT[subject], ids).to_pylist():
            status, days, arrival = (row[column] for column in columns)
            day = arrival.date() if isinstance(arrival, dt.datetime) else arrival
            summaries[subject, next(iter(row.values()))] = Summary(status, days, day)
    return summaries
