"""Arrivals page: flights on their way to a port, and whom of a flight to interview first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from features.matrix import TABLE_OF_SUBJECT
from serving.auth.permissions import ALL_POSTS, Caller
from serving.auth.sessions import PageReader
from serving.decisions.arrivals import Flight, flights
from serving.decisions.interview_queue import QueuedCase
from serving.decisions.post_calendar import zone_of
from serving.decisions.scoring import PROTECT
from serving.decisions.service import DecisionService
from serving.i18n.formats import category_label, format_day
from serving.log.readings import log_readings
from serving.pages.case_sentence import case_sentence
from serving.store.readings import Reading
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, page_texts, render

router = APIRouter(include_in_schema=False)
_SHOWN_COLUMNS = ("family_name", "given_names", "birth_date", "status_of_residence", "flight")


@dataclass(frozen=True, slots=True)
class FlightRow:
    """A flight; ``first`` counts former victims and children."""

    label: str
    address: str
    landing: str
    people: int
    first: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class TravellerRow:
    """A traveller of the open flight."""

    decision_id: str
    name: str
    facts: list[str]
    mark: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ArrivalsPage(Page):
    """Flights of a port; ``flight`` is the label of the open one, whose travellers are listed."""

    name: ClassVar[str] = "arrivals"
    port: str | None
    flights: list[FlightRow]
    flight: str
    travellers: list[TravellerRow]
    refresh: str


@router.get("/arrivals")
def arrivals(request: Request, caller: PageReader, port: str = "", flight: str = "", day: str = "") -> Response:
    """Show the flights of a port, and the travellers of the flight that is asked for."""
    service: DecisionService = request.app.state.service
    language, shown = language_of(request), _port(caller, port)
    with transaction(service.engine, caller.reach) as connection:
        listed = flights(connection, service, caller, shown)
    chosen = next((item for item in listed if day and (item.number, item.day.isoformat()) == (flight, day)), None)
    rows = [_flight_row(item, shown, language, is_open=item is chosen) for item in listed]
    cases = [] if chosen is None else chosen.cases
    page = ArrivalsPage(
        shown, rows, "" if chosen is None else _label(chosen, language), [_traveller(case, language) for case in cases],
        _address(chosen, shown) if chosen else f"?{urlencode({'port': shown or ''})}",
    )  # fmt: skip
    log_readings(request, caller, [_reading(case) for case in cases])
    return render(request, page, caller)


def _port(caller: Caller, port: str) -> str | None:
    if caller.scope is ALL_POSTS:
        return port or None
    return port if caller.reaches(port) else caller.post


def _reading(case: QueuedCase) -> Reading:
    table = TABLE_OF_SUBJECT[case.decision.subject]
    return Reading("arrivals", case.decision.decision_id, table, case.decision.subject_id, _SHOWN_COLUMNS)


def _address(flight: Flight, port: str | None) -> str:
    return "?" + urlencode({"port": port or "", "flight": flight.number, "day": flight.day.isoformat()})


def _label(flight: Flight, language: str) -> str:
    return flight.number or page_texts("arrivals", language)["no_flight"]


def _flight_row(flight: Flight, port: str | None, language: str, *, is_open: bool) -> FlightRow:
    local = flight.landing_at.astimezone(zone_of(port))
    first = sum(_is_first(case) for case in flight.cases)
    landing = f"{format_day(local.date(), language)} {local:%H:%M}"
    return FlightRow(_label(flight, language), _address(flight, port), landing, len(flight.cases), first, is_open)


def _is_first(case: QueuedCase) -> bool:
    return case.shown["route"] == "child_procedure" or PROTECT in {item["code"] for item in case.shown["warnings"]}


def _traveller(case: QueuedCase, language: str) -> TravellerRow:
    summary, words = case.summary, page_texts("queue", language)
    facts = [] if summary is None else [
        "" if summary.age is None else words["age"].format(n=summary.age), category_label(summary.status, language)
    ]  # fmt: skip
    mark, sentence = case_sentence(case, language)
    name = (summary.name if summary else "") or case.decision.subject_id
    return TravellerRow(case.decision.decision_id, name, [fact for fact in facts if fact], mark, sentence)
