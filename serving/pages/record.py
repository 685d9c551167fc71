"""Record page: a record behind a decision as it stood then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
from fastapi import APIRouter, Request, Response

from features.languages import texts
from features.matrix import TABLE_OF_SUBJECT
from features.tables.definition import Column, Kind, Use
from features.tables.schema import TABLES
from serving.auth.sessions import PageReader
from serving.decisions.service import DecisionService
from serving.decisions.shared_findings import card_of
from serving.i18n.formats import format_value
from serving.log.readings import log_readings
from serving.pages.case import decision_in_scope
from serving.pages.record_card import card_page
from serving.refusals import Refusal
from serving.store.readings import Reading
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render

router = APIRouter(include_in_schema=False)
_SHOWN_OF_VICTIM = {"entry_id", "listed_at", "role"}
"""All that is shown of a victim's entry: the address of a person in hiding concerns no reader."""


@dataclass(frozen=True, slots=True)
class RecordPage(Page):
    """Fields of a record: (label, value), None where nothing was filled in."""

    name: ClassVar[str] = "record"
    case: dict[str, Any]
    record_id: str
    table: str
    victim: bool
    fields: list[tuple[str, str | None]]


@router.get("/cases/{decision_id}/records/{table}/{record_id:path}")
def record(request: Request, caller: PageReader, decision_id: str, table: str, record_id: str) -> Response:
    """Show a record behind a decision, of another post its card; no other can be opened this way."""
    service: DecisionService = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, decision_id)
        shown = orjson.loads(decision.shown)
        own = (table, record_id) == (TABLE_OF_SUBJECT[decision.subject], decision.subject_id)
        if not own and (table, record_id) not in _evidence(shown):
            raise _missing()
        position = decision.record_position if own else decision.position
        stored = service.store.rows(connection, table, [record_id], position)
        if not stored.num_rows:
            raise _missing()
        card = None if own else card_of(connection, service, caller, decision, table, stored)
    language, rows = language_of(request), stored.to_pylist()
    if card is not None:
        log_readings(request, caller, [Reading("card", decision.decision_id, table, record_id, card.agreeing)])
        return render(request, card_page(shown, record_id, table, card, language), caller)
    victim = table == "tip_database" and rows[0]["role"] == "victim"
    columns = tuple(column.name for column in _shown_columns(table, victim=victim))
    log_readings(request, caller, [Reading("record", decision.decision_id, table, record_id, columns)])
    page = RecordPage(
        shown, record_id, texts("serving.tables")[table][language], victim,
        _fields(table, rows[0], language, victim=victim),
    )  # fmt: skip
    return render(request, page, caller)


def _evidence(shown: dict[str, Any]) -> set[tuple[str, str]]:
    return {(entry["table"], entry["id"]) for reason in shown["reasons"] for entry in reason["evidence"]}


def _missing() -> Refusal:
    return Refusal(404, "record", "no such record", expected="a record behind this decision")


def _shown_columns(table: str, *, victim: bool) -> list[Column]:
    return [
        column
        for column in TABLES[table].columns
        if column.use is not Use.AUDIT and (not victim or column.name in _SHOWN_OF_VICTIM)
    ]


def _fields(table: str, row: Mapping[str, Any], language: str, *, victim: bool) -> list[tuple[str, str | None]]:
    labels, shown = texts("serving.columns"), []
    for column in _shown_columns(table, victim=victim):
        value, category = row[column.name], column.kind is Kind.CATEGORY
        text = None if value is None else format_value(value, language, category=category)
        shown.append((labels[column.name][language], text))
    return shown
