"""Notice for the person interviewed, in every language of the pages, to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from features.languages import LANGUAGES, texts
from serving.auth.sessions import PageReader
from serving.web.rendering import Page, render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class InterviewNoticePage(Page):
    """The notice by language, the reader's own first."""

    name: ClassVar[str] = "interview_notice"
    notices: Sequence[tuple[str, Mapping[str, str]]]


@router.get("/interview-notice")
def notice(request: Request, caller: PageReader) -> Response:
    """Show the notice."""
    words = texts("serving.interview_notice")
    notices = [(code, {key: label[code] for key, label in words.items()}) for code in LANGUAGES]
    return render(request, InterviewNoticePage(notices), caller)
