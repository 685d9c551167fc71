"""Who waits for an interview at a post, by when, and with which facts at a glance?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from features.matrix import TABLE_OF_SUBJECT
from serving.deciding import Desk
from serving.due import Due, due_of, now_of
from serving.store import decisions
from serving.store.decisions import Decision

SHORT_REASONS = 3
_GLANCE = {
    "visa": ("status_of_residence", "intended_stay_days", "intended_arrival_on"),
    "entry": ("status_of_residence", "permitted_stay_days", "landed_at"),
}


@dataclass(frozen=True, slots=True)
class Glance:
    """The few facts that tell an officer what a case is: status, days of stay, and when they arrive or arrived."""

    status: str
    stay_days: int
    arrival: dt.date


@dataclass(frozen=True, slots=True)
class Waiting:
    """One case of the queue: its place by priority, the decision as shown, its due date, and a glance at its record."""

    rank: int
    decision: Decision
    shown: dict[str, Any]
    due: Due | None
    glance: Glance | None

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """The strongest reasons for an interview; none for a child."""
        raising = [one for one in self.shown["reasons"] if one["direction"] == "raises"]
        return raising[:SHORT_REASONS]

    @property
    def protect(self) -> bool:
        """Whether the traveller may be somebody found to be a victim before."""
        return any(one["code"] == "protect" for one in self.shown["warnings"])


def waiting_at(connection: Connection, desk: Desk, post: str | None, capacity: int) -> tuple[list[Waiting], dt.date]:
    """Return the first so many cases by priority, and the desk's today."""
    today = now_of(connection, desk.shelf.settings).date()
    found = decisions.queue_of(connection, post, capacity)
    glances = glances_at(connection, desk, found)
    cases = [
        Waiting(
            rank, one, orjson.loads(one.shown), due_of(one.subject, one.as_of, today), glances.get((one.subject, one.subject_id))
        )
        for rank, one in enumerate(found, start=1)
    ]  # fmt: skip
    return cases, today


def glances_at(connection: Connection, desk: Desk, found: Sequence[Decision]) -> dict[tuple[str, str], Glance]:
    """Return a glance at the record of each case, by (subject, subject id)."""
    glances = {}
    for subject, columns in _GLANCE.items():
        table = TABLE_OF_SUBJECT[subject]
        ids = [one.subject_id for one in found if one.subject == subject]
        rows = desk.store.rows(connection, table, ids) if ids else None
        for row in rows.to_pylist() if rows is not None else []:
            status, days, arrival = (row[column] for column in columns)
            day = arrival.date() if isinstance(arrival, dt.datetime) else arrival
            glances[subject, next(iter(row.values()))] = Glance(status, days, day)
    return glances
