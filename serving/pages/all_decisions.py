"""Decisions page: search over the decisions of all posts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from features.tables.times import moment_of
from serving.auth.sessions import PageReader
from serving.log.readings import log_readings
from serving.store import decisions
from serving.store.decisions import Decision
from serving.store.readings import Reading
from serving.store.transactions import transaction
from serving.web.rendering import Page, render

router = APIRouter(include_in_schema=False)
SHOWN = 50


@dataclass(frozen=True, slots=True)
class DecisionsPage(Page):
    """Decisions with their times; ``older`` is the decision before which there are more."""

    name: ClassVar[str] = "decisions"
    rows: list[tuple[Decision, dt.datetime]]
    post: str
    subject_id: str
    route: str
    older: str


@router.get("/decisions")
def all_decisions(
    request: Request, caller: PageReader, post: str = "", subject_id: str = "", route: str = "", before: str = ""
) -> Response:
    """Show decisions of all posts, the latest first."""
    with transaction(request.app.state.service.engine, caller.reach) as connection:
        page = decisions.search(
            connection,
            post=post or None,
            subject_id=subject_id or None,
            limit=SHOWN,
            route=route or None,
            before=before,
        )
    log_readings(request, caller, [Reading("search", decision.decision_id) for decision in page])
    rows = [(decision, moment_of(decision.as_of)) for decision in page]
    older = page[-1].decision_id if len(page) == SHOWN else ""
    return render(request, DecisionsPage(rows, post, subject_id, route, older), caller)
