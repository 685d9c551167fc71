"""Tour page of the demonstration: ten cases, each with what to notice; public, for all of it is synthetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
from fastapi import APIRouter, Request, Response

from features.languages import texts
from serving.store import decisions
from serving.store.transactions import EVERYTHING, transaction
from serving.tour import read_tour
from serving.web.rendering import Page, language_of, render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class TourStop:
    """A case of the tour in one language."""

    title: str
    notice: str
    decision_id: str
    subject: str
    subject_id: str
    route: str
    warnings: list[str]
    reasons: list[str]
    for_the_person: list[str]


@dataclass(frozen=True, slots=True)
class TourPage(Page):
    """Cases of the tour."""

    name: ClassVar[str] = "tour"
    stops: list[TourStop]


@router.get("/tour")
def tour(request: Request) -> Response:
    """Show the cases with which the demonstration begins."""
    service, language = request.app.state.service, language_of(request)
    labels, stops = texts("serving.tour"), []
    with transaction(service.engine, EVERYTHING) as connection:
        for case in read_tour(service.models.settings.home):
            decision = decisions.latest(connection, case.subject, case.subject_id)
            if decision is None:
                continue
            shown = orjson.loads(decision.shown)
            stops.append(TourStop(
                labels[f"{case.stop}_title"][language], labels[f"{case.stop}_notice"][language], decision.decision_id,
                case.subject, case.subject_id, decision.route, [warning[language] for warning in shown["warnings"] if warning["code"] == "protect"],
                _sentences(shown["reasons"], "raises", language), _sentences(shown["reasons"], "for_the_person", language),
            ))  # fmt: skip
    return render(request, TourPage(stops))


def _sentences(reasons: Sequence[dict[str, Any]], direction: str, language: str) -> list[str]:
    return [reason[language] for reason in reasons if reason["direction"] == direction]
