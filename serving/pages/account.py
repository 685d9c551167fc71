"""Account page: the reader's own sessions and keys, and where they end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.languages import LANGUAGES, texts
from serving.auth.api_keys import rotate_key
from serving.auth.own_password import change_password
from serving.auth.permissions import Caller
from serving.auth.sessions import PageReader, clear_cookie, session_hash
from serving.refusals import Refusal
from serving.store import credentials
from serving.store.account_languages import language_of_account, set_language
from serving.store.credentials import KeyListing, SessionListing
from serving.web.rendering import Page, language_of, render, set_language_cookie
from serving.web.request_bodies import FormFields

router = APIRouter(include_in_schema=False)
_PATH = "/account"
_STATUS = {None: 200, "password_wrong": 403, "too_many": 429}


@dataclass(frozen=True, slots=True)
class AccountPage(Page):
    """Sessions and keys of the reader; ``new_key`` is shown once, ``answer`` is the text key after a change of password.

    ``choices`` are (code, name, whether it is chosen) of the languages.
    """

    name: ClassVar[str] = "account"
    account: str
    posts: list[str]
    sessions: list[SessionListing]
    keys: list[KeyListing]
    new_key: str | None
    answer: str
    choices: list[tuple[str, str, bool]]


@router.get("/account")
def account(request: Request, caller: PageReader) -> Response:
    """Show the reader's own sessions and keys."""
    return _page(request, caller)


@router.post("/account/sessions/end")
def end_session(request: Request, caller: PageReader, form: FormFields) -> Response:
    """End a session of the reader."""
    with request.app.state.service.engine.begin() as connection:
        credentials.delete_sessions(connection, caller.account_id, _number(form, "session"))
    return RedirectResponse(_PATH, 303)


@router.post("/account/sign-out-everywhere")
def sign_out_everywhere(request: Request, caller: PageReader) -> Response:
    """End every session of the reader."""
    with request.app.state.service.engine.begin() as connection:
        credentials.delete_sessions(connection, caller.account_id)
    response = RedirectResponse("/sign-in", 303)
    clear_cookie(request, response)
    return response


@router.post("/account/keys/revoke")
def revoke(request: Request, caller: PageReader, form: FormFields) -> Response:
    """Revoke a key of the reader."""
    with request.app.state.service.engine.begin() as connection:
        credentials.revoke_key(connection, _number(form, "key"), caller.account_id)
    return RedirectResponse(_PATH, 303)


@router.post("/account/keys/rotate")
def rotate(request: Request, caller: PageReader, form: FormFields) -> Response:
    """Revoke a key of the reader and show its successor, once."""
    with request.app.state.service.engine.begin() as connection:
        token = rotate_key(connection, _number(form, "key"), caller.account_id)
    return _page(request, caller, new_key=token)


@router.post("/account/password")
def password(request: Request, caller: PageReader, form: FormFields) -> Response:
    """Change the reader's own password."""
    present, new, again = (form.get(name, "") for name in ("present", "new", "again"))
    fault = change_password(request, caller, present=present, new=new, again=again)
    return _page(request, caller, answer=fault or "password_changed", status=_STATUS.get(fault, 422))


@router.post("/account/language")
def language(request: Request, caller: PageReader, form: FormFields) -> Response:
    """Choose the language that the pages open in after each sign-in."""
    chosen = form.get("language", "")
    if chosen not in LANGUAGES:
        raise Refusal(422, "language", "there is no such language", where=["language"], expected=" ".join(LANGUAGES))
    with request.app.state.service.engine.begin() as connection:
        set_language(connection, caller.account_id, chosen)
    response = RedirectResponse(_PATH, 303)
    set_language_cookie(request, response, chosen)
    return response


def _page(
    request: Request, caller: Caller, *, new_key: str | None = None, answer: str = "", status: int = 200
) -> Response:
    with request.app.state.service.engine.connect() as connection:
        sessions = credentials.list_sessions(connection, caller.account_id, session_hash(request))
        keys = credentials.list_keys(connection, caller.account_id)
        stored = language_of_account(connection, caller.account_id)
    own_names, chosen = texts("pages.common")["language"], stored or language_of(request)
    choices = [(code, own_names[code], code == chosen) for code in LANGUAGES]
    page = AccountPage(caller.name, list(caller.posts), sessions, keys, new_key, answer, choices)
    return render(request, page, caller, status=status)


def _number(form: dict[str, str], field: str) -> int:
    """Return the number in a field, 0 for none: no session or key has it."""
    given = form.get(field, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0
