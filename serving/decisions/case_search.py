"""Search among the cases of an officer's own posts: by name in any script, passport, sponsor, flight, status, day or id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import Connection

from serving.auth.permissions import Caller
from serving.decisions.interview_queue import QueuedCase, queued_cases
from serving.decisions.post_calendar import zone_of
from serving.decisions.search_words import words_of_search
from serving.decisions.service import DecisionService
from serving.store import case_words
from serving.store.case_words import Query
from serving.store.waiting_cases import WaitingCase

LIMIT = 50
FIELDS = ("name", "passport", "sponsor", "flight", "status", "day", "subject_id")
_LONGEST = 200


def search_cases(
    connection: Connection, service: DecisionService, caller: Caller, fields: Mapping[str, str], *, waiting: bool
) -> list[QueuedCase] | None:
    """Return the cases of the caller's posts that have all that is asked for, newest first, at most `LIMIT`.

    None where nothing is asked for that could be searched.
    """
    given = {name: fields.get(name, "").strip()[:_LONGEST] for name in FIELDS}
    since, until = _moments(given["day"], caller.post)
    words = tuple(words_of_search(service.store.data_key, given))
    if not words and not given["subject_id"] and since is None:
        return None
    query = Query(words, given["subject_id"] or None, since, until, waiting)
    matching = case_words.search(connection, caller.posts, query, LIMIT)
    return queued_cases(connection, service, caller, [WaitingCase(decision) for decision in matching])


def _moments(day: str, post: str | None) -> tuple[int | None, int | None]:
    """Return when a day begins and ends at a post, microseconds UTC; None for no day."""
    try:
        chosen = dt.date.fromisoformat(day)
        begin = dt.datetime(chosen.year, chosen.month, chosen.day, tzinfo=zone_of(post))
        moments = [int(moment.timestamp() * 1_000_000) for moment in (begin, begin + dt.timedelta(days=1))]
    except (ValueError, OverflowError):
        return None, None
    return moments[0], moments[1]
