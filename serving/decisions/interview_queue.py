"""Interview queue of a post: cases by priority, with due date and the facts of their records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from features.matrix import TABLE_OF_SUBJECT
from serving.auth.permissions import Caller
from serving.decisions.desk_clock import queued_since
from serving.decisions.due_dates import DueDate, counting_moments, due_date
from serving.decisions.own_views import cases_without_own_view, without_findings
from serving.decisions.post_calendar import zone_of
from serving.decisions.scoring_stops import order_in_force
from serving.decisions.service import DecisionService
from serving.store import waiting_cases
from serving.store.decisions import Decision
from serving.store.waiting_cases import Counts, WaitingCase

LINKED = "network_persons_count"
"""Feature that counts the people whom shared phones, addresses or sponsors connect with a case."""
_STAY_AND_ARRIVAL = {
    "visa": ("intended_stay_days", "intended_arrival_on"), "entry": ("permitted_stay_days", "landed_at"),
}  # fmt: skip
_SPONSORS = ("guarantor_name", "inviter_name")
CaseKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Summary:
    """Who the person of a case is, and what the record asks for.

    ``sponsor`` is the guarantor, or else who invites; None where the record names nobody. ``age`` is None where the
    birth date cannot be true.
    """

    status: str
    stay_days: int
    arrival: dt.date
    name: str
    age: int | None
    sponsor: str | None
    flight: str | None


@dataclass(frozen=True, slots=True)
class QueuedCase:
    """A case of the queue, as a caller may see it.

    Attributes
    ----------
    shown
        Its decision as JSON; without findings while ``is_own_view_due``.
    linked_people
        Count of people connected with the case.
    holder
        Who has it at hand.
    """

    decision: Decision
    shown: dict[str, Any]
    due: DueDate | None
    summary: Summary | None
    linked_people: int = 0
    is_own_view_due: bool = False
    holder: str | None = None
    arrived_at: dt.datetime | None = None

    @property
    def name(self) -> str:
        """Name of the person, or the id of the case where no name is recorded."""
        return (self.summary.name if self.summary else "") or self.decision.subject_id

    @property
    def strongest_finding(self) -> Mapping[str, str] | None:
        """Sentence of the strongest reason for an interview by language; None if none stands out, and for a child."""
        return next((reason for reason in self.shown["reasons"] if reason["direction"] == "raises"), None)


def interview_queue(
    connection: Connection, service: DecisionService, caller: Caller, post: str | None, limit: int, *,
    order: str = "priority", after: str = "",
) -> list[QueuedCase]:  # fmt: skip
    """Return the next cases of a post, from the first one or after the one that a decision is about."""
    now = service.now(connection)
    since = queued_since(now, service.models.settings)
    in_force = order_in_force(connection, post, order)
    waiting = waiting_cases.page(connection, post, limit, since, order=in_force, after=after)
    return queued_cases(connection, service, caller, waiting)


def queued_cases(
    connection: Connection, service: DecisionService, caller: Caller, waiting: Sequence[WaitingCase]
) -> list[QueuedCase]:
    """Return waiting cases with what a page shows of them to a caller."""
    now, stored = service.now(connection), [case.decision for case in waiting]
    summaries = summaries_of(connection, service, stored)
    hidden = cases_without_own_view(connection, service, caller, stored)
    return [
        _queued_case(
            case, due_date(case.decision.subject, case.decision.as_of, now, case.decision.post), summaries, hidden
        )
        for case in waiting
    ]


def _queued_case(
    case: WaitingCase, due: DueDate | None, summaries: Mapping[CaseKey, Summary], hidden: frozenset[CaseKey]
) -> QueuedCase:
    key, shown = (case.decision.subject, case.decision.subject_id), orjson.loads(case.decision.shown)
    return QueuedCase(
        case.decision, without_findings(shown) if key in hidden else shown, due, summaries.get(key), linked_people_count(shown),
        key in hidden, case.holder, case.arrived_at,
    )  # fmt: skip


def linked_people_count(shown: Mapping[str, Any]) -> int:
    """Return how many people a decision counts as connected with its case."""
    return next((int(each["value"] or 0) for each in shown["contributions"] if each["feature"] == LINKED), 0)


def queue_counts(connection: Connection, service: DecisionService, post: str | None) -> Counts:
    """Return how many cases wait at a post, of all of them and not of a page; of a long queue as of the last minute."""
    now = service.now(connection)
    since = queued_since(now, service.models.settings)
    return service.counts.get(
        "queue", post, lambda: waiting_cases.counts(connection, post, since, *counting_moments(now, post)),
        lambda counts: counts.waiting,
    )  # fmt: skip


def summaries_of(
    connection: Connection, service: DecisionService, cases: Sequence[Decision]
) -> dict[tuple[str, str], Summary]:
    """Return the summary of each case's record by (subject, subject id)."""
    summaries, now = {}, service.now(connection)
    posts = {(case.subject, case.subject_id): case.post for case in cases}
    for subject, table in TABLE_OF_SUBJECT.items():
        ids = [case.subject_id for case in cases if case.subject == subject]
        for row in service.readable_rows(connection, table, ids).to_pylist() if ids else []:
            key = (subject, next(iter(row.values())))
            summaries[key] = _summary(subject, row, now.astimezone(zone_of(posts[key])).date())
    return summaries


def _summary(subject: str, row: Mapping[str, Any], today: dt.date) -> Summary:
    days, arrival = (row[column] for column in _STAY_AND_ARRIVAL[subject])
    return Summary(
        row["status_of_residence"], days, arrival.date() if isinstance(arrival, dt.datetime) else arrival,
        " ".join(filter(None, (row["family_name"], row["given_names"]))), age_on(row["birth_date"], today),
        next((row[name] for name in _SPONSORS if row.get(name)), None), row.get("flight"),
    )  # fmt: skip


def age_on(birth: dt.date | None, today: dt.date) -> int | None:
    """Return the age in years on a day; None for a date of birth that is missing or later."""
    if birth is None or birth > today:
        return None
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
