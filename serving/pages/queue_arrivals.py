"""New arrivals: how many cases came since the reader last looked at the first page of a queue, which a cookie remembers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from fastapi import Request, Response
from sqlalchemy import Connection

from serving.decisions.post_calendar import zone_of
from serving.store import waiting_cases

COOKIE = "queue_seen"
_LONGEST_DAYS = 7


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Cases that came since a moment; ``since`` is that moment at the post, empty where nobody looked before."""

    count: int
    since: str
    moment: dt.datetime | None

    def holds(self, arrived_at: dt.datetime | None) -> bool:
        """Return whether a case that arrived at a moment is among them."""
        return self.moment is not None and arrived_at is not None and arrived_at > self.moment


def arrivals_since(connection: Connection, request: Request, post: str | None) -> Arrivals:
    """Return the arrivals at a post since the reader's last look at the first page."""
    place, _, seconds = request.cookies.get(COOKIE, "").rpartition(".")
    if place != (post or "") or not seconds.isdecimal() or len(seconds) > 12:
        return Arrivals(0, "", None)
    moment = dt.datetime.fromtimestamp(int(seconds), dt.UTC)
    count = waiting_cases.arrivals(connection, post, moment)
    return Arrivals(count, f"{moment.astimezone(zone_of(post)):%H:%M}", moment)


def remember_look(request: Request, response: Response, post: str | None) -> None:
    """Let the browser remember that the first page of a post was looked at now."""
    response.set_cookie(
        COOKIE, f"{post or ''}.{int(dt.datetime.now(dt.UTC).timestamp())}", httponly=True, samesite="strict",
        secure=request.url.scheme == "https", max_age=_LONGEST_DAYS * 86400, path="/queue",
    )  # fmt: skip
