"""History page of a case: every decision about it, the latest first, and what changed from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import orjson
from fastapi import APIRouter, Request, Response

from features.tables.times import moment_of
from serving.auth.sessions import PageReader
from serving.decisions.case_changes import change_between
from serving.decisions.evidence import decision_in_scope
from serving.decisions.own_views import require_own_view
from serving.decisions.service import DecisionService
from serving.i18n.formats import format_day
from serving.log.readings import log_readings
from serving.pages.case_change import ChangeView, change_view
from serving.store import decisions
from serving.store.decisions import Decision
from serving.store.readings import Reading
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render

router = APIRouter(include_in_schema=False)
VERSIONS = 50


@dataclass(frozen=True, slots=True)
class Version:
    """A decision about the case; ``seen`` is the day until which records counted, ``change`` None for the first."""

    decision_id: str
    seen: str
    change: ChangeView | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class CaseHistoryPage(Page):
    """Decisions about a case; ``earlier`` counts those beyond the listed."""

    name: ClassVar[str] = "case_history"
    case: dict[str, Any]
    versions: list[Version]
    earlier: int


@router.get("/cases/{decision_id}/history")
def history(request: Request, caller: PageReader, decision_id: str) -> Response:
    """Show the decisions about a case."""
    service: DecisionService = request.app.state.service
    language = language_of(request)
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, decision_id)
        require_own_view(connection, service, caller, decision)
        stored = decisions.versions(connection, decision.subject, decision.subject_id)
        changes = [
            change_between(connection, service, before, after) for after, before in pairwise(stored[: VERSIONS + 1])
        ]
    views = [*(change_view(change, language) for change in changes), None]
    versions = [
        Version(each.decision_id, _seen(each, language), view, each.decision_id == decision_id)
        for each, view in zip(stored[:VERSIONS], views, strict=False)
    ]
    page = CaseHistoryPage(orjson.loads(decision.shown), versions, max(len(stored) - VERSIONS, 0))
    log_readings(request, caller, [Reading("history", version.decision_id) for version in versions])
    return render(request, page, caller)


def _seen(decision: Decision, language: str) -> str:
    return format_day(moment_of(decision.seen_at() or decision.as_of).date(), language)
