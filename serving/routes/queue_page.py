"""The page on which an officer's day begins: who waits, by when, and why, at a glance."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from serving.access import Caller
from serving.due import Due
from serving.messages import MESSAGES
from serving.page import language_of, page
from serving.record_words import day_told, word
from serving.sign_in import reader_of
from serving.store import decisions
from serving.waiting import Glance, Waiting, waiting_at

router = APIRouter(include_in_schema=False)
CAPACITY, MOST = 20, 200


@router.get("/queue")
def queue(request: Request, capacity: str = "", order: str = "", post: str = "") -> Response:
    """Show whom to interview next."""
    caller = reader_of(request, "officer", "auditor")
    number = min(max(int(capacity), 1), MOST) if capacity.isdecimal() and len(capacity) < 6 else CAPACITY
    whose = _post(caller, post)
    desk = request.app.state.desk
    with desk.engine.connect() as connection:
        cases, today = waiting_at(connection, desk, whose, number)
        everybody = decisions.waiting_count(connection, whose)
    language = language_of(request)
    if order == "due":
        # landings first: their travellers stand at the counter
        cases = sorted(cases, key=lambda one: (one.due is not None, one.due.on if one.due else today, one.rank))
    return page(
        request, "queue.html", caller, cases=cases, post=whose, capacity=number, order=order, everybody=everybody,
        counts=_counts(cases), today=day_told(today, language), historic=desk.shelf.settings.clock == "records",
        due_words=lambda due: due_words(due, language), day=lambda day: day_told(day, language),
        glance=lambda one: glance_words(one, language), show_post=caller.role == "auditor",
    )  # fmt: skip


def _post(caller: Caller, asked: str) -> str | None:
    """Return whose queue is shown: an officer's is always the own post's."""
    return caller.post if caller.role == "officer" else asked or None


def _counts(cases: list[Waiting]) -> dict[str, int]:
    states = [one.due.state for one in cases if one.due]
    children = sum(one.decision.route == "child_procedure" for one in cases)
    return {"children": children, "due_shortly": states.count("soon"), "late": states.count("over")}


def due_words(due: Due, language: str) -> str:
    """Say how much time is left."""
    known: dict[int, str] = {-1: "due_over_one", 0: "due_today", 1: "due_next"}
    key = known.get(due.left, "due_over" if due.left < 0 else "due_open")
    return MESSAGES[key][language].format(n=abs(due.left))


def glance_words(glance: Glance | None, language: str) -> list[str]:
    """Say in three short pieces what a case is."""
    if glance is None:
        return []
    said: list[Any] = [
        word(glance.status, language), MESSAGES["stay_days"][language].format(n=f"{glance.stay_days:,}"),
    ]  # fmt: skip
    return [*said, f"{MESSAGES['arrives'][language]} {day_told(glance.arrival, language)}"]
