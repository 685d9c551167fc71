"""Search over the decisions of all posts: who, where, when, by which model, and what was shown and done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from features.matrix import TABLE_OF_SUBJECT
from serving.auth.names import canonical_name
from serving.decisions.post_calendar import zone_of
from serving.decisions.search_words import words_of_search
from serving.decisions.service import DecisionService
from serving.store import decision_search, decisions
from serving.store.decision_search import DecisionQuery, MatchingDecision

FIELDS = (
    "name", "passport", "subject_id", "subject", "post", "since", "until", "model", "finding", "outcome", "officer", "route",
)  # fmt: skip
WORDS = ("name", "passport", "outcome")
_LONGEST = 200
_MARKS = ("subject_id", "subject", "post", "model", "finding", "route")


class NothingToSearch(Exception):
    """Raised where a field is given that nothing can be found by; ``field`` is its name."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class MatchingCase:
    """A decision, whether it is the latest about its case, and the case's record now; None where it cannot be read."""

    decision: decisions.Decision
    is_latest: bool
    row: Mapping[str, Any] | None


def search_decisions(
    connection: Connection, service: DecisionService, fields: Mapping[str, str], limit: int, *, before: str = ""
) -> list[MatchingCase]:
    """Return decisions that have all that is asked for, those on the latest cases first.

    Parameters
    ----------
    before
        Id of the decision that the page before ended with.

    Raises `NothingToSearch` for a field without a word or a day.
    """
    query = query_of(service, fields, before)
    return _with_records(connection, service, decision_search.search(connection, query, limit))


def query_of(service: DecisionService, fields: Mapping[str, str], before: str = "") -> DecisionQuery:
    """Return what is searched for by the fields of a form; raises `NothingToSearch`."""
    given = {name: value for name in FIELDS if (value := fields.get(name, "").strip()[:_LONGEST])}
    words: list[int] = []
    for name in WORDS:
        added = words_of_search(service.store.data_key, {name: given[name]}) if name in given else []
        if name in given and not added:
            raise NothingToSearch(name)
        words += added
    officer = canonical_name(given["officer"]) if "officer" in given else None
    return DecisionQuery(
        tuple(words), **{name: given.get(name) for name in _MARKS}, officer=officer,
        since=_begin_of("since", given), until=_begin_of("until", given, days_after=1),
        before=before if decisions.is_id(before) else None,
    )  # fmt: skip


def _begin_of(name: str, given: Mapping[str, str], *, days_after: int = 0) -> int | None:
    """Return when a day begins at the post that is asked for, or in UTC, microseconds UTC; None where no day is given."""
    if name not in given:
        return None
    try:
        day = dt.date.fromisoformat(given[name]) + dt.timedelta(days=days_after)
        zone = zone_of(given["post"]) if "post" in given else dt.UTC
        return int(dt.datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        raise NothingToSearch(name) from None


def _with_records(
    connection: Connection, service: DecisionService, matching: Sequence[MatchingDecision]
) -> list[MatchingCase]:
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for subject, table in TABLE_OF_SUBJECT.items():
        ids = sorted({each.decision.subject_id for each in matching if each.decision.subject == subject})
        for row in service.readable_rows(connection, table, ids).to_pylist() if ids else []:
            rows[subject, str(next(iter(row.values())))] = row
    return [
        MatchingCase(decision, is_latest, rows.get((decision.subject, decision.subject_id)))
        for decision, is_latest in matching
    ]
