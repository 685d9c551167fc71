"""Drafts and recorded sheets of interviews: saved at every step, recorded once, superseded within a day."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa
from sqlalchemy import Connection

from features.matrix import TABLE_OF_SUBJECT
from features.store.person_texts import decrypt_about, encrypt_about
from features.tables.json_rows import row_as_json, rows_to_table
from serving.auth.permissions import Caller
from serving.decisions.acceptance import accepted_rows
from serving.decisions.evidence import decision_in_scope
from serving.decisions.interview_form import (
    ARMS,
    NOTE,
    OUTCOMES,
    AnswerFault,
    Answers,
    Form,
    Question,
    answers_of_step,
    faults_of,
    form_of,
)
from serving.decisions.interviews import outcome_record, store_outcome
from serving.decisions.own_views import require_own_view
from serving.decisions.search_words import index_outcomes
from serving.decisions.service import DecisionService
from serving.refusals import Refusal
from serving.store import decisions, interview_sheets, queue_acts
from serving.store.decisions import Decision
from serving.store.interview_sheets import InterviewSheet
from serving.store.submissions import insert_submission
from serving.store.transactions import in_transaction, lock_until_commit, transaction

WITHDRAWAL_REASONS = ("wrong_person", "not_held", "other_reason")


@dataclass(frozen=True, slots=True)
class Draft:
    """What an officer has filled in about a case.

    Attributes
    ----------
    version
        Number of the stored version; 0 if nothing was saved yet.
    supersedes
        The sheet that it would supersede; None for a first one.
    """

    decision: Decision
    shown: Mapping[str, Any]
    form: Form
    version: int
    supersedes: InterviewSheet | None
    answers: Answers


def draft_of(connection: Connection, service: DecisionService, caller: Caller, decision_id: str) -> Draft:
    """Return the caller's draft about a case; a sheet that may be superseded fills a new one.

    Raises `Refusal` 404 for a case out of scope, 409 for a case that was interviewed or closed.
    """
    decision = decision_in_scope(connection, caller, decision_id)
    last = interview_sheets.latest_sheet(connection, decision.subject, decision.subject_id)
    _require_open(connection, caller, decision, last)
    require_own_view(connection, service, caller, decision)
    superseded = None if last is None else last.sheet_id
    stored = interview_sheets.latest_draft(connection, decision, caller.account_id, superseded)
    shown = orjson.loads(decision.shown)
    if stored is not None:
        kept = _decrypted(connection, service, decision.subject, decision.subject_id, stored[1])
        return Draft(decision, shown, form_of(shown), stored[0], last, kept)
    answers = {} if last is None or last.outcome is None else sheet_answers(connection, service, last)
    return Draft(decision, shown, form_of(shown), 0, last, answers)


def _require_open(connection: Connection, caller: Caller, decision: Decision, last: InterviewSheet | None) -> None:
    case = (decision.subject, decision.subject_id)
    is_held = decisions.is_interviewed(connection, *case)
    if is_held and (last is None or not may_supersede(caller, last)):
        raise already_recorded()
    if queue_acts.closing_reason(connection, *case) is not None:
        raise Refusal(409, "closed", "this case was taken out of the queue", expected="an open case")


def already_recorded() -> Refusal:
    """Return the refusal of a second outcome."""
    return Refusal(409, "recorded", "an interview about this case is recorded", expected="a case without an interview")


def may_supersede(caller: Caller, sheet: InterviewSheet) -> bool:
    """Return whether a caller may change or withdraw a sheet: its author, within the day, and the last one only."""
    return sheet.is_recent and sheet.account_id == caller.account_id and sheet.superseded_by is None


def sheet_answers(connection: Connection, service: DecisionService, sheet: InterviewSheet) -> dict[str, str]:
    """Return the answers of a recorded sheet; none of a person whose data were erased."""
    return _decrypted(connection, service, sheet.subject, sheet.subject_id, sheet.content)


def save_step(
    service: DecisionService, caller: Caller, decision_id: str, step: str, given: Answers
) -> tuple[Draft, list[AnswerFault]]:
    """Store a new version of a draft with the answers of a step; nothing where an answer cannot be one.

    Raises as `draft_of`; `Refusal` 404 for an unknown step.
    """
    with transaction(service.engine, caller.reach) as connection:
        draft = draft_of(connection, service, caller, decision_id)
        answers, wrong = answers_of_step(questions_of(draft, step), given)
        if not wrong:
            names = {name for question in draft.form[step] for name in (question.name, f"{question.name}{NOTE}")}
            kept = {name: value for name, value in draft.answers.items() if name not in names}
            superseded = None if draft.supersedes is None else draft.supersedes.sheet_id
            content = _encrypted(connection, service, draft.decision.subject, draft.decision.subject_id, kept | answers)
            interview_sheets.insert_draft(connection, draft.decision, caller.account_id, superseded, content)
    return draft, wrong


def questions_of(draft: Draft, step: str) -> tuple[Question, ...]:
    """Return the questions of a step; raises `Refusal` 404 for an unknown one."""
    if step not in draft.form:
        raise Refusal(404, "step", "there is no such step", expected=" ".join(draft.form))
    return draft.form[step]


def record_sheet(
    service: DecisionService, caller: Caller, decision_id: str, version: int
) -> tuple[str, list[AnswerFault]]:
    """Record the draft that was checked and return the sheet's id, once however often it is sent; its faults otherwise.

    Raises as `draft_of`; `Refusal` 409 if the draft was changed since it was checked.
    """
    with transaction(service.engine, caller.reach) as connection:
        repeated = interview_sheets.sheet_of_draft(connection, version, caller.account_id)
        if repeated is not None:
            return repeated.sheet_id, []
        draft = draft_of(connection, service, caller, decision_id)
        record = _outcome(connection, service, draft)
    faults = faults_of(draft.form, draft.answers)
    if faults:
        return "", faults
    rows = accepted_rows(service, "outcomes", [record], caller)

    def store(connection: Connection) -> str:
        lock_until_commit(connection, "interview", draft.decision.subject, draft.decision.subject_id)
        repeated = interview_sheets.sheet_of_draft(connection, version, caller.account_id)
        if repeated is not None:
            return repeated.sheet_id
        present = draft_of(connection, service, caller, decision_id)
        if not version or present.version != version or present.supersedes != draft.supersedes:
            raise Refusal(409, "changed", "the sheet was changed meanwhile", expected="the answers, checked again")
        return _store(connection, service, caller, present, rows)

    return in_transaction(service.engine, store, caller.reach), []


def _outcome(connection: Connection, service: DecisionService, draft: Draft) -> dict[str, object]:
    """Return the record of a draft's outcome; that of a superseded sheet with the new answers."""
    answers = draft.answers
    now = service.now(connection)
    finding, arm = OUTCOMES.get(answers.get("outcome", ""), "inconclusive"), answers.get("chosen", ARMS[0])
    record = outcome_record(draft.decision, now, finding=finding, typology=answers.get("typology"), arm=arm)
    if draft.supersedes is None:
        return record | {"outcome_id": f"OUT-{uuid.uuid4()}"}
    former = _stored_outcome(connection, service, draft.supersedes)
    # what the service drew stays drawn
    kept = ("outcome_id", "occurred_at") if former["arm"] in ARMS else ("outcome_id", "occurred_at", "arm", "inclusion_probability")  # fmt: skip
    return record | {name: former[name] for name in kept}


def _stored_outcome(connection: Connection, service: DecisionService, sheet: InterviewSheet) -> dict[str, Any]:
    [row] = service.store.rows(connection, "outcomes", [sheet.outcome_id]).to_pylist()
    return row_as_json(row)


def _store(connection: Connection, service: DecisionService, caller: Caller, draft: Draft, rows: pa.Table) -> str:
    if draft.supersedes is None:
        outcome_id, superseded = store_outcome(connection, service, caller, draft.decision, rows), None
    else:
        outcome_id, superseded = draft.supersedes.outcome_id, draft.supersedes.sheet_id
        _supersede_outcome(connection, service, caller, outcome_id, rows)
    sheet_id = str(uuid.uuid4())
    content = _encrypted(connection, service, draft.decision.subject, draft.decision.subject_id, draft.answers)
    interview_sheets.insert_sheet(
        connection, sheet_id, draft.decision, caller.account_id, draft.answers["outcome"], outcome_id, superseded,
        draft.version, content,
    )  # fmt: skip
    return sheet_id


def withdraw_sheet(service: DecisionService, caller: Caller, sheet_id: str, reason: str) -> str:
    """Withdraw a sheet and return the id of the withdrawal: its outcome says nothing any more, and the case waits again.

    Raises `Refusal` 404 for an unknown sheet, 422 for an unknown reason, 409 for a sheet that cannot be superseded.
    """
    if reason not in WITHDRAWAL_REASONS:
        raise Refusal(422, "reason", "there is no such reason", where=["reason"], expected=" ".join(WITHDRAWAL_REASONS))

    def store(connection: Connection) -> str:
        sheet = sheet_in_scope(connection, caller, sheet_id)
        lock_until_commit(connection, "interview", sheet.subject, sheet.subject_id)
        sheet = sheet_in_scope(connection, caller, sheet_id)
        decision = decision_in_scope(connection, caller, sheet.decision_id)
        if sheet.outcome is None or not may_supersede(caller, sheet):
            expected = "the last sheet of a case, within a day, by its author"
            raise Refusal(409, "superseded", "this sheet cannot be withdrawn", expected=expected)
        former = _stored_outcome(connection, service, sheet)
        moment = f"{service.now(connection):%Y-%m-%dT%H:%M:%S}Z"
        row = former | {"finding": "inconclusive", "typology": None, "known_at": moment}
        _supersede_outcome(connection, service, caller, sheet.outcome_id, rows_to_table("outcomes", [row])[0])
        content = _encrypted(connection, service, sheet.subject, sheet.subject_id, {"reason": reason})
        withdrawal_id = str(uuid.uuid4())
        interview_sheets.insert_sheet(
            connection,
            withdrawal_id,
            decision,
            caller.account_id,
            None,
            sheet.outcome_id,
            sheet.sheet_id,
            None,
            content,
        )
        return withdrawal_id

    return in_transaction(service.engine, store, caller.reach)


def _supersede_outcome(
    connection: Connection, service: DecisionService, caller: Caller, outcome_id: str, rows: pa.Table
) -> None:
    position = service.store.supersede(connection, "outcomes", outcome_id, rows)
    index_outcomes(connection, service.store.data_key, rows)
    insert_submission(connection, [position], caller.account_id, is_correction=True)


def sheet_in_scope(connection: Connection, caller: Caller, sheet_id: str) -> InterviewSheet:
    """Return a sheet of the caller's scope; raises `Refusal` 404 for any other."""
    sheet = interview_sheets.sheet_by_id(connection, sheet_id)
    if sheet is None or not caller.reaches(sheet.post):
        raise Refusal(404, "sheet", "no such sheet", expected="a sheet of the own post")
    return sheet


def _encrypted(
    connection: Connection, service: DecisionService, subject: str, subject_id: str, answers: Answers
) -> bytes:
    record, context = (TABLE_OF_SUBJECT[subject], subject_id), _context(subject, subject_id)
    return encrypt_about(connection, service.store.data_key, record, orjson.dumps(dict(answers)), context)


def _decrypted(
    connection: Connection, service: DecisionService, subject: str, subject_id: str, content: bytes
) -> dict[str, str]:
    plain = decrypt_about(connection, service.store.data_key, content, _context(subject, subject_id))
    answers: dict[str, str] = {} if plain is None else orjson.loads(plain)
    return answers


def _context(subject: str, subject_id: str) -> bytes:
    """Return what binds answers to their case: they cannot be moved to another."""
    return f"interview\n{subject}\n{subject_id}".encode()
