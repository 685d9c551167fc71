"""Case page: who and what, findings for and against an interview, linked people, and what was done about the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from sqlalchemy import Connection

from features.catalogue import catalogue
from features.languages import texts
from features.matrix import TABLE_OF_SUBJECT
from features.tables.times import moment_of
from models.peers import ALL
from serving.auth.permissions import Caller, Role
from serving.auth.sessions import PageReader
from serving.decisions.case_changes import change_since_last
from serving.decisions.case_file import CaseFile, case_file
from serving.decisions.due_dates import due_date
from serving.decisions.evidence import decision_in_scope
from serving.decisions.own_views import FIRST, draw_own_view, without_findings
from serving.decisions.replay import replay as replay_decision
from serving.decisions.service import DecisionService
from serving.decisions.shared_findings import Event
from serving.i18n.formats import format_day
from serving.log.readings import log_readings
from serving.pages.case_acts import CaseActs, case_acts
from serving.pages.case_change import ChangeView, change_view
from serving.pages.case_findings import FindingView, finding_views
from serving.pages.case_title import CaseTitle, case_title
from serving.pages.linked_people import NetworkView, network_view
from serving.pages.own_view import OwnViewForm, own_view_form
from serving.pages.waterfall import waterfall
from serving.retention.erasure import CLOSED_BY
from serving.store import decisions, queue_acts
from serving.store.erasures import erased_at
from serving.store.interview_sheets import InterviewSheet, latest_draft, latest_sheet
from serving.store.submissions import Act, acts_of_case
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, page_texts, render

router = APIRouter(include_in_schema=False)
STEPS = 8
SMALLEST_STEP = 0.005
"""In log-odds: what would be drawn as 0.00 is summed with the others."""
Step = tuple[str, float]


@dataclass(frozen=True, slots=True)
class CasePage(Page):
    """A case; ``case`` is its decision as JSON, ``steps`` the bars of the chart, ``error`` a key of texts.

    ``heading`` is None where the record is no longer there. ``closed`` is why the case was taken out of the queue by hand;
    empty if it was not. ``sheet`` is the last sheet of an interview, ``own_view`` the form of a
    view that is due.
    """

    name: ClassVar[str] = "case"
    case: dict[str, Any]
    post: str | None
    heading: CaseTitle | None
    gone: str
    newer: str | None
    change: ChangeView | None
    findings: list[FindingView]
    network: NetworkView
    feature_labels: Mapping[str, str]
    table_labels: Mapping[str, str]
    own_table: str
    steps: list[Step]
    chart: Markup
    replayed: dict[str, object] | None
    interviewed: bool
    may_record: bool
    error: str
    acts: list[Act]
    sheet: InterviewSheet | None
    has_draft: bool
    own_view: OwnViewForm | None
    closed: str
    closing_reasons: list[tuple[str, str]]
    hold: CaseActs


@router.get("/cases/{decision_id}")
def case(request: Request, caller: PageReader, decision_id: str, replay: bool = False) -> Response:
    """Show a case."""
    return case_response(request, caller, decision_id, replay=replay)


def case_response(
    request: Request, caller: Caller, decision_id: str, *, replay: bool = False, status: int = 200, error: str = ""
) -> Response:
    """Return the page of a case, replayed if asked, or with the error of its form."""
    service: DecisionService = request.app.state.service
    language = language_of(request)
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, decision_id)
        stage = draw_own_view(connection, service, caller, decision)
        file = case_file(connection, service, caller, decision)
        if stage == FIRST:
            file, replay = replace(file, shown=without_findings(file.shown)), False
        page = _page(connection, service, file, language, caller, replay=replay, error=error, stage=stage)
    log_readings(request, caller, file.readings("case"))
    return render(request, page, caller, status=status)


def _page(
    connection: Connection, service: DecisionService, file: CaseFile, language: str, caller: Caller, *, replay: bool,
    error: str, stage: str,
) -> CasePage:  # fmt: skip
    decision, shown = file.decision, file.shown
    sheet = latest_sheet(connection, decision.subject, decision.subject_id)
    case_key = (decision.subject, decision.subject_id)
    latest = decisions.latest(connection, *case_key)
    reasons, closed = texts("serving.closing_reasons"), queue_acts.closing_reason(connection, *case_key)
    due = due_date(decision.subject, decision.as_of, service.now(connection), decision.post)
    heading = None if file.row is None else case_title(decision, file.row, due, language)
    words, own_table = dict(page_texts("case", language)), TABLE_OF_SUBJECT[decision.subject]
    features = {feature.name: getattr(feature.meaning, language) for feature in catalogue(decision.subject).features}
    labels = features | {code: name[language] for code, name in texts("findings.names").items()}
    base, steps = chart_steps(shown, labels, words["other"])
    words["base"] = words["base" if shown.get("peers", ALL) == ALL else "peers"]
    own_event = Event(own_table, "", moment_of(decision.as_of).date())
    return CasePage(
        case=shown, post=decision.post, heading=heading, own_table=own_table, gone=_gone(connection, file, words, language),
        newer=latest.decision_id if latest and latest.decision_id != decision.decision_id else None,
        change=None if stage == FIRST else change_view(change_since_last(connection, service, decision), language),
        findings=finding_views(shown, file.row or {}, file.compared, language),
        network=network_view(file.network, own_event, heading.name if heading else decision.subject_id, language),
        feature_labels=features, table_labels={name: label[language] for name, label in texts("serving.tables").items()},
        steps=steps, chart=waterfall(base, steps, words) if steps else Markup(),
        replayed=replay_decision(service, connection, decision) if replay else None,
        interviewed=decisions.is_interviewed(connection, *case_key), may_record=caller.role is Role.OFFICER, error=error,
        acts=acts_of_case(connection, *case_key),
        sheet=sheet, has_draft=latest_draft(connection, decision, caller.account_id, None if sheet is None else sheet.sheet_id) is not None, own_view=own_view_form(stage, language),
        closed="" if closed is None else reasons[closed][language],
        closing_reasons=[(code, reason[language]) for code, reason in reasons.items() if code != CLOSED_BY],
        hold=case_acts(connection, service, caller, decision, language),
    )  # fmt: skip


def _gone(connection: Connection, file: CaseFile, words: Mapping[str, str], language: str) -> str:
    """Return why no record is shown; empty where one is."""
    if file.row is not None:
        return ""
    erased = erased_at(connection, TABLE_OF_SUBJECT[file.decision.subject], file.decision.subject_id)
    return words["record_gone"] if erased is None else words["erased"].format(day=format_day(erased.date(), language))


def chart_steps(shown: dict[str, Any], labels: Mapping[str, str], other: str) -> tuple[float, list[Step]]:
    """Return where the chart begins, the strongest steps with their labels, and the sum of the others; none without a score.

    The steps are findings against the peers; in an answer from before findings, features against the average.
    """
    if "findings" in shown:
        base, added = shown["peer_base_value"], {each["code"]: each["contribution"] for each in shown["findings"]}
    else:
        base, added = shown["base_value"], {each["feature"]: each["contribution"] for each in shown["contributions"]}
    if not added:
        return 0.0, []
    ordered = sorted(added.items(), key=lambda step: -abs(step[1]))
    strong = [step for step in ordered[:STEPS] if abs(step[1]) >= SMALLEST_STEP]
    rest = shown.get("remainder", 0.0) + sum(size for _, size in ordered[len(strong) :])
    return base, [*((labels.get(name, name), size) for name, size in strong), (other, rest)]
