"""Models page: champion, challenger, gate, history and shadow of each subject."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request, Response

from features.settings import Settings
from models.approval import Approval
from models.bundle import Bundle
from serving.auth.sessions import PageReader
from serving.decisions.due_dates import day_of
from serving.decisions.service import DecisionService
from serving.i18n.formats import format_day
from serving.pages.model_versions import VersionView, signature_label, version_view
from serving.registry.loaded_models import SUBJECTS
from serving.registry.mlflow_registry import RegistryError, version_by_alias
from serving.shadow.comparison import shadow_comparison
from serving.store import shadows
from serving.store.transactions import EVERYTHING, transaction
from serving.web.rendering import Page, language_of, render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """Approval of the champion as text; ``until`` and ``random_share`` are empty in full."""

    stage: str
    approvers: list[str]
    approved_on: str
    until: str
    random_share: str


@dataclass(frozen=True, slots=True)
class SubjectModels:
    """Models of a subject; ``history`` lists the champions, the latest first."""

    subject: str
    bundle: Bundle | None
    approval: ApprovalView | None
    trained_until: str
    refused: str | None
    champion: VersionView | None
    challenger: VersionView | None
    history: list[dict[str, str]]
    shadow: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class ModelsPage(Page):
    """Models of both subjects; ``no_answer`` if MLflow did not answer, ``ui`` is its address."""

    name: ClassVar[str] = "models"
    subjects: list[SubjectModels]
    no_answer: bool
    ui: str | None


@router.get("/models")
def models(request: Request, caller: PageReader) -> Response:
    """Show the models in use and waiting, the results of the gate, and the shadow."""
    service: DecisionService = request.app.state.service
    service.models.reload()
    language, no_answer, subjects = language_of(request), False, []
    for subject in SUBJECTS:
        versions: list[VersionView | None] = [None, None]
        try:
            versions = [
                version_view(version_by_alias(service.models.settings, subject, alias), language)
                for alias in ("champion", "challenger")
            ]
        except RegistryError:
            no_answer = True
        subjects.append(_subject(service, subject, language, *versions))
    return render(request, ModelsPage(subjects, no_answer, service.models.settings.mlflow_ui), caller)


def _subject(
    service: DecisionService, subject: str, language: str, champion: VersionView | None, challenger: VersionView | None
) -> SubjectModels:
    with transaction(service.engine, EVERYTHING) as connection:
        latest = shadows.latest(connection, subject)
        comparison = None if latest is None else shadow_comparison(connection, service.store, latest)
    bundle = service.models.bundles.get(subject)
    return SubjectModels(
        subject, bundle, approval_view(service.models.approvals.get(subject), language), trained_until(bundle), service.models.refused.get(subject), champion, challenger,
        champion_history(service.models.settings, subject), comparison,
    )  # fmt: skip


def approval_view(approval: Approval | None, language: str) -> ApprovalView | None:
    """Return an approval as the page shows it."""
    if approval is None:
        return None
    terms = approval.terms
    return ApprovalView(
        terms.stage.value, [signature_label(who, language) for who in approval.approvers],
        format_day(approval.approved_on, language),
        "" if terms.until is None else format_day(terms.until, language),
        "" if terms.random_share is None else f"{terms.random_share * 100:.3g} %",
    )  # fmt: skip


def champion_history(settings: Settings, subject: str) -> list[dict[str, str]]:
    """Return the champions of a subject, the latest first, as promotion wrote them down."""
    try:
        content = (settings.home / "champions.json").read_text(encoding="utf-8")
        history: list[dict[str, str]] = json.loads(content).get(subject, [])
    except (OSError, ValueError):
        return []
    return history[::-1]


def trained_until(bundle: Bundle | None) -> str:
    """Return the last day of a model's training records."""
    about = bundle.about if bundle else {}
    moment = about.get("learned_until_us", about.get("trained_until_us", ""))
    return day_of(int(moment)).isoformat() if moment.isdecimal() else "–"
