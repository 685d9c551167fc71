"""Follow-up page: landed people to whom help may be offered, as later records concern them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from serving.auth.permissions import ALL_POSTS
from serving.auth.sessions import PageReader
from serving.decisions.follow_up import LandedPerson, landed_people
from serving.decisions.post_calendar import local_day
from serving.decisions.service import DecisionService
from serving.i18n.formats import category_label, format_day
from serving.log.readings import log_readings
from serving.pages.case_change import change_view
from serving.pages.case_sentence import own_view_sentence
from serving.store.readings import Reading
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, page_texts, render

router = APIRouter(include_in_schema=False)
_SHOWN_COLUMNS = ("family_name", "given_names", "birth_date", "status_of_residence")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A landed person, and what changed in sentences."""

    decision_id: str
    name: str
    facts: list[str]
    sentences: list[str]


@dataclass(frozen=True, slots=True)
class FollowUpPage(Page):
    """People who landed at a port; None for all ports."""

    name: ClassVar[str] = "follow_up"
    port: str | None
    people: list[PersonRow]


@router.get("/follow-up")
def follow_up(request: Request, caller: PageReader, port: str = "") -> Response:
    """Show to whom help may be offered."""
    service: DecisionService = request.app.state.service
    language = language_of(request)
    shown = (port or None) if caller.scope is ALL_POSTS else port if caller.reaches(port) else caller.post
    with transaction(service.engine, caller.reach) as connection:
        people = landed_people(connection, service, caller, shown)
    log_readings(request, caller, [_reading(person) for person in people])
    return render(request, FollowUpPage(shown, [_row(person, language) for person in people]), caller)


def _reading(person: LandedPerson) -> Reading:
    case = person.decision
    return Reading("follow_up", case.decision_id, "landings", case.subject_id, _SHOWN_COLUMNS)


def _row(person: LandedPerson, language: str) -> PersonRow:
    case, summary, words = person.decision, person.summary, page_texts("follow_up", language)
    day = local_day(case.as_of, case.post)
    facts = [words["landed_on"].format(day=format_day(day, language))]
    if summary is not None:
        facts += [
            "" if summary.age is None else words["age"].format(n=summary.age),
            category_label(summary.status, language),
        ]
    view = None if person.is_own_view_due else change_view(person.change, language)
    sentences = view.sentences if view else [own_view_sentence(language)]
    name = (summary.name if summary else "") or case.subject_id
    return PersonRow(case.decision_id, name, [fact for fact in facts if fact], sentences)
