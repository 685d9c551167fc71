"""Practice: cases of a synthetic world, answered first and then shown with their truth, and the officer's own record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.languages import texts
from features.matrix import TABLE_OF_SUBJECT
from features.tables.json_rows import rows_to_table
from serving.auth.permissions import Caller
from serving.auth.sessions import PageReader
from serving.decisions.control_cases import drawn_order
from serving.decisions.practice_record import PracticeRecord, practice_record
from serving.i18n.formats import format_value
from serving.pages.case_title import full_name
from serving.practice_cases import SUBJECT, PracticeCase, PracticeSet, read_practice
from serving.refusals import Refusal
from serving.store import practice as store
from serving.store.practice import PracticeAnswer
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render
from serving.web.request_bodies import FormFields

router = APIRouter(include_in_schema=False)
VIEWS = {"interview": True, "no_interview": False}
_FACTS = (
    "status_of_residence", "occupation", "intended_stay_days", "travel_paid_by", "guarantor_relationship", "married_on",
    "first_met_on", "meetings_before_marriage", "common_language", "accompanying_minors",
)  # fmt: skip
_CATEGORIES = {"status_of_residence", "travel_paid_by", "guarantor_relationship", "common_language"}


@dataclass(frozen=True, slots=True)
class PracticePage(Page):
    """A case to answer or, with ``answer``, an answered one with its truth; ``name_of_person`` is empty without a case.

    ``place`` is where the case stands in the reader's order, ``needed`` how many answers open the queue, 0 where it is open.
    """

    name: ClassVar[str] = "practice"
    number: int
    place: int
    total: int
    name_of_person: str
    facts: list[tuple[str, str]]
    findings: list[tuple[str, bool]]
    answer: PracticeAnswer | None
    truth: str
    record: PracticeRecord
    blind_spots: list[tuple[str, int, int]]
    needed: int
    views: list[tuple[str, str]]


@router.get("/practice")
def practice(request: Request, caller: PageReader) -> Response:
    """Show the next case without an answer, and the record."""
    round_ = _round(request, caller)
    answered = {answer.number for answer in round_.answers}
    return _page(request, caller, round_, next((number for number in round_.order if number not in answered), 0))


@router.get("/practice/{number}")
def practice_case(request: Request, caller: PageReader, number: int) -> Response:
    """Show a case, with its truth once it is answered."""
    round_ = _round(request, caller)
    _case(round_.cases, number)
    return _page(request, caller, round_, number)


@router.post("/practice/{number}")
def answer(request: Request, caller: PageReader, number: int, form: FormFields) -> Response:
    """Store the answer to a case, and show its truth."""
    cases = _round(request, caller).cases
    case, view = _case(cases, number), form.get("view", "")
    if view not in VIEWS:
        raise Refusal(422, "view", "there is no such view", where=["view"], expected=" or ".join(VIEWS))
    given = PracticeAnswer(number, VIEWS[view], case.is_advised, case.is_exploited, case.typology)
    with transaction(request.app.state.service.engine, caller.reach) as connection:
        store.insert_answer(connection, caller.account_id, cases.name, given)
    return RedirectResponse(f"/practice/{number}", 303)


class _Round(NamedTuple):
    """Cases, their numbers in the order drawn for the reader, and the reader's answers."""

    cases: PracticeSet
    order: list[int]
    answers: list[PracticeAnswer]


def _round(request: Request, caller: Caller) -> _Round:
    service = request.app.state.service
    cases = read_practice(service.models.settings.home)
    with transaction(service.engine, caller.reach) as connection:
        answers = store.answers_of(connection, caller.account_id, cases.name)
        return _Round(cases, drawn_order(connection, caller.account_id, cases), answers)


def _case(cases: PracticeSet, number: int) -> PracticeCase:
    if not 1 <= number <= len(cases.cases):
        raise Refusal(404, "practice", "there is no such case", expected="a case of the practice")
    return cases.cases[number - 1]


def _page(request: Request, caller: Caller, round_: _Round, number: int) -> Response:
    cases, order, answers = round_
    language, record = language_of(request), practice_record(answers)
    case = cases.cases[number - 1] if number else None
    typologies, words = texts("typologies"), texts("serving.own_views")
    known = next((each for each in answers if each.number == number), None)
    page = PracticePage(
        number, order.index(number) + 1 if number else 0, len(cases.cases), "" if case is None else full_name(case.record),
        [] if case is None else _facts(case, language),
        [] if case is None else [(reason[language], reason["direction"] == "raises") for reason in case.shown["reasons"]],
        known, typologies[case.typology][language] if case is not None and case.typology and known else "", record,
        [(typologies[typology][language], missed, of) for typology, missed, of in record.blind_spots],
        max(request.app.state.service.models.settings.practice_cases - record.answer_count, 0) if cases.cases else 0,
        [(view, words[view][language]) for view in VIEWS],
    )  # fmt: skip
    return render(request, page, caller)


def _facts(case: PracticeCase, language: str) -> list[tuple[str, str]]:
    """Return what the form says, by label."""
    columns = texts("serving.columns")
    [row] = rows_to_table(TABLE_OF_SUBJECT[SUBJECT], [case.record])[0].to_pylist()
    return [
        (columns[name][language], format_value(row[name], language, category=name in _CATEGORIES))
        for name in _FACTS if row.get(name) is not None
    ]  # fmt: skip
