"""Requests page: requests for the own post's records, urgent openings to review, and the reader's own requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.languages import texts
from serving.auth.permissions import Caller
from serving.auth.sessions import PageReader
from serving.decisions.hand_entry_limits import entry_alarms, review_alarm
from serving.decisions.record_access import Wish, answer_request, may_answer, request_access, visible_requests
from serving.log.readings import log_readings
from serving.store.access_requests import AccessRequest
from serving.store.hand_entry_counts import DayCount
from serving.store.readings import Reading
from serving.web.rendering import Page, language_of, render
from serving.web.request_bodies import FormFields

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in one language; ``link`` leads to the requested record, for the requester."""

    request_id: str
    account: str
    from_post: str
    post: str
    table: str
    record_id: str
    purpose: str
    at: str
    until: str
    state: str
    answered_by: str
    link: str


@dataclass(frozen=True, slots=True)
class RequestsPage(Page):
    """Urgent openings and requests that the reader answers, the reader's own, and others that the reader sees.

    ``entries`` are alarms about entries by hand, for auditors.
    """

    name: ClassVar[str] = "access_requests"
    urgent: list[RequestRow]
    waiting: list[RequestRow]
    own: list[RequestRow]
    others: list[RequestRow]
    entries: list[DayCount]


@router.get("/requests")
def requests(request: Request, caller: PageReader) -> Response:
    """Show requests for records."""
    rows = visible_requests(request.app.state.service, caller)
    page = _page(rows, entry_alarms(request.app.state.service.engine, caller), caller, language_of(request))
    log_readings(request, caller, [Reading("request", None, row.record_table, row.record_id) for row in rows])
    return render(request, page, caller)


@router.post("/requests")
def send(request: Request, caller: PageReader, form: FormFields) -> Response:
    """Request a record behind a decision, and go back to it."""
    wish = Wish(
        form.get("decision", ""), form.get("table", ""), form.get("record", ""), form.get("purpose", ""),
        is_urgent=form.get("urgent") == "yes",
    )  # fmt: skip
    return RedirectResponse(_link(request_access(request.app.state.service, caller, wish)), 303)


@router.post("/requests/{request_id}/answer")
def answer(request: Request, caller: PageReader, request_id: str, form: FormFields) -> Response:
    """Grant or decline a request, or close the review of an urgent opening."""
    answer_request(request.app.state.service, caller, request_id, form.get("answer", ""))
    return RedirectResponse("/requests", 303)


@router.post("/requests/entries/{account_id}/{day}")
def answer_alarm(request: Request, caller: PageReader, account_id: int, day: str, form: FormFields) -> Response:
    """Close an alarm about entries by hand."""
    review_alarm(request.app.state.service.engine, caller, account_id, day, form.get("answer", ""))
    return RedirectResponse("/requests", 303)


def _page(rows: list[AccessRequest], entries: list[DayCount], caller: Caller, language: str) -> RequestsPage:
    groups: dict[str, list[RequestRow]] = {name: [] for name in ("urgent", "waiting", "own", "others")}
    for row in rows:
        waits = row.answer is None and may_answer(caller, row)
        own = row.account_id == caller.account_id
        group = "own" if own else ("urgent" if row.is_urgent else "waiting") if waits else "others"
        groups[group].append(_row(row, language, own=own))
    return RequestsPage(**groups, entries=entries)


def _row(row: AccessRequest, language: str, *, own: bool) -> RequestRow:
    purposes = {**texts("serving.access_purposes"), **texts("serving.urgent_reasons")}
    state = "urgent" if row.is_urgent and row.answer is None else row.answer or "waiting"
    return RequestRow(
        row.request_id, row.account, row.from_post, row.post, texts("serving.tables")[row.record_table][language],
        row.record_id, purposes[row.purpose][language], f"{row.requested_at:%Y-%m-%d %H:%M} UTC",
        "" if row.expires_at is None else f"{row.expires_at:%Y-%m-%d %H:%M} UTC", f"state_{state}",
        row.answered_by or "", _link(row) if own else "",
    )  # fmt: skip


def _link(row: AccessRequest) -> str:
    return f"/cases/{row.decision_id}/records/{row.record_table}/{quote(row.record_id, safe='')}"
