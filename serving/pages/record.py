"""Record page: a record behind a decision as it stood then, or its card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
from fastapi import APIRouter, Request, Response

from features.languages import texts
from features.tables.definition import Kind
from serving.auth.sessions import PageReader
from serving.decisions.evidence import Evidence, decision_in_scope, evidence_of
from serving.decisions.service import DecisionService
from serving.i18n.formats import format_value
from serving.log.readings import log_readings
from serving.pages.record_card import card_page
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class RecordPage(Page):
    """Fields of a record: (label, value), None where nothing was filled in; ``until`` is when a grant for it ends."""

    name: ClassVar[str] = "record"
    case: dict[str, Any]
    record_id: str
    table: str
    victim: bool
    fields: list[tuple[str, str | None]]
    until: str


@router.get("/cases/{decision_id}/records/{table}/{record_id:path}")
def record(request: Request, caller: PageReader, decision_id: str, table: str, record_id: str) -> Response:
    """Show a record behind a decision, of another post its card; no other can be opened this way."""
    service: DecisionService = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, decision_id)
        evidence = evidence_of(connection, service, caller, decision, table, record_id)
    language = language_of(request)
    page = _record_page(evidence, language) if evidence.card is None else card_page(evidence, language)
    log_readings(request, caller, [evidence.reading()], evidence.purpose())
    return render(request, page, caller)


def _record_page(evidence: Evidence, language: str) -> RecordPage:
    until = evidence.requests[0].expires_at if evidence.requests else None
    return RecordPage(
        orjson.loads(evidence.decision.shown), evidence.record_id, texts("serving.tables")[evidence.table][language],
        evidence.is_victim, _fields(evidence, language), "" if until is None else f"{until:%Y-%m-%d %H:%M} UTC",
    )  # fmt: skip


def _fields(evidence: Evidence, language: str) -> list[tuple[str, str | None]]:
    labels, shown = texts("serving.columns"), []
    for column in evidence.columns():
        value, category = evidence.row[column.name], column.kind is Kind.CATEGORY
        text = None if value is None else format_value(value, language, category=category)
        shown.append((labels[column.name][language], text))
    return shown
