"""Changes page: cases that later records touched since the reader last opened them, and applicants' requests for correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from features.languages import texts
from features.matrix import TABLE_OF_SUBJECT
from serving.auth.permissions import Caller
from serving.auth.sessions import PageReader
from serving.decisions.case_changes import change_since_last
from serving.decisions.correction_forms import due_of_request
from serving.decisions.due_dates import DueDate
from serving.decisions.interview_queue import summaries_of
from serving.decisions.own_views import cases_without_own_view
from serving.decisions.service import DecisionService
from serving.i18n.formats import format_day
from serving.log.readings import log_readings
from serving.pages.case_change import change_view
from serving.pages.case_labels import due_label
from serving.pages.case_sentence import own_view_sentence
from serving.pages.correction import request_labels
from serving.store import decisions
from serving.store.correction_requests import waiting_requests
from serving.store.decisions import Decision
from serving.store.readings import Reading
from serving.store.rescorings import UnopenedChange, unopened_changes
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render

router = APIRouter(include_in_schema=False)
LISTED = 50
_NAME_COLUMNS = ("family_name", "given_names")


@dataclass(frozen=True, slots=True)
class ChangedCase:
    """A waiting case that was scored again; ``is_held`` says that the reader has it at hand."""

    decision_id: str
    name: str
    post: str | None
    is_held: bool
    sentences: list[str]


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request for correction that waits."""

    decision_id: str
    subject_id: str
    post: str | None
    columns: str
    due: DueDate
    due_day: str
    due_label: str


@dataclass(frozen=True, slots=True)
class ChangesPage(Page):
    """What a reader is to look at again."""

    name: ClassVar[str] = "changes"
    cases: list[ChangedCase]
    requests: list[RequestRow]


@router.get("/changes")
def changes(request: Request, caller: PageReader) -> Response:
    """Show what changed since the reader last looked."""
    service: DecisionService = request.app.state.service
    language = language_of(request)
    with transaction(service.engine, caller.reach) as connection:
        changed = unopened_changes(connection, caller.account_id, LISTED)
        cases = _cases(connection, service, caller, changed, language)
        requests, named = _requests(connection, service, language)
    log_readings(request, caller, [*(_reading(item.decision) for item in changed), *named])
    return render(request, ChangesPage(cases, requests), caller)


def _reading(case: Decision) -> Reading:
    return Reading("changes", case.decision_id, TABLE_OF_SUBJECT[case.subject], case.subject_id, _NAME_COLUMNS)


def _cases(
    connection: Connection, service: DecisionService, caller: Caller, changed: Sequence[UnopenedChange], language: str
) -> list[ChangedCase]:
    stored = [item.decision for item in changed]
    summaries, hidden = (
        summaries_of(connection, service, stored), cases_without_own_view(connection, service, caller, stored)
    )  # fmt: skip
    cases = []
    for case, _, is_held in changed:
        summary = summaries.get((case.subject, case.subject_id))
        is_hidden = (case.subject, case.subject_id) in hidden
        view = None if is_hidden else change_view(change_since_last(connection, service, case), language)
        sentences = [own_view_sentence(language)] if is_hidden else view.sentences if view else []
        name = (summary.name if summary else "") or case.subject_id
        cases.append(ChangedCase(case.decision_id, name, case.post, is_held, sentences))
    return cases


def _requests(
    connection: Connection, service: DecisionService, language: str
) -> tuple[list[RequestRow], list[Reading]]:
    rows, now, labels = [], service.now(connection), request_labels()
    joined = texts("serving.changes")["separator"][language].join
    for item in waiting_requests(connection, LISTED):
        case = decisions.latest(connection, item.subject, item.subject_id)
        if case is not None:
            due, columns = due_of_request(item, now), joined(labels[name][language] for name in item.columns)
            label, day = due_label(due, language), format_day(due.on, language)
            rows.append(RequestRow(case.decision_id, item.subject_id, item.post, columns, due, day, label))
    return rows, [Reading("changes", row.decision_id) for row in rows]
