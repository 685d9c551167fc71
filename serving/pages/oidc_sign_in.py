"""Sign-in at an OpenID provider: the way there, and the way back."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.settings import OidcSettings
from serving.auth.api_keys import caller_from, hash_of
from serving.auth.attempts import count_address
from serving.auth.oidc import SignInRejected, begin, finish
from serving.auth.permissions import NAVIGATION, Caller
from serving.auth.sessions import cookie_name, set_cookie, start_page, start_session
from serving.pages.sign_in import SignInPage
from serving.refusals import Refusal
from serving.store import oidc
from serving.store.account_languages import language_of_account
from serving.web.rendering import Page, render, set_language_cookie

router = APIRouter(include_in_schema=False)
log = logging.getLogger("mimamori")
MINUTES = 10


@dataclass(frozen=True, slots=True)
class SignedInPage(Page):
    """A page of this site that leads on.

    The session's cookie is strict: a browser that was sent here by another site would not show it after a redirect.
    """

    name: ClassVar[str] = "signed_in"
    start: str


@router.get("/sign-in/provider")
def go(request: Request) -> Response:
    """Send the browser to the provider."""
    settings = _settings(request)
    engine = request.app.state.service.engine
    try:
        count_address(engine, request)
        start = begin(settings)
    except Refusal:
        return _failed(request, "too_many", 429)
    except SignInRejected as error:
        log.error("OpenID: %s", error)
        return _failed(request, "provider_failed", 503)
    with engine.begin() as connection:
        oidc.insert_start(connection, hash_of(start.state), start.nonce, start.verifier, MINUTES)
    response = RedirectResponse(start.address, 303)
    secure = request.url.scheme == "https"
    # lax: the provider's redirect must bring it back
    response.set_cookie(_cookie(request), start.state, httponly=True, samesite="lax", secure=secure, max_age=MINUTES * 60, path="/")  # fmt: skip
    return response


@router.get("/sign-in/return")
def come_back(request: Request, code: str = "", state: str = "") -> Response:
    """Exchange the provider's code for a session; each begun sign-in works once, in the browser that began it."""
    settings = _settings(request)
    engine = request.app.state.service.engine
    if not state or not secrets.compare_digest(state.encode(), request.cookies.get(_cookie(request), "").encode()):
        return _failed(request, "provider_failed", 401)
    with engine.begin() as connection:
        begun = oidc.take_start(connection, hash_of(state), MINUTES)
    if begun is None or not code:
        return _failed(request, "provider_failed", 401)
    try:
        subject = finish(settings, code, *begun)
    except SignInRejected as error:
        log.error("OpenID: %s", error)
        return _failed(request, "provider_failed", 401)
    with engine.begin() as connection:
        caller = caller_from(oidc.subject_account(connection, settings.issuer, subject))
        token = None if caller is None or caller.role not in NAVIGATION else start_session(connection, caller)
    if caller is None or token is None:
        return _failed(request, "no_account", 403)
    return _signed_in(request, caller, token)


def _signed_in(request: Request, caller: Caller, token: str) -> Response:
    response = render(request, SignedInPage(start_page(caller)))
    set_cookie(request, response, token)
    with request.app.state.service.engine.connect() as connection:
        language = language_of_account(connection, caller.account_id)
    if language is not None:
        set_language_cookie(request, response, language)
    response.delete_cookie(_cookie(request), path="/", secure=request.url.scheme == "https", httponly=True)
    return response


def _settings(request: Request) -> OidcSettings:
    settings: OidcSettings | None = request.app.state.service.models.settings.oidc
    if settings is None:
        raise Refusal(404, "http", "Not Found", expected="a path and method of /openapi.json")
    return settings


def _cookie(request: Request) -> str:
    return f"{cookie_name(request)}-provider"


def _failed(request: Request, key: str, status: int) -> Response:
    return render(request, SignInPage(key, provider=True), status=status)
