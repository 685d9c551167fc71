"""Card for everybody interviewed, in ten languages, to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from serving.auth.sessions import PageReader
from serving.i18n.cards import Card, cards
from serving.web.rendering import Page, render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class InterviewCardPage(Page):
    """The card in each language."""

    name: ClassVar[str] = "interview_card"
    cards: tuple[Card, ...]


@router.get("/interview-card")
def card(request: Request, caller: PageReader) -> Response:
    """Show the cards."""
    return render(request, InterviewCardPage(cards()), caller)
