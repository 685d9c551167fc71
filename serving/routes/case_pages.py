"""The pages about one case: what speaks for an interview and against, what to ask, the records behind it, and what came of it."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qs

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from features.catalogue import catalogue
from features.matrix import TABLE_OF_SUBJECT
from features.tables.allowed import FINDINGS, TYPOLOGIES
from features.tables.description import Kind, Use
from features.tables.nine_tables import TABLES
from serving.access import Caller
from serving.chart import waterfall
from serving.deciding import Desk
from serving.due import due_of, now_of
from serving.errors import Refused
from serving.interviews import keep_outcome, outcome_of
from serving.messages import MESSAGES
from serving.page import language_of, page
from serving.record_words import column_name, day_told, table_name, told, typology_name, word
from serving.routes.queue_page import due_words, glance_words
from serving.sign_in import reader_of
from serving.store import decisions
from serving.store.decisions import Decision
from serving.strict_json import FORM, body_of
from serving.waiting import glances_at

router = APIRouter(include_in_schema=False)
STEPS = 8
LEAST_STEP = 0.005
"""In log-odds: what would be drawn as 0.00 is told with the others."""
_OF_A_VICTIM = {"entry_id", "listed_at", "role"}
"""All that is shown of an entry about a victim: where somebody hides is nobody's business."""


def _found(connection: Connection, caller: Caller, decision_id: str) -> Decision:
    found = decisions.find(connection, decision_id)
    if found is None or not caller.may_see(found.post):
        raise Refused(404, "decision", "no such decision", expected="a decision of the own post")
    return found


@router.get("/cases/{decision_id}")
def case(request: Request, decision_id: str, replay: bool = False) -> Response:
    """Show one case."""
    caller = reader_of(request, "officer", "auditor")
    return _case(request, caller, decision_id, replay=replay)


def _case(
    request: Request, caller: Caller, decision_id: str, *, replay: bool = False, status: int = 200, wrong: str = ""
) -> Response:
    desk: Desk = request.app.state.desk
    language = language_of(request)
    with desk.engine.connect() as connection:
        found = _found(connection, caller, decision_id)
        replayed = desk.replay(connection, found) if replay else None
        latest = decisions.latest_of(connection, found.subject, found.subject_id)
        interviewed = decisions.is_interviewed(connection, found.subject, found.subject_id)
        today = now_of(connection, desk.shelf.settings).date()
        glance = glances_at(connection, desk, [found]).get((found.subject, found.subject_id))
    shown = orjson.loads(found.shown)
    meanings = {one.name: getattr(one.meaning, language) for one in catalogue(found.subject).features}
    steps = _steps(shown, language, meanings)
    words = {key: MESSAGES[key][language] for key in ("base", "total", "chart")}
    due = due_of(found.subject, found.as_of, today)
    return page(
        request, "case.html", caller, status=status, case=shown, steps=steps, meanings=meanings, replayed=replayed,
        chart=waterfall(shown["base_value"], steps, words) if steps else "", post=found.post, wrong=wrong,
        newer=latest.decision_id if latest and latest.decision_id != found.decision_id else None,
        glance=glance_words(glance, language), due=due, due_day=day_told(due.on, language) if due else "",
        due_words=due_words(due, language) if due else "", interviewed=interviewed, may_record=caller.role == "officer",
        table_name=lambda name: table_name(name, language), own_table=TABLE_OF_SUBJECT[found.subject],
        findings=[(one, word(one, language)) for one in FINDINGS],
        typologies=[(one, typology_name(one, language)) for one in TYPOLOGIES],
    )  # fmt: skip


@router.get("/cases/{decision_id}/records/{table}/{record_id:path}")
def record(request: Request, decision_id: str, table: str, record_id: str) -> Response:
    """Show a record behind a decision as it stood then; no other can be opened this way."""
    caller = reader_of(request, "officer", "auditor")
    desk: Desk = request.app.state.desk
    with desk.engine.connect() as connection:
        found = _found(connection, caller, decision_id)
        shown = orjson.loads(found.shown)
        own = (table, record_id) == (TABLE_OF_SUBJECT[found.subject], found.subject_id)
        behind = {(one["table"], one["id"]) for reason in shown["reasons"] for one in reason["evidence"]}
        if not own and (table, record_id) not in behind:
            raise Refused(404, "record", "no such record", expected="a record behind this decision")
        rows = desk.store.rows(connection, table, [record_id], found.own_position if own else found.position)
    if rows.num_rows == 0:
        raise Refused(404, "record", "no such record", expected="a record behind this decision")
    row, language = rows.to_pylist()[0], language_of(request)
    victim = table == "tip_database" and row["role"] == "victim"
    fields = [
        (column_name(one.name, language), None if row[one.name] is None else told(row[one.name], language, category=one.kind is Kind.CATEGORY))
        for one in TABLES[table].columns
        if one.use is not Use.AUDIT and (not victim or one.name in _OF_A_VICTIM)
    ]  # fmt: skip
    return page(
        request, "record.html", caller, case=shown, fields=fields, record_id=record_id, victim=victim,
        table=table_name(table, language),
    )  # fmt: skip


@router.post("/cases/{decision_id}/interview")
def interview(request: Request, decision_id: str, body: Annotated[bytes, Depends(body_of(FORM))]) -> Response:
    """Take what an officer found in the interview, and go on with the queue."""
    caller = reader_of(request, "officer")
    given = {name: values[0] for name, values in parse_qs(body.decode("utf-8", errors="replace")).items()}
    finding, typology, chosen = given.get("finding", ""), given.get("typology"), given.get("chosen", "targeted")
    desk: Desk = request.app.state.desk
    if finding not in FINDINGS or typology not in {None, *TYPOLOGIES} or chosen not in {"targeted", "referral"}:
        return _case(request, caller, decision_id, status=422, wrong="choose_finding")
    with desk.engine.connect() as connection:
        found = _found(connection, caller, decision_id)
        now = now_of(connection, desk.shelf.settings)
        if decisions.is_interviewed(connection, found.subject, found.subject_id):
            return _case(request, caller, decision_id, status=409, wrong="already_told")
    keep_outcome(desk, caller, outcome_of(found, now, finding=finding, typology=typology, chosen=chosen))
    return RedirectResponse("/queue", 303)


def _steps(shown: dict[str, Any], language: str, meanings: dict[str, str]) -> list[tuple[str, float]]:
    """Return the strongest contributions and the sum of the others, each with its label; none without a score."""
    ordered = sorted(shown["contributions"], key=lambda one: -abs(one["contribution"]))
    if not ordered:
        return []
    strong = [one for one in ordered[:STEPS] if abs(one["contribution"]) >= LEAST_STEP]
    rest = sum(one["contribution"] for one in ordered[len(strong) :])
    steps = [(meanings.get(one["feature"], one["feature"]), one["contribution"]) for one in strong]
    return [*steps, (MESSAGES["other"][language], rest)]
