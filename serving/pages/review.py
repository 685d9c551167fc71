"""Yearly review page: each measure in the last complete year beside the year before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from serving.auth.sessions import PageReader
from serving.measures.yearly_review import ReviewRow, yearly_review
from serving.web.rendering import Page, render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ReviewPage(Page):
    """Measures of the year ``latest`` and of the year before."""

    name: ClassVar[str] = "review"
    latest: int
    rows: list[ReviewRow]


@router.get("/review")
def review(request: Request, caller: PageReader) -> Response:
    """Show the review; no reading, since it shows no person."""
    given = yearly_review(request.app.state.service, caller)
    return render(request, ReviewPage(given.latest, given.rows), caller)
