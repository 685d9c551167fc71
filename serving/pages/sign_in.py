"""Start, sign-in and sign-out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from serving.auth.api_keys import key_holder
from serving.auth.permissions import NAVIGATION
from serving.auth.sessions import clear_cookie, end_session, session_caller, set_cookie, start_page, start_session
from serving.web.rendering import Page, render
from serving.web.request_bodies import FormFields

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class SignInPage(Page):
    """Form for a key; ``wrong`` is the text shown after a key that was not accepted."""

    name: ClassVar[str] = "sign_in"
    wrong: str | None = None


@router.get("/")
def root(request: Request) -> Response:
    """Redirect to the reader's start page."""
    caller = session_caller(request)
    return RedirectResponse("/sign-in" if caller is None else start_page(caller), 303)


@router.get("/sign-in")
def show_form(request: Request) -> Response:
    """Show the form."""
    return render(request, SignInPage())


@router.post("/sign-in")
def sign_in(request: Request, form: FormFields) -> Response:
    """Exchange a key for a session; the key itself is stored nowhere."""
    with request.app.state.service.engine.begin() as connection:
        holder = key_holder(connection, form.get("key", "").strip())
        if holder is None or holder.role not in NAVIGATION:
            return render(request, SignInPage("wrong_key" if holder is None else "programs"), status=401)
        token = start_session(connection, holder)
    response = RedirectResponse(start_page(holder), 303)
    set_cookie(request, response, token)
    return response


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session, in the browser and on the server."""
    with request.app.state.service.engine.begin() as connection:
        end_session(connection, request)
    response = RedirectResponse("/sign-in", 303)
    clear_cookie(request, response)
    return response
