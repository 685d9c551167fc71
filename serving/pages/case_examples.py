"""Case examples page: released examples for everybody who interviews, and for auditors a form and those that wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.languages import LANGUAGES, texts
from serving.auth.permissions import ALL_POSTS, Caller
from serving.auth.sessions import PageReader
from serving.i18n.formats import format_day
from serving.measures.case_examples import LONGEST, CaseExample, examples_for, release_example, write_example
from serving.refusals import Refusal
from serving.web.rendering import Page, language_of, render
from serving.web.request_bodies import FormFields

router = APIRouter(include_in_schema=False)
_ERRORS = frozenset({"decision", "not_confirmed", "text", "personal"})


@dataclass(frozen=True, slots=True)
class ExampleView:
    """An example in the reader's language, with its words in all languages while it waits; ``released`` is a day, or empty."""

    example_id: str
    words: str
    others: list[tuple[str, str]]
    released: str
    may_release: bool


@dataclass(frozen=True, slots=True)
class CaseExamplesPage(Page):
    """Examples and the form; ``form`` holds what was sent, ``error`` the key of what was wrong with it."""

    name: ClassVar[str] = "case_examples"
    examples: list[ExampleView]
    may_write: bool
    form: dict[str, str]
    written_in: list[tuple[str, str]]
    error: str
    longest: int


@router.get("/examples")
def case_examples(request: Request, caller: PageReader, case: str = "") -> Response:
    """Show the examples that the reader may see."""
    return _response(request, caller, {"case": case[:64]})


@router.post("/examples")
def write(request: Request, caller: PageReader, form: FormFields) -> Response:
    """Store an example, which waits for its release."""
    try:
        write_example(request.app.state.service, caller, form.get("case", "").strip(), form)
    except Refusal as refusal:
        if refusal.code not in _ERRORS:
            raise
        return _response(request, caller, dict(form), error=f"error_{refusal.code}", status=refusal.status)
    return RedirectResponse("/examples", 303)


@router.post("/examples/{example_id}/release")
def release(request: Request, caller: PageReader, example_id: str) -> Response:
    """Release an example of another person."""
    release_example(request.app.state.service, caller, example_id)
    return RedirectResponse("/examples", 303)


def _response(
    request: Request, caller: Caller, form: dict[str, str], *, error: str = "", status: int = 200
) -> Response:  # fmt: skip
    language, own_names = language_of(request), texts("pages.common")["language"]
    views = [_view(each, language) for each in examples_for(request.app.state.service, caller)]
    shown = {name: form.get(name, "") for name in ("case", *LANGUAGES)}
    written_in = [(code, own_names[code]) for code in LANGUAGES]
    page = CaseExamplesPage(views, caller.scope is ALL_POSTS, shown, written_in, error, LONGEST)
    return render(request, page, caller, status=status)


def _view(example: CaseExample, language: str) -> ExampleView:
    others = [] if example.released_at else [(code, words) for code, words in example.texts.items() if code != language]
    released = "" if example.released_at is None else format_day(example.released_at.date(), language)
    return ExampleView(example.example_id, example.texts[language], others, released, example.may_release)
