"""Corrections on a case's page: of its own record, of a record that is not about the person, and requests by the applicant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pyarrow as pa
from sqlalchemy import Connection

from features.facts.table_facts import facts_of_table
from features.languages import texts
from features.matrix import TABLE_OF_SUBJECT
from features.store.records import RecordName
from features.tables.definition import Column, Kind
from features.tables.json_rows import row_as_json
from features.tables.schema import TABLES
from serving.auth.permissions import Caller
from serving.decisions.acceptance import accepted_rows
from serving.decisions.case_file import CaseFile, own_record
from serving.decisions.corrections import REASONS, correct_record
from serving.decisions.due_dates import DueDate, due_after
from serving.decisions.evidence import decision_in_scope, records_named
from serving.decisions.register_matches import register_view
from serving.decisions.service import DecisionService
from serving.decisions.sight import later_sight
from serving.refusals import Refusal
from serving.store import correction_requests, decisions, wrong_links
from serving.store.correction_requests import CorrectionRequest
from serving.store.decisions import Decision
from serving.store.submissions import role_of_sender
from serving.store.transactions import in_transaction, lock_until_commit

REQUEST_WORKING_DAYS = 20
"""The Act on the Protection of Personal Information gives an office 30 days (article 94); these are no more."""
INTERVIEW = "interview"
"""What a request is about where it is not about the record."""
ANSWERS = ("corrected", "partly", "unchanged")
LINK_REASONS = tuple(texts("serving.link_reasons"))
_CONTACTS = (
    "applicant_phone", "applicant_email", "home_address", "stay_address", "stay_phone", "booking_phone", "guarantor_name",
    "guarantor_birth_date", "guarantor_address", "guarantor_phone", "inviter_name", "inviter_birth_date", "inviter_address",
    "inviter_phone", "introducer_name", "introducer_phone",
)  # fmt: skip
_PERSON = ("family_name", "given_names", "birth_date", "passport_number", "passport_issued_on")
_DATES = ("coe_issued_on", "intended_arrival_on", "intended_stay_days", "permitted_stay_days", "married_on", "first_met_on",
          "spouse_birth_date", "flight")  # fmt: skip
_CORRECTABLE = (*_CONTACTS, *_PERSON, *_DATES)


def correctable_columns(subject: str) -> list[Column]:
    """Return the columns of a case's record that the form offers: telephones, addresses, dates and who it is."""
    columns = {column.name: column for column in TABLES[TABLE_OF_SUBJECT[subject]].columns}
    return [columns[name] for name in _CORRECTABLE if name in columns]


def correct_case(service: DecisionService, caller: Caller, decision_id: str, form: Mapping[str, str]) -> str:
    """Correct the record of a case by the fields of a form, and return the id of the new decision.

    Raises `Refusal` 422 without a reason or a change, and for values that the table does not take, with their columns.
    """
    _require(form.get("reason"), REASONS, "reason")
    decision, row = _case(service, caller, decision_id)
    stored = row_as_json(row.to_pylist()[0])
    given = {
        column.name: _value(column, form[column.name])
        for column in correctable_columns(decision.subject)
        if column.name in form
    }
    if all(stored.get(name) == value for name, value in given.items()):
        raise Refusal(422, "unchanged", "no value is another one", where=["unchanged"], expected="a changed value")
    table = TABLE_OF_SUBJECT[decision.subject]
    rows = accepted_rows(service, table, [{**stored, **given}], caller)
    answer = in_transaction(
        service.engine,
        lambda connection: correct_record(connection, service, caller, table, rows, form["reason"]),
        caller.reach,
    )
    return str(answer["decision"]["decision_id"])


def _require(given: str | None, allowed: Sequence[str], where: str) -> None:
    if given not in allowed:
        raise Refusal(422, where, "there is no such choice", where=[where], expected=" ".join(allowed))


def _case(service: DecisionService, caller: Caller, decision_id: str) -> tuple[Decision, pa.Table]:
    """Return the latest decision about a case, and the case's record."""

    def read(connection: Connection) -> tuple[Decision, pa.Table]:
        shown = decision_in_scope(connection, caller, decision_id)
        latest = decisions.latest(connection, shown.subject, shown.subject_id) or shown
        return latest, own_record(connection, service, latest)

    decision, row = in_transaction(service.engine, read, caller.reach)
    if not row.num_rows:
        raise Refusal(404, "record", "no such record", expected="a case with its record")
    return decision, row


def _value(column: Column, given: str) -> object:
    """Return the JSON value of a form's text; a number that cannot be read stays text, and is refused as such."""
    text = given.strip()
    if not text:
        return None
    return int(text) if column.kind is Kind.INTEGER and text.isascii() and text.isdecimal() and len(text) < 10 else text


def separable_records(file: CaseFile) -> list[RecordName]:
    """Return the records that may be said not to be about the case's person: behind its findings, then of linked people."""
    linked = [(person.table, person.record_id) for person in file.network.people]
    return list(dict.fromkeys([*sorted(records_named(file.shown)), *linked]))


def separate_record(service: DecisionService, caller: Caller, file: CaseFile, record: RecordName, reason: str) -> str:
    """Let a record no longer count for a case, decide about it again, and return the id of the new decision.

    Raises `Refusal` 422 without a reason, 404 for a record that does not stand beside the case, 409 if that was said before.
    """
    _require(reason, LINK_REASONS, "link_reason")
    if record not in separable_records(file):
        raise Refusal(404, "record", "no such record", expected="a record behind this case")
    case = file.decision

    def work(connection: Connection) -> Decision:
        lock_until_commit(connection, TABLE_OF_SUBJECT[case.subject], case.subject_id)
        before = decisions.latest(connection, case.subject, case.subject_id) or case
        position = service.store.next_position(connection)
        again = _without_record(connection, service, caller, before, record, reason=reason, position=position)
        if again is None:
            raise Refusal(409, "separated", "this record no longer counts", expected="a record that counts")
        return again

    return in_transaction(service.engine, work, caller.reach).decision_id


def _without_record(
    connection: Connection, service: DecisionService, caller: Caller, before: Decision, record: RecordName, *, reason: str,
    position: int,
) -> Decision | None:  # fmt: skip
    if is_victim_entry(connection, service, record):
        raise Refusal(403, "victim", "a victim's entry stays", where=["victim"], expected="any other record")
    said = wrong_links.insert_wrong_link(
        connection, before, record, reason=reason, position=position, account_id=caller.account_id
    )
    if not said:
        return None
    row = own_record(connection, service, before)
    role = role_of_sender(connection, before.record_position)
    register = register_view(connection, service.store, role, before, row)
    sight = later_sight(connection, before, position, before.as_of, before.seen_at(), register)
    own = facts_of_table(TABLE_OF_SUBJECT[before.subject], row)
    computed = service.compute(connection, before.subject, row, own, before.post, sight)
    return computed.store(
        connection, record_position=before.record_position, account_id=caller.account_id, is_first=False
    )


def is_victim_entry(connection: Connection, service: DecisionService, record: RecordName) -> bool:
    """Return whether a record is a victim's entry: who may be a former victim stays protected."""
    table, record_id = record
    roles = service.store.rows(connection, table, [record_id]).column("role") if table == "tip_database" else []
    return "victim" in [role.as_py() for role in roles]


def requestable(subject: str) -> list[str]:
    """Return what a request may be about: columns of the record, and being called in for an interview."""
    return [*(column.name for column in correctable_columns(subject)), INTERVIEW]


def enter_request(
    service: DecisionService, caller: Caller, decision_id: str, received_on: str, columns: Sequence[str]
) -> str:
    """Enter an applicant's request for correction and return its id.

    Raises `Refusal` 422 for a day that cannot be, or without a column of the record.
    """
    decision, _ = _case(service, caller, decision_id)
    day = _day(received_on)
    named = [name for name in requestable(decision.subject) if name in columns]

    def work(connection: Connection) -> str:
        if day is None or day > service.now(connection).date() + dt.timedelta(days=1):
            raise Refusal(
                422, "received_on", "this day cannot be", where=["received_on"], expected="a day, not later than today"
            )
        if not named:
            raise Refusal(422, "columns", "no column is named", where=["columns"], expected="columns of the record")
        return correction_requests.insert_request(connection, decision, day, named, caller.account_id)

    return in_transaction(service.engine, work, caller.reach)


def _day(given: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        return None


def answer_request(service: DecisionService, caller: Caller, decision_id: str, request_id: str, answer: str) -> None:
    """Store what became of an applicant's request about a case.

    Raises `Refusal` 422 for another answer, 404 for a request that is not about the case, 403 where the caller has dealt with
    the case, 409 if it has an answer.
    """
    _require(answer, ANSWERS, "answer")

    def work(connection: Connection) -> None:
        case = decision_in_scope(connection, caller, decision_id)
        request = request_about(connection, case, request_id)
        if caller.account_id in correction_requests.first_officers(connection, request):
            expected = "a person who neither took the request nor interviewed, closed or entered the case"
            raise Refusal(403, "first_officer", "another person answers this request", expected=expected)
        if not correction_requests.insert_answer(connection, request, answer, caller.account_id):
            raise Refusal(409, "answered", "this request has an answer", expected="a request without an answer")

    in_transaction(service.engine, work, caller.reach)


def request_about(connection: Connection, case: Decision, request_id: str) -> CorrectionRequest:
    """Return a request about a case; raises `Refusal` 404 for any other."""
    about = correction_requests.requests_of(connection, case.subject, case.subject_id)
    request = next((item for item in about if item.request_id == request_id), None)
    if request is None:
        raise Refusal(404, "request", "no such request", expected="a request about this case")
    return request


def due_of_request(request: CorrectionRequest, now: dt.datetime) -> DueDate:
    """Return by when a request is to be answered, on the calendar of its post."""
    return due_after(request.received_on, REQUEST_WORKING_DAYS, now, request.post)
