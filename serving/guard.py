"""What happens to every request and answer? Odd addresses and other sites' writes are refused; headers set; surprises kept quiet."""

from __future__ import annotations

import logging
from urllib.parse import unquote_to_bytes, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import Refused, broken, place_of, respond

log = logging.getLogger("mimamori")
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every answer; ``no-store`` because answers speak of people."""
_READS = {"GET", "HEAD", "OPTIONS"}


class Guard:
    """Stands around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message).update(SECURITY)
            await send(message)

        refusal = _refusal(scope)
        if refusal is not None:
            await respond(Request(scope), refusal)(scope, receive, guarded)
            return
        try:
            await self.app(scope, receive, guarded)
        except Exception as error:
            log.error("unexpected: %s", place_of(error))
            if started:
                raise ConnectionAbortedError from None  # the answer cannot be taken back, only cut
            await respond(Request(scope), broken())(scope, receive, guarded)


def _refusal(scope: Scope) -> Refused | None:
    headers = Headers(scope=scope)
    if b"\x00" in unquote_to_bytes(scope["query_string"]) or "\x00" in scope["path"]:
        return Refused(400, "address", "the address holds a NUL", expected="text without control characters")
    if scope["method"] not in _READS and _from_elsewhere(headers):
        return Refused(
            403, "cross_site", "another site may not write here", expected="a request of this site's own pages"
        )
    return None


def _from_elsewhere(headers: Headers) -> bool:
    """Say whether a browser sent this on behalf of another site; programs send neither header."""
    if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        return True
    origin = headers.get("origin")
    return origin is not None and "sec-fetch-site" not in headers and urlsplit(origin).netloc != headers.get("host")
