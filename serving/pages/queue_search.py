"""Search page: cases of the reader's own posts. It is sent as a form: what is searched for stands in no address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from features.tables.categories import STATUSES
from serving.auth.sessions import PageReader
from serving.decisions.case_search import FIELDS, LIMIT, search_cases
from serving.decisions.service import DecisionService
from serving.i18n.formats import category_label
from serving.log.readings import log_readings
from serving.pages.queue_page import QueueRow, queue_row, reading_of
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render
from serving.web.request_bodies import FormFields

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class SearchPage(Page):
    """What was searched for and found; ``rows`` is None before a search, or where nothing was searched for."""

    name: ClassVar[str] = "queue_search"
    form: dict[str, str]
    statuses: list[tuple[str, str]]
    rows: list[QueueRow] | None
    limit: int
    searched: bool


@router.get("/queue/search")
def ask(request: Request, caller: PageReader) -> Response:
    """Show the form of the search."""
    return render(request, _page(request, {}, None, searched=False), caller)


@router.post("/queue/search")
def search(request: Request, caller: PageReader, form: FormFields) -> Response:
    """Show the cases that were found."""
    service: DecisionService = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        cases = search_cases(connection, service, caller, form, waiting=form.get("waiting") == "yes")
    log_readings(request, caller, [reading_of(case) for case in cases or []])
    language = language_of(request)
    rows = None if cases is None else [queue_row(case, number, language) for number, case in enumerate(cases, 1)]
    return render(request, _page(request, form, rows, searched=True), caller)


def _page(request: Request, form: dict[str, str], rows: list[QueueRow] | None, *, searched: bool) -> SearchPage:
    language = language_of(request)
    statuses = [(code, category_label(code, language)) for code in (*STATUSES, "transit")]
    shown = {name: form.get(name, "") for name in (*FIELDS, "waiting")}
    return SearchPage(shown, statuses, rows, LIMIT, searched)
