"""Case page: reasons for and against an interview, questions, records, chart, and the form for the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from sqlalchemy import Connection

from features.catalogue import catalogue
from features.languages import texts
from features.matrix import TABLE_OF_SUBJECT
from features.tables.categories import FINDINGS, TYPOLOGIES
from models.peers import ALL
from serving.auth.permissions import Caller, Role
from serving.auth.sessions import PageReader
from serving.decisions.due_dates import DueDate, due_date
from serving.decisions.evidence import decision_in_scope
from serving.decisions.interview_queue import summaries_of
from serving.decisions.replay import replay as replay_decision
from serving.decisions.service import DecisionService
from serving.i18n.formats import category_label, format_day
from serving.log.readings import log_readings
from serving.pages.case_labels import due_label, summary_labels
from serving.pages.waterfall import waterfall
from serving.store import decisions
from serving.store.decisions import Decision
from serving.store.readings import Reading
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

    ``closed`` is why it was taken out of the queue by hand; empty if it was not.
    """

    name: ClassVar[str] = "case"
    case: dict[str, Any]
    post: str | None
    summary: list[str]
    due: DueDate | None
    due_label: str
    due_day: str
    newer: str | None
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
    findings: list[tuple[str, str]]
    typologies: list[tuple[str, str]]
    closed: str
    closing_reasons: list[tuple[str, str]]


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
        page = _page(connection, service, decision, language, caller, replay=replay, error=error)
    log_readings(request, caller, [Reading("case", decision.decision_id)])
    return render(request, page, caller, status=status)


def _page(
    connection: Connection, service: DecisionService, decision: Decision, language: str, caller: Caller, *, replay: bool,
    error: str,
) -> CasePage:  # fmt: skip
    shown, case_key = orjson.loads(decision.shown), (decision.subject, decision.subject_id)
    latest = decisions.latest(connection, *case_key)
    reasons, closed = texts("serving.closing_reasons"), decisions.closing_reason(connection, *case_key)
    due = due_date(decision.subject, decision.as_of, service.now(connection), decision.post)
    features = {feature.name: getattr(feature.meaning, language) for feature in catalogue(decision.subject).features}
    words, findings = dict(page_texts("case", language)), texts("findings.names")
    labels = features | {code: name[language] for code, name in findings.items()}
    base, steps = chart_steps(shown, labels, words["other"])
    words["base"] = words["base" if shown.get("peers", ALL) == ALL else "peers"]
    return CasePage(
        case=shown, post=decision.post, own_table=TABLE_OF_SUBJECT[decision.subject],
        summary=summary_labels(summaries_of(connection, service, [decision]).get(case_key), language),
        due=due, due_label=due_label(due, language) if due else "", due_day=format_day(due.on, language) if due else "",
        newer=latest.decision_id if latest and latest.decision_id != decision.decision_id else None,
        feature_labels=features, table_labels={name: label[language] for name, label in texts("serving.tables").items()},
        steps=steps, chart=waterfall(base, steps, words) if steps else Markup(),
        replayed=replay_decision(service, connection, decision) if replay else None,
        interviewed=decisions.is_interviewed(connection, *case_key), may_record=caller.role is Role.OFFICER, error=error,
        acts=acts_of_case(connection, *case_key),
        findings=[(code, category_label(code, language)) for code in FINDINGS],
        typologies=[(code, texts("typologies")[code][language]) for code in TYPOLOGIES],
        closed="" if closed is None else reasons[closed][language],
        closing_reasons=[(code, reason[language]) for code, reason in reasons.items()],
    )  # fmt: skip


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
