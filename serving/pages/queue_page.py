"""Queue page: who waits for an interview, two lines a person, page by page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from features.matrix import TABLE_OF_SUBJECT
from serving.auth.permissions import ALL_POSTS, Caller
from serving.auth.sessions import PageReader
from serving.decisions.desk_clock import stands
from serving.decisions.due_dates import DueDate
from serving.decisions.interview_queue import QueuedCase, interview_queue, queue_counts
from serving.decisions.post_calendar import zone_of
from serving.decisions.scoring_stops import order_in_force
from serving.decisions.service import DecisionService
from serving.i18n.formats import category_label, format_day
from serving.log.readings import log_readings
from serving.pages.case_labels import due_label
from serving.pages.case_sentence import case_sentence
from serving.pages.queue_arrivals import Arrivals, arrivals_since, remember_look
from serving.pages.queue_capacity import CapacityView, capacity_view
from serving.pages.queue_desk import Desk, desk_of
from serving.store.readings import Reading
from serving.store.transactions import transaction
from serving.store.waiting_cases import ORDERS
from serving.web.rendering import Page, language_of, page_texts, render

router = APIRouter(include_in_schema=False)
ROWS, LIMIT = 20, 200
_SHOWN_COLUMNS = {
    "visa": ("family_name", "given_names", "birth_date", "status_of_residence", "guarantor_name", "inviter_name"),
    "entry": ("family_name", "given_names", "birth_date", "status_of_residence", "flight"),
}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A person of the queue, in one language.

    ``sentence`` is the strongest finding, or what stands in its place; ``mark`` a reason for which the case stands first.
    """

    number: int
    decision_id: str
    subject: str
    subject_id: str
    name: str
    facts: list[str]
    sponsor: str
    linked: int
    post: str | None
    mark: str
    sentence: str
    holder: str | None
    due: DueDate | None
    due_label: str
    due_day: str
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class QueuePage(Page):
    """Page of the queue of a post, or of all posts.

    ``posts`` are the reader's own, ``order`` is the one in force, by arrival while scoring is stopped. ``now`` is the time at the post, or the day in the records. ``addresses`` are those of
    this page in each order, and of the page after it.
    """

    name: ClassVar[str] = "queue"
    cases: list[QueueRow]
    counts: dict[str, int]
    post: str | None
    posts: list[str]
    show_post: bool
    order: str
    now: str
    addresses: dict[str, str]
    notice: str
    desk: Desk
    capacity: CapacityView | None
    arrivals: Arrivals


@dataclass(frozen=True, slots=True)
class QueueView:
    """What of the queue a reader asked for; ``first`` is the number of the first row."""

    post: str | None
    order: str = "priority"
    rows: int = ROWS
    after: str = ""
    first: int = 1

    def address(self, **changes: object) -> str:
        """Return the address of this page with some parts changed."""
        standard = QueueView(self.post)
        parts = {name: getattr(self, name) for name in ("post", "order", "rows", "after", "first")} | changes
        return "?" + urlencode({
            name: value for name, value in parts.items()
            if value and (name == "post" or value != getattr(standard, name))
        })  # fmt: skip


@router.get("/queue")
def queue(
    request: Request, caller: PageReader, post: str = "", order: str = "", rows: str = "", after: str = "",
    first: str = "",
) -> Response:  # fmt: skip
    """Show whom to interview next."""
    view = QueueView(
        post_of(caller, post), order if order in ORDERS else "priority", _number(rows, ROWS, LIMIT), after,
        _number(first, 1, 10**7),
    )  # fmt: skip
    service: DecisionService = request.app.state.service
    words = request.query_params
    language, show_post = language_of(request), caller.scope is ALL_POSTS or len(caller.posts) > 1
    with transaction(service.engine, caller.reach) as connection:
        cases = interview_queue(connection, service, caller, view.post, view.rows, order=view.order, after=view.after)
        counts = queue_counts(connection, service, view.post)._asdict()
        now, order_now = service.now(connection), order_in_force(connection, view.post, view.order)
        desk, acted = desk_of(
            connection, service, caller, language, done=words.get("done", ""), case=words.get("case", "")
        )
        arrivals = arrivals_since(connection, request, view.post)
        capacity, beyond = (
            (None, []) if view.after else capacity_view(connection, service, caller, view.post, counts["waiting"])
        )
    page = QueuePage(
        [queue_row(shown, number, language, arrivals) for number, shown in enumerate(cases, view.first)], counts, view.post,
        list(caller.posts), show_post, order_now, _now(service, now, view.post, language),
        _addresses(view, cases), cases[0].shown["notice"][language] if cases else "", desk,
        capacity, arrivals,
    )  # fmt: skip
    log_readings(request, caller, [reading_of(shown) for shown in [*acted, *beyond, *cases]])
    response = render(request, page, caller)
    if not view.after:
        remember_look(request, response, view.post)
    return response


def reading_of(case: QueuedCase) -> Reading:
    """Return what is written before a person of the queue is shown."""
    subject, subject_id = case.decision.subject, case.decision.subject_id
    return Reading("queue", case.decision.decision_id, TABLE_OF_SUBJECT[subject], subject_id, _SHOWN_COLUMNS[subject])


def post_of(caller: Caller, post: str) -> str | None:
    """Return the post that a caller asked for, or the first of its own; None for all posts."""
    if caller.scope is ALL_POSTS:
        return post or None
    return post if caller.reaches(post) else caller.post


def _number(given: str, default: int, most: int) -> int:
    return min(max(int(given), 1), most) if given.isdecimal() and len(given) < 9 else default


def _addresses(view: QueueView, cases: list[QueuedCase]) -> dict[str, str]:
    links = {order: view.address(order=order, after="", first=1) for order in ("priority", "due")}
    if view.after:
        links["begin"] = view.address(after="", first=1)
    if len(cases) == view.rows:
        links["next"] = view.address(after=cases[-1].decision.decision_id, first=view.first + view.rows)
    return links


def _now(service: DecisionService, now: dt.datetime, post: str | None, language: str) -> str:
    texts, local = page_texts("queue", language), now.astimezone(zone_of(post))
    day = format_day(local.date(), language)
    if stands(service.models.settings):
        return texts["today"].format(day=day)
    return texts["now"].format(day=day, time=f"{local:%H:%M}", zone=_offset(local))


def _offset(local: dt.datetime) -> str:
    """Return how far a clock is from UTC, as people write it."""
    offset = f"{local:%z}"
    return f"UTC{offset[:3]}:{offset[3:]}"


def queue_row(case: QueuedCase, number: int, language: str, arrivals: Arrivals | None = None) -> QueueRow:
    """Return a case as pages list it."""
    shown, due, summary, texts = case.shown, case.due, case.summary, page_texts("queue", language)
    mark, sentence = case_sentence(case, language)
    facts = [] if summary is None else [
        "" if summary.age is None else texts["age"].format(n=summary.age), category_label(summary.status, language),
        texts["flight"].format(flight=summary.flight) if summary.flight else "",
    ]  # fmt: skip
    return QueueRow(
        number, shown["decision_id"], shown["subject"], shown["subject_id"],
        case.name, [fact for fact in facts if fact],
        (summary.sponsor if summary else None) or "", case.linked_people, case.decision.post, mark, sentence, case.holder,
        due, due_label(due, language) if due else "", format_day(due.on, language) if due else "",
        arrivals is not None and arrivals.holds(case.arrived_at),
    )  # fmt: skip
