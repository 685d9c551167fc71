"""Own view on a case before and after its findings are shown, and the auditor's tables of overrides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.languages import texts
from serving.auth.sessions import PageReader
from serving.decisions.control_cases import ControlRates, control_rates
from serving.decisions.evidence import decision_in_scope
from serving.decisions.override_rates import SMALLEST_GROUP, OverrideRates, override_rates
from serving.decisions.own_views import REASONS, VIEWS, write_own_view
from serving.i18n.formats import category_label
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render
from serving.web.request_bodies import FormFields

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class OwnViewForm:
    """Form of the view that is due: its stage, the views and the reasons to choose from."""

    stage: str
    views: list[tuple[str, str]]
    reasons: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class OverridesPage(Page):
    """Rates by group on real cases and on control cases; groups of fewer than ``smallest`` views have none."""

    name: ClassVar[str] = "overrides"
    rows: list[OverrideRates]
    controls: list[ControlRates]
    smallest: int


def own_view_form(stage: str, language: str) -> OwnViewForm | None:
    """Return the form of a stage; None where no view is due."""
    if not stage:
        return None
    words = texts("serving.own_views")
    labels = {code: words[code][language] for code in (*VIEWS[stage], *REASONS)}
    return OwnViewForm(
        stage, [(code, labels[code]) for code in VIEWS[stage]], [(code, labels[code]) for code in REASONS]
    )


@router.post("/cases/{decision_id}/own-view")
def own_view(request: Request, caller: PageReader, decision_id: str, form: FormFields) -> Response:
    """Store the view that is due, and go back to the case."""
    service = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, decision_id)
    write_own_view(service, caller, decision, form.get("view", ""), form.get("reason", ""))
    return RedirectResponse(f"/cases/{decision_id}", 303)


@router.get("/overrides")
def overrides(request: Request, caller: PageReader) -> Response:
    """Show how often officers agree with the findings, by group; no reading, since it shows no person."""
    service, language = request.app.state.service, language_of(request)
    rows = [replace(row, value=_label(row, language)) for row in override_rates(service, caller)]
    controls = [replace(row, value=_label(row, language)) for row in control_rates(service, caller)]
    return render(request, OverridesPage(rows, controls, SMALLEST_GROUP), caller)


def _label(row: OverrideRates | ControlRates, language: str) -> str:
    return category_label(row.value, language) if row.group == "status_of_residence" else row.value
