"""Harm ledger page: what being called in did to people without indications, and who was refused a score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from serving.api.measures import FirstDay, LastDay
from serving.auth.sessions import PageReader
from serving.measures.disparities import SMALLEST_GROUP
from serving.measures.harm import HarmFigure
from serving.measures.harm_ledger import FOLLOW_UP, LANDING, WAIT, HarmLedger, harm_ledger
from serving.pages.interval_chart import Interval, interval_chart
from serving.web.rendering import Page, language_of, page_texts, render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class HarmPage(Page):
    """Ledger of a period; ``chart`` is None where every figure has too few people, ``days`` are the limits of the measures."""

    name: ClassVar[str] = "harm"
    first: str
    last: str
    ledger: HarmLedger
    chart: Markup | None
    interviews: list[tuple[int, str]]
    smallest: int
    days: dict[str, int]


@router.get("/harm")
def harm(request: Request, caller: PageReader, first: FirstDay = "", last: LastDay = "") -> Response:
    """Show the ledger of a period; no reading, since it shows no person."""
    ledger = harm_ledger(request.app.state.service, caller, first, last)
    days = {"wait": WAIT.days, "landing": LANDING.days, "follow": FOLLOW_UP.days}
    chart = _chart(ledger.figures, language_of(request), days)
    page = HarmPage(
        f"{ledger.since:%Y-%m-%d}",
        f"{ledger.last_day:%Y-%m-%d}",
        ledger,
        chart,
        interview_counts(ledger.interviews),
        SMALLEST_GROUP,
        days,
    )
    return render(request, page, caller)


def interview_counts(people: Mapping[int, int]) -> list[tuple[int, str]]:
    """Return how many people had so many interviews; few are hidden, and a second count where the sum would tell them.

    >>> interview_counts({1: 34, 2: 2}), interview_counts({1: 34, 2: 12})
    ([(1, '–'), (2, '< 10')], [(1, '34'), (2, '12')])
    """
    few = {times for times, count in people.items() if count < SMALLEST_GROUP}
    others = sorted(set(people) - few, key=lambda times: people[times])
    hidden = set(others[:1]) if len(few) == 1 else set()
    return [
        (times, f"< {SMALLEST_GROUP}" if times in few else "–" if times in hidden else f"{count:,}")
        for times, count in people.items()
    ]


def _chart(figures: list[HarmFigure], language: str, days: dict[str, int]) -> Markup | None:
    words = page_texts("harm", language)
    rows = [
        Interval(words[f"chart_{figure.measure}"].format(who=words[who], **days), *bounds, None, figure.is_worse and who == "flagged")
        for figure in figures
        for who, bounds in (("flagged", figure.flagged), ("compared", figure.compared)) if bounds is not None
    ]  # fmt: skip
    return interval_chart(rows, words["harm_title"]) if rows else None
