"""Form of the case page: a case taken out of the queue by hand."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from serving.auth.sessions import PageReader
from serving.decisions.evidence import decision_in_scope
from serving.decisions.service import DecisionService
from serving.pages.case import case_response
from serving.store import queue_acts
from serving.store.transactions import transaction
from serving.web.request_bodies import FormFields

router = APIRouter(include_in_schema=False)
CLOSING_REASONS = ("duplicate", "withdrawn", "elsewhere", "not_reachable")
"""Why a case is taken out of the queue without an interview; none says anything about a visa or a landing."""


@router.post("/cases/{decision_id}/close")
def close(request: Request, caller: PageReader, decision_id: str, form: FormFields) -> Response:
    """Take a case out of the queue by hand, with a reason, and go on with the queue."""
    reason = form.get("reason", "")
    service: DecisionService = request.app.state.service
    if reason not in CLOSING_REASONS:
        return case_response(request, caller, decision_id, status=422, error="choose_reason")
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, decision_id)
        queue_acts.close(connection, decision.subject, decision.subject_id, reason, caller.account_id)
    return RedirectResponse(f"/queue?done=close&case={decision_id}", 303)
