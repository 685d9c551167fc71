"""Desk of an officer above the queue: what was just done and the way back, and the cases at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from serving.auth.permissions import Caller, Role
from serving.decisions.interview_queue import QueuedCase, queued_cases
from serving.decisions.service import DecisionService
from serving.pages.case_acts import colleague_choices, until_label
from serving.store import decisions, queue_acts
from serving.store.queue_acts import HAND, Place
from serving.store.waiting_cases import WaitingCase

DONE = ("release", "skip", "snooze", "close", "restore")
"""Acts on a case after which the queue says what was done, and offers the way back where there is one."""


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A case at hand, handed over, or just acted on; ``who`` is the colleague who handed it or was handed it."""

    decision_id: str
    name: str
    until: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """Desk of an officer.

    Attributes
    ----------
    at_hand, handed, given
        Cases at hand, those that a colleague handed over and wait to be accepted, those handed to a colleague who has not
        accepted them.
    colleagues
        Account id and name of those to whom cases may be handed; none without a case at hand.
    done
        What was just done with the case of ``done_case``; ``none`` free to take, or the week ``full``.
    """

    may_act: bool
    at_hand: list[DeskRow]
    handed: list[DeskRow]
    given: list[DeskRow]
    colleagues: list[tuple[str, str]]
    done: str
    done_case: DeskRow | None


def desk_of(
    connection: Connection, service: DecisionService, caller: Caller, language: str, *, done: str, case: str
) -> tuple[Desk, list[QueuedCase]]:
    """Return the desk of a caller, and the cases whose names it shows."""
    mine, given = (read(connection, caller.account_id) for read in (queue_acts.at_hand, queue_acts.handed_over))
    held, handed = ([place for place in mine if (place.act == HAND) == is_handed] for is_handed in (False, True))
    decision = decisions.by_id(connection, case) if done in DONE else None
    reached = decision is not None and caller.reaches(decision.post)
    acted = queued_cases(connection, service, caller, [WaitingCase(decision)]) if decision and reached else []
    cases = {row.decision.decision_id: row for row in cases_of(connection, service, caller, [*mine, *given])}
    known = done if done in {"none", "full", "all", "hand"} or acted else ""
    rows = [[_row(cases, place, caller, language) for place in places] for places in (held, handed, given)]
    done_case = DeskRow(acted[0].decision.decision_id, acted[0].name) if acted else None
    colleagues = colleague_choices(connection, caller) if held else []
    desk = Desk(caller.role is Role.OFFICER, rows[0], rows[1], rows[2], colleagues, known, done_case)
    return desk, [*cases.values(), *acted]


def cases_of(connection: Connection, service: DecisionService, caller: Caller, places: list[Place]) -> list[QueuedCase]:
    """Return the cases at places of the queue, in their order."""
    stored = {each.decision_id: each for each in decisions.by_ids(connection, [place.decision_id for place in places])}
    return queued_cases(connection, service, caller, [WaitingCase(stored[place.decision_id]) for place in places])


def _row(cases: Mapping[str, QueuedCase], place: Place, caller: Caller, language: str) -> DeskRow:
    case, is_mine = cases[place.decision_id], place.account_id == caller.account_id
    until = until_label(place, case.decision.post, language)
    return DeskRow(place.decision_id, case.name, until, (place.giver if is_mine else place.account) or "")
