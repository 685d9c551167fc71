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
class Reply:
    """A letter in one language: its heading, its paragraphs, and what stands below."""

    language: str
    heading: str
    paragraphs: list[str]
    below: list[str]


@dataclass(frozen=True, slots=True)
class RequestReplyPage(Page):
    """The letter by language, the reader's own first."""

    name: ClassVar[str] = "request_reply"
    decision_id: str
    replies: Sequence[Reply]


@router.get("/cases/{decision_id}/correction-requests/{request_id}/letter")
def reply(request: Request, caller: PageReader, decision_id: str, request_id: str) -> Response:
    """Show the letter; 404 while the request has no answer."""
    service: DecisionService = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, decision_id)
        require_own_view(connection, service, caller, decision)
        about = request_about(connection, decision, request_id)
        if about.answer is None:
            raise Refusal(404, "request", "this request has no answer yet", expected="a request with an answer")
        rows = own_record(connection, service, decision).to_pylist()
    name = full_name(rows[0]) if rows else decision.subject_id
    log_readings(request, caller, [Reading("letter", decision.decision_id)])
    own = language_of(request)
    replies = [reply_in(code, about, name) for code in sorted(LANGUAGES, key=lambda code: code != own)]
    return render(request, RequestReplyPage(decision.decision_id, replies), caller)


def reply_in(language: str, answered: CorrectionRequest, name: str) -> Reply:
    """Return the letter about an answered request in a language."""
    words = {key: text[language] for key, text in texts("serving.request_reply").items()}
    about = texts("pages.correction")["separator"][language].join(
        request_labels()[item][language] for item in answered.columns
    )
    day = "" if answered.answered_at is None else format_day(answered.answered_at.date(), language)
    received = words["received"].format(day=format_day(answered.received_on, language), about=about)
    paragraphs = [
        words["to"].format(name=name), received, words["checked"], words[f"answer_{answered.answer}"], words[f"next_{answered.answer}"],
        words["interview"], words["review"],
    ]  # fmt: skip
    below = [words["office"].format(post=answered.post or ""), words["date"].format(day=day), words["signature"]]
    return Reply(language, words["heading"], paragraphs, below)
