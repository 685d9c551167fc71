"""Start, sign-in by name and password, and sign-out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from serving.auth.attempts import count_attempt, forgive_attempts
from serving.auth.people import caller_by_password
from serving.auth.sessions import clear_cookie, end_session, session_caller, set_cookie, start_page, start_session
from serving.refusals import Refusal
from serving.store.account_languages import language_of_account
from serving.web.rendering import Page, render, set_language_cookie
from serving.web.request_bodies import FormFields

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class SignInPage(Page):
    """Form for name and password; ``wrong`` is the text key after an attempt that was not accepted.

    ``provider`` says whether people may also sign in at an OpenID provider.
    """

    name: ClassVar[str] = "sign_in"
    wrong: str | None = None
    provider: bool = False


@router.get("/")
def root(request: Request) -> Response:
    """Redirect to the reader's start page."""
    caller = session_caller(request)
    return RedirectResponse("/sign-in" if caller is None else start_page(caller), 303)


@router.get("/sign-in")
def show_form(request: Request) -> Response:
    """Show the form."""
    return render(request, SignInPage(provider=_has_provider(request)))


@router.post("/sign-in")
def sign_in(request: Request, form: FormFields) -> Response:
    """Exchange name and password for a session."""
    name, password = form.get("name", ""), form.get("password", "")
    engine = request.app.state.service.engine
    try:
        count_attempt(engine, request, name)
    except Refusal:
        return render(request, SignInPage("too_many", _has_provider(request)), status=429)
    with engine.begin() as connection:
        caller = caller_by_password(connection, name, password)
        if caller is None:
            return render(request, SignInPage("wrong", _has_provider(request)), status=401)
        token = start_session(connection, caller)
        language = language_of_account(connection, caller.account_id)
    forgive_attempts(engine, request, name)
    response = RedirectResponse(start_page(caller), 303)
    set_cookie(request, response, token)
    if language is not None:
        set_language_cookie(request, response, language)
    return response


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session, in the browser and on the server."""
    with request.app.state.service.engine.begin() as connection:
        end_session(connection, request)
    response = RedirectResponse("/sign-in", 303)
    clear_cookie(request, response)
    return response


def _has_provider(request: Request) -> bool:
    return request.app.state.service.models.settings.oidc is not None
