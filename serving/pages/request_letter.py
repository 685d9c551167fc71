"""Letter that answers a person's request, in every language of the pages, to print and sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from features.languages import LANGUAGES, texts
from serving.auth.sessions import PageReader
from serving.decisions.case_file import own_record
from serving.decisions.correction_forms import request_about
from serving.decisions.evidence import decision_in_scope
from serving.decisions.own_views import require_own_view
from serving.decisions.service import DecisionService
from serving.i18n.formats import format_day
from serving.log.readings import log_readings
from serving.pages.case_title import full_name
from serving.pages.correction import request_labels
from serving.refusals import Refusal
from serving.store.correction_requests import CorrectionRequest
from serving.store.readings import Reading
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in one language: its heading, its paragraphs, and what stands below."""

    language: str
    heading: str
    paragraphs: list[str]
    below: list[str]


@dataclass(frozen=True, slots=True)
class RequestLetterPage(Page):
    """The letter by language, the reader's own first."""

    name: ClassVar[str] = "request_letter"
    decision_id: str
    letters: Sequence[Letter]


@router.get("/cases/{decision_id}/correction-requests/{request_id}/letter")
def letter(request: Request, caller: PageReader, decision_id: str, request_id: str) -> Response:
    """Show the letter; 404 while the request has no answer."""
    service: DecisionService = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, decision_id)
        require_own_view(connection, service, caller, decision)
        asked = request_about(connection, decision, request_id)
        if asked.answer is None:
            raise Refusal(404, "request", "this request has no answer yet", expected="a request with an answer")
        rows = own_record(connection, service, decision).to_pylist()
    name = full_name(rows[0]) if rows else decision.subject_id
    log_readings(request, caller, [Reading("letter", decision.decision_id)])
    own = language_of(request)
    letters = [letter_in(code, asked, name) for code in sorted(LANGUAGES, key=lambda code: code != own)]
    return render(request, RequestLetterPage(decision.decision_id, letters), caller)


def letter_in(language: str, asked: CorrectionRequest, name: str) -> Letter:
    """Return the letter about an answered request in a language."""
    words = {key: text[language] for key, text in texts("serving.request_letter").items()}
    about = texts("pages.correction")["separator"][language].join(
        request_labels()[item][language] for item in asked.columns
    )
    answered = "" if asked.answered_at is None else format_day(asked.answered_at.date(), language)
    received = words["received"].format(day=format_day(asked.received_on, language), about=about)
    paragraphs = [
        words["to"].format(name=name), received, words["checked"], words[f"answer_{asked.answer}"], words[f"next_{asked.answer}"],
        words["interview"], words["review"],
    ]  # fmt: skip
    below = [words["office"].format(post=asked.post or ""), words["date"].format(day=answered), words["signature"]]
    return Letter(language, words["heading"], paragraphs, below)
