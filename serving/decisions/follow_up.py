"""Follow-up: to whom among the landed may help be offered, since later records concern them?"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection

from serving.auth.permissions import Caller
from serving.decisions.arrivals import COUNTER
from serving.decisions.case_changes import CaseChange, change_between
from serving.decisions.interview_queue import Summary, summaries_of
from serving.decisions.own_views import cases_without_own_view
from serving.decisions.service import DecisionService
from serving.store import follow_up
from serving.store.decisions import Decision

LISTED = 50


class LandedPerson(NamedTuple):
    """A person in the country, and what changed about the case since the landing."""

    decision: Decision
    summary: Summary | None
    change: CaseChange
    is_own_view_due: bool


def landed_people(
    connection: Connection, service: DecisionService, caller: Caller, port: str | None
) -> list[LandedPerson]:
    """Return people who landed at a port, have not left, and whose case later records changed most."""
    before = int((service.now(connection) - COUNTER).timestamp() * 1_000_000)
    changes = follow_up.later_changes(connection, port, before, LISTED)
    ids = [change.latest.subject_id for change in changes]
    left = set(service.readable_rows(connection, "departures", ids).column("landing_id").to_pylist())
    there = [change for change in changes if change.latest.subject_id not in left]
    stored = [change.latest for change in there]
    summaries = summaries_of(connection, service, stored)
    hidden = cases_without_own_view(connection, service, caller, stored)
    return [
        LandedPerson(
            item.latest, summaries.get(("entry", item.latest.subject_id)),
            change_between(connection, service, item.first, item.latest), ("entry", item.latest.subject_id) in hidden,
        )
        for item in there
    ]  # fmt: skip
