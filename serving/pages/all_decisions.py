"""Decisions page: search over the decisions of all posts. It is sent as a form: what is searched for stands in no address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from features.languages import texts
from features.tables.categories import FINDINGS
from features.tables.times import moment_of
from serving.auth.permissions import Caller
from serving.auth.sessions import PageReader
from serving.decisions.decision_search import FIELDS, MatchingCase, NothingToSearch, search_decisions
from serving.decisions.service import DecisionService
from serving.i18n.formats import category_label
from serving.log.readings import log_readings
from serving.pages.case_title import full_name
from serving.store.readings import Reading
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render
from serving.web.request_bodies import FormFields

router = APIRouter(include_in_schema=False)
SHOWN = 50


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision of the list; ``name`` is the person's as it is recorded now, empty without a readable record."""

    decision_id: str
    subject: str
    subject_id: str
    name: str
    at: str
    post: str
    route: str
    model: str
    is_latest: bool


@dataclass(frozen=True, slots=True)
class DecisionsPage(Page):
    """What was searched for and found.

    ``rows`` is None before a search; ``older`` is the decision before which there are more, ``wrong`` the field that
    nothing can be found by.
    """

    name: ClassVar[str] = "decisions"
    form: dict[str, str]
    findings: list[tuple[str, str]]
    outcomes: list[tuple[str, str]]
    rows: list[DecisionRow] | None
    older: str
    wrong: str


@router.get("/decisions")
def ask(request: Request, caller: PageReader, subject_id: str = "") -> Response:
    """Show the form of the search, and the decisions about a case if its id is given."""
    return _results(request, caller, {"subject_id": subject_id}) if subject_id else _page(request, caller, {})


@router.post("/decisions")
def search(request: Request, caller: PageReader, form: FormFields) -> Response:
    """Show the decisions that were found."""
    return _results(request, caller, form)


def _results(request: Request, caller: Caller, form: Mapping[str, str]) -> Response:
    service: DecisionService = request.app.state.service
    try:
        with transaction(service.engine, caller.reach) as connection:
            cases = search_decisions(connection, service, form, SHOWN, before=form.get("before", ""))
    except NothingToSearch as error:
        return _page(request, caller, form, wrong=error.field)
    log_readings(request, caller, [Reading("search", case.decision.decision_id) for case in cases])
    older = cases[-1].decision.decision_id if len(cases) == SHOWN else ""
    return _page(request, caller, form, [_row(case) for case in cases], older)


def _page(
    request: Request, caller: Caller, form: Mapping[str, str], rows: list[DecisionRow] | None = None, older: str = "",
    wrong: str = "",
) -> Response:  # fmt: skip
    language = language_of(request)
    findings = sorted((label[language], code) for code, label in texts("findings.names").items())
    page = DecisionsPage(
        {name: form.get(name, "") for name in FIELDS}, [(code, label) for label, code in findings],
        [(code, category_label(code, language)) for code in FINDINGS], rows, older, wrong,
    )  # fmt: skip
    return render(request, page, caller)


def _row(case: MatchingCase) -> DecisionRow:
    decision = case.decision
    return DecisionRow(
        decision.decision_id, decision.subject, decision.subject_id, "" if case.row is None else full_name(case.row),
        f"{moment_of(decision.as_of):%Y-%m-%d %H:%M}", decision.post or "", decision.route,
        (decision.model_sha256 or "")[:12], case.is_latest,
    )  # fmt: skip
