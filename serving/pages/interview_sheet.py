"""The interview sheet: filled in step by step, checked, and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from serving.auth.permissions import Caller
from serving.auth.sessions import PageReader
from serving.decisions.case_file import own_record
from serving.decisions.interview_form import AnswerFault, Answers, faults_of
from serving.decisions.interview_sheets import Draft, draft_of, questions_of, record_sheet, save_step
from serving.decisions.service import DecisionService
from serving.log.readings import log_readings
from serving.pages.case_title import full_name
from serving.pages.interview_questions import QuestionView, StepView, step_views
from serving.refusals import Refusal
from serving.store.readings import Reading
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render
from serving.web.request_bodies import FormFields

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class InterviewStepPage(Page):
    """A step of the sheet; ``number`` counts from 1, ``before`` is the step before, empty at the first one."""

    name: ClassVar[str] = "interview_step"
    case: dict[str, Any]
    person: str
    steps: list[StepView]
    number: int
    before: str
    questions: list[QuestionView]


@dataclass(frozen=True, slots=True)
class InterviewCheckPage(Page):
    """All answers before they are recorded; ``faults`` are the questions whose answers are refused."""

    name: ClassVar[str] = "interview_check"
    case: dict[str, Any]
    person: str
    steps: list[StepView]
    faults: list[tuple[str, QuestionView]]
    version: int
    supersedes: bool
    was_changed: bool


@router.get("/cases/{decision_id}/interview/{step}")
def step_page(request: Request, caller: PageReader, decision_id: str, step: str) -> Response:
    """Show a step of the sheet, or the answers to be checked."""
    service: DecisionService = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        draft = draft_of(connection, service, caller, decision_id)
    # after the commit: a draw that was sealed just now holds the log until then
    person = _person(request, caller, draft)
    return _check_page(request, caller, draft, person) if step == "check" else _step_page(request, caller, draft, person, step)  # fmt: skip


@router.post("/cases/{decision_id}/interview/{step}")
def save(request: Request, caller: PageReader, decision_id: str, step: str, form: FormFields) -> Response:
    """Save the answers of a step, and go on, to the step that was chosen, or back to the case."""
    draft, wrong = save_step(request.app.state.service, caller, decision_id, step, form)
    if wrong:
        person = _person(request, caller, draft)
        return _step_page(request, caller, draft, person, step, given=form, faults=wrong, status=422)
    steps = [*draft.form, "check"]
    chosen = form.get("go", "")
    target = chosen if chosen in steps else steps[steps.index(step) + 1]
    return RedirectResponse(f"/cases/{decision_id}{'' if chosen == 'leave' else f'/interview/{target}'}", 303)


@router.post("/cases/{decision_id}/interview")
def record(request: Request, caller: PageReader, decision_id: str, form: FormFields) -> Response:
    """Record the answers that were checked, and confirm it; refused answers are named."""
    service: DecisionService = request.app.state.service
    given = form.get("version", "")
    version = int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0
    status, was_changed = 422, False
    try:
        sheet_id, faults = record_sheet(service, caller, decision_id, version)
        if not faults:
            return RedirectResponse(f"/interviews/{sheet_id}", 303)
    except Refusal as refusal:
        if refusal.code != "changed":
            raise
        status, was_changed = refusal.status, True
    with transaction(service.engine, caller.reach) as connection:
        draft = draft_of(connection, service, caller, decision_id)
    return _check_page(request, caller, draft, _person(request, caller, draft), status=status, was_changed=was_changed)


def _person(request: Request, caller: Caller, draft: Draft) -> str:
    """Return the name of the person and write that the sheet is shown; empty where the record is no longer there."""
    service: DecisionService = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        rows = own_record(connection, service, draft.decision).to_pylist()
    log_readings(request, caller, [Reading("interview_sheet", draft.decision.decision_id)])
    return full_name(rows[0]) if rows else ""


def _step_page(
    request: Request, caller: Caller, draft: Draft, person: str, step: str, *, given: Answers | None = None,
    faults: list[AnswerFault] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    questions_of(draft, step)
    views = step_views(draft.form, draft.shown, given or draft.answers, faults or [], language_of(request))
    steps = list(draft.form)
    at = steps.index(step)
    page = InterviewStepPage(
        dict(draft.shown), person, views, at + 1, steps[at - 1] if at else "", views[at].questions
    )  # fmt: skip
    return render(request, page, caller, status=status)


def _check_page(
    request: Request, caller: Caller, draft: Draft, person: str, *, status: int = 200, was_changed: bool = False
) -> Response:
    faults = faults_of(draft.form, draft.answers)
    views = step_views(draft.form, draft.shown, draft.answers, faults, language_of(request))
    wrong = [(view.step, question) for view in views for question in view.questions if question.fault]
    page = InterviewCheckPage(
        dict(draft.shown), person, views, wrong, draft.version, draft.supersedes is not None, was_changed
    )
    return render(request, page, caller, status=status)
