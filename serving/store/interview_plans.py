"""SQL of interview hours: what a post planned for a week, and how much of it is used."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, text

from serving.log.leaves import append_row
from serving.store.waiting_cases import HELD, NOT_AT_HAND, ORDERS, arrived_since

_DUE = "is_application and as_of < :before"


@dataclass(frozen=True, slots=True)
class InterviewPlan:
    """Interview hours of a post from a week on, until another plan.

    Attributes
    ----------
    from_week
        Monday of the first week.
    random_share
        Share of the slots that is drawn at random.
    """

    post: str
    from_week: dt.date
    interview_hours: float
    interview_minutes: int
    random_share: float

    @property
    def slot_count(self) -> int:
        """Count of interviews that fit into a week."""
        return int(self.interview_hours * 60) // self.interview_minutes


def insert(connection: Connection, plan: InterviewPlan, account_id: int) -> None:
    """Store a plan and seal it in the log."""
    query = (
        "insert into serving.interview_plan (post, from_week, interview_hours, interview_minutes, random_share, account_id) "
        "values (:post, :week, :hours, :minutes, :share, :account) returning plan_id::text, row_to_json(interview_plan.*)::text"
    )
    values = {"post": plan.post, "week": plan.from_week, "hours": plan.interview_hours, "minutes": plan.interview_minutes,
              "share": plan.random_share, "account": account_id}  # fmt: skip
    plan_id, row = connection.execute(text(query), values).one()
    append_row(connection, "interview_plan", plan_id, row)


def plan_of(connection: Connection, post: str, week: dt.date) -> InterviewPlan | None:
    """Return the plan in force at a post in a week; None before the first."""
    query = text(
        "select post, from_week, interview_hours, interview_minutes, random_share from serving.interview_plan "
        "where post = :post and from_week <= :week order by from_week desc, plan_id desc limit 1"
    )
    row = connection.execute(query, {"post": post, "week": week}).first()
    return None if row is None else InterviewPlan(*row)


def held_count(connection: Connection, post: str, begin: dt.datetime) -> int:
    """Return the count of a post's interviews recorded since a week began."""
    query = text(
        "select count(*) from serving.interviewed_case i where recorded_at >= :begin and (select post from serving.decision d "
        "where d.subject = i.subject and d.subject_id = i.subject_id order by number desc limit 1) = :post"
    )
    return int(connection.execute(query, {"post": post, "begin": begin}).scalar_one())


def at_hand_count(connection: Connection, post: str) -> int:
    """Return the count of a post's cases that officers have at hand."""
    query = text(f"select count(*) from serving.waiting_case where post = :post and {HELD}")
    return int(connection.execute(query, {"post": post}).scalar_one())


def due_count(connection: Connection, post: str, since: dt.datetime | None, lodged_before: int) -> int:
    """Return how many applications lodged before a moment wait, and nobody has at hand."""
    query = text(f"select count(*) {_waiting(since)} and {_DUE}")
    return int(connection.execute(query, {"post": post, "since": since, "before": lodged_before}).scalar_one())


def due_reached(connection: Connection, post: str, since: dt.datetime | None, lodged_before: int, left: int) -> int:
    """Return how many of these are among the first ``left`` by priority."""
    query = text(
        "select count(*) from (select is_application, as_of "
        f"{_waiting(since)} order by {ORDERS['priority']} limit :left) reached where {_DUE}"
    )
    values = {"post": post, "since": since, "before": lodged_before, "left": left}
    return int(connection.execute(query, values).scalar_one())


def case_beyond(connection: Connection, post: str, since: dt.datetime | None, left: int) -> str | None:
    """Return the id of the decision on the case right after the first ``left`` that nobody has at hand."""
    query = text(f"select decision_id::text {_waiting(since)} order by {ORDERS['priority']} offset :left limit 1")
    result: str | None = connection.execute(query, {"post": post, "since": since, "left": left}).scalar()
    return result


def _waiting(since: dt.datetime | None) -> str:
    return f"from serving.waiting_case where post = :post and {arrived_since(since)} and {NOT_AT_HAND}"
