"""Sheet of a case to print: person, facts, questions, and room for notes; no score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
from fastapi import APIRouter, Request, Response

from serving.auth.sessions import PageReader
from serving.decisions.case_file import own_record
from serving.decisions.evidence import decision_in_scope
from serving.decisions.interview_form import form_of
from serving.decisions.own_views import require_own_view
from serving.decisions.service import DecisionService
from serving.log.readings import log_readings
from serving.pages.case_findings import FindingView, finding_views
from serving.pages.case_title import CaseTitle, case_title
from serving.pages.interview_questions import StepView, step_views
from serving.store.readings import Reading
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class CaseSheetPage(Page):
    """Sheet of a case; ``heading`` is None where the record is no longer there."""

    name: ClassVar[str] = "case_sheet"
    case: dict[str, Any]
    post: str | None
    heading: CaseTitle | None
    findings: list[FindingView]
    steps: list[StepView]


@router.get("/cases/{decision_id}/sheet")
def sheet(request: Request, caller: PageReader, decision_id: str) -> Response:
    """Show the sheet of a case."""
    service: DecisionService = request.app.state.service
    language = language_of(request)
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, decision_id)
        require_own_view(connection, service, caller, decision)
        rows = own_record(connection, service, decision).to_pylist()
    shown = orjson.loads(decision.shown)
    heading = case_title(decision, rows[0], None, language) if rows else None
    log_readings(request, caller, [Reading("sheet", decision.decision_id)])
    steps = step_views(form_of(shown), shown, {}, [], language)
    page = CaseSheetPage(shown, decision.post, heading, finding_views(shown, {}, {}, language), steps)
    return render(request, page, caller)
