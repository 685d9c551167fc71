"""Correction page of a case: its record, a record that is not about the person, and the applicant's own requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.languages import texts
from features.store.records import RecordName
from features.tables.definition import Column, Kind
from features.tables.json_rows import row_as_json
from serving.auth.permissions import Caller
from serving.auth.sessions import PageReader
from serving.decisions.case_file import CaseFile, case_file
from serving.decisions.correction_forms import (
    ANSWERS,
    INTERVIEW,
    answer_request,
    correct_case,
    correctable_columns,
    due_of_request,
    enter_request,
    separable_records,
    separate_record,
)
from serving.decisions.due_dates import DueDate
from serving.decisions.evidence import decision_in_scope
from serving.decisions.own_views import require_own_view
from serving.decisions.service import DecisionService
from serving.i18n.formats import format_day
from serving.log.readings import log_readings
from serving.pages.case_labels import due_label
from serving.pages.case_title import full_name
from serving.pages.linked_people import columns_label
from serving.refusals import Refusal
from serving.store.correction_requests import CorrectionRequest, first_officers, requests_of
from serving.store.decisions import latest
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render
from serving.web.request_bodies import FormFields

router = APIRouter(include_in_schema=False)
_INPUT_TYPES = {Kind.DATE: "date", Kind.INTEGER: "number"}
Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """Column of the record in the form; ``is_wrong`` where the value given cannot be stored."""

    name: str
    label: str
    kind: str
    value: str
    is_required: bool
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class RecordChoice:
    """Record that may be said not to be about the person; ``shared`` says by what it is linked."""

    value: str
    table: str
    about: str
    shared: str


@dataclass(frozen=True, slots=True)
class RequestView:
    """Request for correction in one language; ``answer`` is empty while it waits, ``may_answer`` says whether the reader may give it."""

    request_id: str
    received: str
    columns: list[str]
    due: DueDate
    due_day: str
    due_label: str
    answer: str
    may_answer: bool


@dataclass(frozen=True, slots=True)
class CorrectionPage(Page):
    """Forms about a case; ``person`` is who it is about, ``error`` a key of texts, empty without one."""

    name: ClassVar[str] = "correction"
    case: dict[str, Any]
    person: str
    fields: list[Field]
    reasons: list[Choice]
    records: list[RecordChoice]
    link_reasons: list[Choice]
    requests: list[RequestView]
    answers: list[str]
    today: str
    error: str


@router.get("/cases/{decision_id}/correct")
def show(request: Request, caller: PageReader, decision_id: str) -> Response:
    """Show the forms."""
    return _response(request, caller, decision_id)


@router.post("/cases/{decision_id}/correct")
def correct(request: Request, caller: PageReader, decision_id: str, form: FormFields) -> Response:
    """Correct the record and show the case as it is decided now."""
    try:
        # a field that was emptied is not sent by parse_qs; it stands among those that the form names
        shown = {name: form.get(name, "") for name in form.get("shown", "").split()} | dict(form)
        again = correct_case(request.app.state.service, caller, decision_id, shown)
    except Refusal as refusal:
        return _refused(request, caller, decision_id, form, refusal)
    return RedirectResponse(f"/cases/{again}", 303)


@router.post("/cases/{decision_id}/separate")
def separate(request: Request, caller: PageReader, decision_id: str, form: FormFields) -> Response:
    """Let a record no longer count for the case, and show the case as it is decided now."""
    table, _, record_id = form.get("record", "").partition(" ")
    service: DecisionService = request.app.state.service
    try:
        file = _file(request, caller, decision_id)
        again = separate_record(service, caller, file, (table, record_id), form.get("link_reason", ""))
    except Refusal as refusal:
        return _refused(request, caller, decision_id, form, refusal)
    return RedirectResponse(f"/cases/{again}", 303)


@router.post("/cases/{decision_id}/correction-requests")
def enter(request: Request, caller: PageReader, decision_id: str, form: FormFields) -> Response:
    """Enter a request that the applicant made."""
    named = [name.removeprefix("wrong_") for name in form if name.startswith("wrong_")]
    try:
        enter_request(request.app.state.service, caller, decision_id, form.get("received_on", ""), named)
    except Refusal as refusal:
        return _refused(request, caller, decision_id, form, refusal)
    return RedirectResponse(f"/cases/{decision_id}/correct#requests", 303)


@router.post("/cases/{decision_id}/correction-requests/{request_id}/answer")
def answer(request: Request, caller: PageReader, decision_id: str, request_id: str, form: FormFields) -> Response:
    """Store what became of the applicant's request."""
    try:
        answer_request(request.app.state.service, caller, decision_id, request_id, form.get("answer", ""))
    except Refusal as refusal:
        if refusal.code != "first_officer":
            raise
        return _refused(request, caller, decision_id, {}, refusal)
    return RedirectResponse(f"/cases/{decision_id}/correct#requests", 303)


def _refused(request: Request, caller: Caller, decision_id: str, form: Mapping[str, str], refusal: Refusal) -> Response:
    """Return the page again with what was given, and the fields that cannot be stored marked."""
    if refusal.status not in {403, 409, 422, 429}:
        raise refusal
    wrong = {str(where["column"]) for where in refusal.where if isinstance(where, dict)}
    error = "wrong_values" if wrong else f"error_{refusal.code}"
    return _response(request, caller, decision_id, given=form, wrong=wrong, error=error, status=refusal.status)


def _file(request: Request, caller: Caller, decision_id: str) -> CaseFile:
    """Return the file of a case as it is decided now."""
    service: DecisionService = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        shown = decision_in_scope(connection, caller, decision_id)
        decision = latest(connection, shown.subject, shown.subject_id) or shown
        require_own_view(connection, service, caller, decision)
        return case_file(connection, service, caller, decision)


def _response(
    request: Request, caller: Caller, decision_id: str, *, given: Mapping[str, str] | None = None,
    wrong: set[str] | None = None, error: str = "", status: int = 200,
) -> Response:  # fmt: skip
    service: DecisionService = request.app.state.service
    language, file = language_of(request), _file(request, caller, decision_id)
    decision = file.decision
    with transaction(service.engine, caller.reach) as connection:
        now = service.now(connection)
        about = requests_of(connection, decision.subject, decision.subject_id)
        others = {item for item in about if caller.account_id not in first_officers(connection, item)}
    page = CorrectionPage(
        file.shown, full_name(file.row) if file.row else decision.subject_id, _fields(file, given or {}, wrong or set(), language), _choices("serving.correction_reasons", language),
        [_record_choice(file, record, language) for record in separable_records(file)],
        _choices("serving.link_reasons", language),
        [_request_view(item, due_of_request(item, now), language, may_answer=item in others) for item in about], list(ANSWERS),
        now.date().isoformat(), error if error in texts("pages.correction") else "error_other" if error else "",
    )  # fmt: skip
    log_readings(request, caller, file.readings("correction"))
    return render(request, page, caller, status=status)


def _choices(section: str, language: str) -> list[Choice]:
    return [(code, name[language]) for code, name in texts(section).items()]


def _fields(file: CaseFile, given: Mapping[str, str], wrong: set[str], language: str) -> list[Field]:
    labels, stored = texts("serving.columns"), row_as_json(file.row or {})
    return [
        Field(
            column.name, labels[column.name][language], _INPUT_TYPES.get(column.kind, "text"),
            given.get(column.name, _text(column, stored)), not column.nullable, column.name in wrong,
        )
        for column in correctable_columns(file.decision.subject)
    ]  # fmt: skip


def _text(column: Column, stored: Mapping[str, object]) -> str:
    value = stored.get(column.name)
    return "" if value is None else str(value)


def _record_choice(file: CaseFile, record: RecordName, language: str) -> RecordChoice:
    """Return a record by what the reader may know of it: the name in the own post's, of others the place."""
    table, record_id = record
    person = next((item for item in file.network.people if (item.table, item.record_id) == record), None)
    label = texts("serving.tables")[table][language]
    if person is None:
        return RecordChoice(f"{table} {record_id}", label, record_id, "")
    about = f"{person.name or person.place} · {format_day(person.day, language)}"
    return RecordChoice(f"{table} {record_id}", label, about, columns_label(person.shared, language))


def request_labels() -> Mapping[str, Mapping[str, str]]:
    """Return the names of what a request may be about, by language."""
    return {**texts("serving.columns"), INTERVIEW: texts("pages.correction")["about_interview"]}


def _request_view(request: CorrectionRequest, due: DueDate, language: str, *, may_answer: bool) -> RequestView:
    labels = request_labels()
    return RequestView(
        request.request_id, format_day(request.received_on, language), [labels[name][language] for name in request.columns],
        due, format_day(due.on, language), due_label(due, language), request.answer or "", may_answer,
    )  # fmt: skip
