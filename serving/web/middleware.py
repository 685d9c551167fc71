"""Middleware around the whole application: security headers, refusal of other sites' writes, unforeseen errors."""

from __future__ import annotations

import logging
from urllib.parse import unquote_to_bytes, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from features.error_origin import origin
from serving.refusals import Refusal, unexpected
from serving.web.error_handlers import error_response

log = logging.getLogger("mimamori")
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Set on every answer; ``no-store`` because answers concern people."""
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class SecurityMiddleware:
    """ASGI middleware that answers refused requests and unforeseen errors itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        refusal = _refusal(scope)
        if refusal is None:
            try:
                await self.app(scope, receive, send_with_headers)
                return
            except Exception as error:
                log.error("unexpected: %s", origin(error))
                if started:
                    raise ConnectionAbortedError from None  # an answer that has begun can only be cut
                refusal = unexpected()
        await error_response(Request(scope), refusal)(scope, receive, send_with_headers)


def _refusal(scope: Scope) -> Refusal | None:
    if b"\x00" in unquote_to_bytes(scope["query_string"]) or "\x00" in scope["path"]:
        return Refusal(400, "address", "the address holds a NUL", expected="text without control characters")
    if scope["method"] not in _SAFE_METHODS and _from_another_site(Headers(scope=scope)):
        expected = "a request of this site's own pages"
        return Refusal(403, "cross_site", "another site may not write here", expected=expected)
    return None


def _from_another_site(headers: Headers) -> bool:
    """Return whether a browser sent the request for another site; programs send neither header."""
    if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        return True
    sender = headers.get("origin")
    return sender is not None and "sec-fetch-site" not in headers and urlsplit(sender).netloc != headers.get("host")
