"""Capacity of the week above the queue, and whom another interview would reach."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from serving.auth.permissions import Caller
from serving.decisions.capacity import capacity_of
from serving.decisions.interview_queue import QueuedCase, queued_cases
from serving.decisions.service import DecisionService
from serving.store.waiting_cases import WaitingCase


@dataclass(frozen=True, slots=True)
class CapacityView:
    """Interviews that fit into this week, and what stands beyond them; ``beyond`` counts people who are not reached."""

    slots: int
    hours: str
    minutes: int
    held: int
    at_hand: int
    left: int
    beyond: int
    breached: int
    next_id: str
    next_name: str


def capacity_view(
    connection: Connection, service: DecisionService, caller: Caller, post: str | None, waiting: int
) -> tuple[CapacityView | None, list[QueuedCase]]:
    """Return the capacity of a post, None without hours, and the cases whose names it shows."""
    capacity = capacity_of(connection, service, post)
    if capacity is None:
        return None, []
    cases = [] if capacity.next_case is None else [WaitingCase(capacity.next_case)]
    shown = queued_cases(connection, service, caller, cases)
    plan, beyond = capacity.plan, max(waiting - capacity.at_hand - capacity.left, 0)
    view = CapacityView(
        plan.slot_count, f"{plan.interview_hours:g}", plan.interview_minutes, capacity.held, capacity.at_hand,
        capacity.left, beyond, capacity.breached,
        shown[0].decision.decision_id if shown else "", shown[0].name if shown else "",
    )  # fmt: skip
    return view, shown
