"""A recorded interview: confirmation with author and time, the answers, and the way back within a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.languages import texts
from serving.auth.permissions import Caller
from serving.auth.sessions import PageReader
from serving.decisions.case_file import own_record
from serving.decisions.evidence import decision_in_scope
from serving.decisions.interview_form import form_of
from serving.decisions.interview_sheets import (
    WITHDRAWAL_REASONS,
    may_supersede,
    sheet_answers,
    sheet_in_scope,
    withdraw_sheet,
)
from serving.decisions.own_views import require_own_view
from serving.decisions.service import DecisionService
from serving.log.readings import log_readings
from serving.pages.case_title import full_name
from serving.pages.interview_questions import StepView, step_views
from serving.store.interview_sheets import InterviewSheet
from serving.store.readings import Reading
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render
from serving.web.request_bodies import FormFields

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class InterviewRecordPage(Page):
    """A recorded sheet; ``may_change`` says whether the reader may still supersede it, ``reason`` why it was withdrawn."""

    name: ClassVar[str] = "interview_record"
    case: dict[str, Any]
    person: str
    sheet: InterviewSheet
    outcome: str
    reason: str
    steps: list[StepView]
    may_change: bool
    reasons: list[tuple[str, str]]
    must_choose: bool


@router.get("/interviews/{sheet_id}")
def recorded(request: Request, caller: PageReader, sheet_id: str) -> Response:
    """Show a recorded sheet."""
    return _page(request, caller, sheet_id)


@router.post("/interviews/{sheet_id}/withdraw")
def withdraw(request: Request, caller: PageReader, sheet_id: str, form: FormFields) -> Response:
    """Withdraw a sheet with a reason."""
    reason = form.get("reason", "")
    if reason not in WITHDRAWAL_REASONS:
        return _page(request, caller, sheet_id, status=422, must_choose=True)
    return RedirectResponse(f"/interviews/{withdraw_sheet(request.app.state.service, caller, sheet_id, reason)}", 303)


def _page(request: Request, caller: Caller, sheet_id: str, *, status: int = 200, must_choose: bool = False) -> Response:
    service: DecisionService = request.app.state.service
    language = language_of(request)
    with transaction(service.engine, caller.reach) as connection:
        sheet = sheet_in_scope(connection, caller, sheet_id)
        decision = decision_in_scope(connection, caller, sheet.decision_id)
        require_own_view(connection, service, caller, decision)
        rows, answers = own_record(connection, service, decision).to_pylist(), sheet_answers(connection, service, sheet)
    log_readings(request, caller, [Reading("interview_sheet", decision.decision_id)])
    shown = orjson.loads(decision.shown)
    reasons = texts("serving.withdrawal_reasons")
    page = InterviewRecordPage(
        shown, full_name(rows[0]) if rows else "", sheet,
        "" if sheet.outcome is None else texts("serving.interview_choices")[sheet.outcome][language],
        reasons[answers["reason"]][language] if sheet.outcome is None and "reason" in answers else "",
        [] if sheet.outcome is None else step_views(form_of(shown), shown, answers, [], language),
        may_supersede(caller, sheet), [(code, reasons[code][language]) for code in WITHDRAWAL_REASONS], must_choose,
    )  # fmt: skip
    return render(request, page, caller, status=status)
