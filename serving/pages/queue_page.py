"""Queue page: cases waiting for an interview, with due dates and reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from serving.auth.permissions import ALL_POSTS
from serving.auth.sessions import PageReader
from serving.decisions.desk_clock import queued_since, stands
from serving.decisions.due_dates import DueDate
from serving.decisions.interview_queue import QueuedCase, interview_queue
from serving.decisions.scoring import UNDECIDABLE
from serving.decisions.service import DecisionService
from serving.i18n.formats import format_day
from serving.log.readings import log_readings
from serving.pages.case_labels import due_label, summary_labels
from serving.store import decisions
from serving.store.readings import Reading
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render

router = APIRouter(include_in_schema=False)
CAPACITY, LIMIT = 20, 200


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A case of the queue, in one language; ``warnings`` ask to protect a former victim.

    ``reasons`` and ``for_the_person`` are sentences.
    """

    rank: int
    decision_id: str
    subject: str
    subject_id: str
    post: str | None
    route: str
    summary: list[str]
    warnings: list[str]
    reasons: list[str]
    for_the_person: list[str]
    due: DueDate | None
    due_label: str
    due_day: str


@dataclass(frozen=True, slots=True)
class QueuePage(Page):
    """Queue of a post, or of all posts; ``posts`` are the reader's own; ``today`` is set where the clock is that of the records."""

    name: ClassVar[str] = "queue"
    cases: list[QueueRow]
    queue_length: int
    counts: dict[str, int]
    post: str | None
    posts: list[str]
    show_post: bool
    capacity: int
    order: str
    today: str | None
    notice: str


@router.get("/queue")
def queue(request: Request, caller: PageReader, capacity: str = "", order: str = "", post: str = "") -> Response:
    """Show whom to interview next."""
    size = min(max(int(capacity), 1), LIMIT) if capacity.isdecimal() and len(capacity) < 6 else CAPACITY
    all_posts = caller.scope is ALL_POSTS
    shown_post = (post or None) if all_posts else post if caller.reaches(post) else caller.post
    service: DecisionService = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        cases, today = interview_queue(connection, service, shown_post, size)
        since = queued_since(service.now(connection), service.models.settings)
        length = decisions.queue_length(connection, shown_post, since)
        unscored = decisions.queue_length(connection, shown_post, since, route="no_score")
    language = language_of(request)
    if order == "due":
        cases = _by_due_date(cases, today)
    page = QueuePage(
        [_row(case, language) for case in cases], length, _counts(cases) | {"unscored": unscored}, shown_post,
        list(caller.posts), all_posts or len(caller.posts) > 1, size, order,
        format_day(today, language) if stands(service.models.settings) else None,
        cases[0].shown["notice"][language] if cases else "",
    )  # fmt: skip
    log_readings(request, caller, [Reading("queue", case.decision.decision_id) for case in cases])
    return render(request, page, caller)


def _by_due_date(cases: Sequence[QueuedCase], today: dt.date) -> list[QueuedCase]:
    """Return landings, whose travellers stand at the counter, then applications by due date."""
    return sorted(cases, key=lambda case: (case.due is not None, case.due.on if case.due else today, case.rank))


def _counts(cases: Sequence[QueuedCase]) -> dict[str, int]:
    states = [case.due.state for case in cases if case.due]
    children = sum(case.decision.route == "child_procedure" for case in cases)
    return {"children": children, "due_shortly": states.count("soon"), "late": states.count("over")}


def _row(case: QueuedCase, language: str) -> QueueRow:
    shown, due = case.shown, case.due
    return QueueRow(
        case.rank, shown["decision_id"], shown["subject"], shown["subject_id"], case.decision.post, shown["route"],
        summary_labels(case.summary, language),
        [warning[language] for warning in shown["warnings"] if warning["code"] in {"protect", UNDECIDABLE}],
        [reason[language] for reason in case.reasons], [reason[language] for reason in case.for_the_person],
        due, due_label(due, language) if due else "", format_day(due.on, language) if due else "",
    )  # fmt: skip
