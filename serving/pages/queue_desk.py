"""Desk of an officer above the queue: what was just done and the way back, and the cases at hand."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from serving.auth.permissions import Caller, Role
from serving.decisions.interview_queue import QueuedCase, queued_cases
from serving.decisions.service import DecisionService
from serving.pages.case_acts import until_label
from serving.store import decisions, queue_acts
from serving.store.queue_acts import Place
from serving.store.waiting_cases import WaitingCase

DONE = ("release", "skip", "snooze", "close", "restore")
"""Acts on a case after which the queue says what was done, and offers the way back where there is one."""


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A case at hand, or one that was just acted on."""

    decision_id: str
    name: str
    until: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Desk of an officer; ``done`` is what was just done with the case of ``done_case``, ``none`` free to take, or the week ``full``."""

    may_act: bool
    at_hand: list[DeskRow]
    done: str
    done_case: DeskRow | None


def desk_of(
    connection: Connection, service: DecisionService, caller: Caller, language: str, *, done: str, case: str
) -> tuple[Desk, list[QueuedCase]]:
    """Return the desk of a caller, and the cases whose names it shows."""
    held = queue_acts.at_hand(connection, caller.account_id)
    at_hand = cases_of(connection, service, caller, held)
    decision = decisions.by_id(connection, case) if done in DONE else None
    reached = decision is not None and caller.reaches(decision.post)
    acted = queued_cases(connection, service, caller, [WaitingCase(decision)]) if decision and reached else []
    rows = [
        _row(row, until_label(place, row.decision.post, language)) for place, row in zip(held, at_hand, strict=True)
    ]
    known = done if done in {"none", "full", "all"} or acted else ""
    desk = Desk(caller.role is Role.OFFICER, rows, known, _row(acted[0], "") if acted else None)
    return desk, at_hand + acted


def cases_of(connection: Connection, service: DecisionService, caller: Caller, places: list[Place]) -> list[QueuedCase]:
    """Return the cases at places of the queue, in their order."""
    stored = {each.decision_id: each for each in decisions.by_ids(connection, [place.decision_id for place in places])}
    return queued_cases(connection, service, caller, [WaitingCase(stored[place.decision_id]) for place in places])


def _row(case: QueuedCase, until: str) -> DeskRow:
    return DeskRow(case.decision.decision_id, case.name, until)
