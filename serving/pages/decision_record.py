"""Decision page for auditors: what was shown, its seal and replay, who read and acted, what followed, and comparable cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from features.catalogue import catalogue
from features.languages import texts
from features.tables.times import moment_of
from serving.auth.sessions import PageReader
from serving.decisions.audit_file import AuditFile, audit_file
from serving.decisions.case_file import case_file
from serving.decisions.comparable_cases import ComparableCase, nearest_cases
from serving.decisions.counterfactual import Counterfactual, Fact, counterfactual
from serving.decisions.evidence import decision_in_scope
from serving.decisions.replay import replay
from serving.decisions.service import DecisionService
from serving.decisions.shared_findings import Event
from serving.i18n.formats import format_day
from serving.log.proofs import proof_of, proof_packet
from serving.log.readings import log_readings
from serving.pages.case_change import ChangeView, change_view
from serving.pages.case_title import full_name
from serving.pages.linked_people import event_label
from serving.store.readings import Reading
from serving.store.submissions import Act
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render

router = APIRouter(include_in_schema=False)
_TIME = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A decision about the case; ``change`` is None for the first."""

    decision_id: str
    seen: str
    change: ChangeView | None
    is_shown: bool


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """Who read about the case, in which view, and when."""

    account: str
    role: str
    view: str
    purpose: str
    times: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class ComparableRow:
    """A comparable case with the names of its findings and what followed."""

    decision_id: str
    subject_id: str
    post: str
    day: str
    distance: str
    is_interviewed: bool
    findings: list[str]
    after: list[str]


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A fact in words, and what the case is without it; ``is_out`` is None where no line of the interviews is known."""

    fact: str
    score: str
    change: str
    is_out: bool | None
    gone: list[str]


@dataclass(frozen=True, slots=True)
class DecisionRecordPage(Page):
    """A decision as an auditor reads it.

    ``case`` is its JSON as shown; ``replayed`` is None where that was not asked for, ``trials`` too.
    """

    name: ClassVar[str] = "decision_record"
    case: dict[str, Any]
    person: str
    post: str
    at: str
    seen: str
    can_prove: bool
    leaf_position: int | None
    unlike_leaf: list[str]
    replayed: dict[str, object] | None
    values: list[tuple[str, str, str]]
    versions: list[VersionRow]
    more_versions: int
    readers: list[ReaderRow]
    acts: list[Act]
    sheet_id: str
    after: list[str]
    comparable: list[ComparableRow]
    counterfactual: Counterfactual | None
    trials: list[TrialRow] | None
    tables: Mapping[str, str]


@router.get("/decisions/{decision_id}")
def decision_record(request: Request, caller: PageReader, decision_id: str, *, facts: bool = False) -> Response:
    """Show a decision; with ``facts`` also which recorded facts keep it among the interviews."""
    service: DecisionService = request.app.state.service
    language = language_of(request)
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, decision_id)
        file = audit_file(connection, service, decision)
        nearest = nearest_cases(connection, service, file.case)
        tried = counterfactual(connection, service, case_file(connection, service, caller, decision)) if facts else None
        page = _page(connection, service, file, nearest, language, tried=tried, facts=facts)
    comparable = [Reading("comparable", each.decision.decision_id) for each in nearest]
    log_readings(request, caller, [*file.case.readings("audit"), *comparable])
    return render(request, page, caller)


@router.get("/decisions/{decision_id}/proof")
def proof(request: Request, caller: PageReader, decision_id: str) -> Response:
    """Send the proof of a decision with all that checks it without this service."""
    service: DecisionService = request.app.state.service
    settings = service.models.settings
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, decision_id)
        packet = proof_packet(
            proof_of(connection, request.app.state.log_tree, settings, decision.decision_id), settings
        )
    log_readings(request, caller, [Reading("proof", decision.decision_id)])
    name = f'attachment; filename="proof-{decision.decision_id}.zip"'
    return Response(packet, media_type="application/zip", headers={"Content-Disposition": name})


def _page(
    connection: Connection, service: DecisionService, file: AuditFile, nearest: list[ComparableCase], language: str,
    *, tried: Counterfactual | None, facts: bool,
) -> DecisionRecordPage:  # fmt: skip
    decision, shown = file.case.decision, file.case.shown
    return DecisionRecordPage(
        case=shown, person="" if file.case.row is None else full_name(file.case.row), post=decision.post or "",
        at=f"{moment_of(decision.as_of):{_TIME}}", seen=f"{moment_of(decision.seen_at() or decision.as_of):{_TIME}}",
        can_prove=service.models.settings.log_key_path is not None, leaf_position=file.leaf_position, unlike_leaf=file.unlike_leaf,
        replayed=replay(service, connection, decision), values=_values(shown, decision.subject, language),
        versions=_versions(file, language), more_versions=file.more_versions, readers=_readers(file, language),
        acts=file.acts, sheet_id="" if file.sheet is None else file.sheet.sheet_id,
        after=_events(file.after, language), comparable=[_comparable(each, language) for each in nearest],
        counterfactual=tried, trials=_trials(tried, language) if facts else None,
        tables={name: label[language] for name, label in texts("serving.tables").items()},
    )  # fmt: skip


def _values(shown: Mapping[str, Any], subject: str, language: str) -> list[tuple[str, str, str]]:
    """Return label, value and contribution of each feature as shown, the strongest first."""
    labels = {feature.name: getattr(feature.meaning, language) for feature in catalogue(subject).features}
    ordered = sorted(shown["contributions"], key=lambda each: -abs(each["contribution"]))
    return [
        (labels.get(each["feature"], each["feature"]), "–" if each["value"] is None else f"{each['value']:,.6g}",
         f"{each['contribution']:+.3f}")
        for each in ordered
    ]  # fmt: skip


def _versions(file: AuditFile, language: str) -> list[VersionRow]:
    return [
        VersionRow(
            each.decision.decision_id, f"{moment_of(each.decision.seen_at() or each.decision.as_of):{_TIME}}",
            change_view(each.change, language), each.decision.decision_id == file.case.decision.decision_id,
        )
        for each in file.versions
    ]  # fmt: skip


def _readers(file: AuditFile, language: str) -> list[ReaderRow]:
    views = texts("serving.reading_views")
    return [
        ReaderRow(
            each.account, each.role, views[each.view][language] if each.view in views else each.view, each.purpose or "",
            each.times, f"{each.first_at:{_TIME}}", f"{each.last_at:{_TIME}}",
        )
        for each in file.readers
    ]  # fmt: skip


def _events(events: tuple[Event, ...], language: str) -> list[str]:
    return [f"{format_day(event.day, language)} {event_label(event, language)}" for event in events]


def _comparable(each: ComparableCase, language: str) -> ComparableRow:
    decision = each.decision
    return ComparableRow(
        decision.decision_id, decision.subject_id, decision.post or "", format_day(moment_of(decision.as_of).date(), language),
        f"{each.distance:.2f}", each.is_interviewed, [reason["name"][language] for reason in orjson.loads(decision.shown)["reasons"] if "name" in reason],
        _events(each.after, language),
    )  # fmt: skip


def _trials(tried: Counterfactual | None, language: str) -> list[TrialRow]:
    names = texts("findings.names")
    return [
        TrialRow(
            _fact(trial.fact, language), f"{trial.score:.4f}", f"{trial.change:+.2f}", trial.is_out,
            [names[code][language] for code in trial.gone if code in names],
        )
        for trial in (() if tried is None else tried.trials)
    ]  # fmt: skip


def _fact(fact: Fact, language: str) -> str:
    if fact.is_column:
        return texts("serving.columns")[fact.name][language]
    return f"{texts('serving.tables')[fact.table][language]} {fact.name}"
