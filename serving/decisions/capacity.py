"""Capacity of a post: how many interviews fit into this week, how many are left, and what stands beyond them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from serving.auth.permissions import Caller
from serving.decisions.desk_clock import queued_since
from serving.decisions.due_dates import lodged_before_due
from serving.decisions.post_calendar import zone_of
from serving.decisions.service import DecisionService
from serving.refusals import Refusal
from serving.store import decisions, interview_plans
from serving.store.decisions import Decision
from serving.store.interview_plans import InterviewPlan
from serving.store.transactions import in_transaction

HOURS, MINUTES, SHARE = (0.0, 1000.0), (10, 240), (0.10, 0.20)
"""Least and most of interview hours a week, of minutes an interview, and of the share drawn at random."""
USUAL_MINUTES, USUAL_SHARE = 45, 0.15


@dataclass(frozen=True, slots=True)
class Capacity:
    """What fits into this week, counted for all who wait.

    Attributes
    ----------
    held, at_hand
        Interviews recorded this week, and cases that officers have at hand.
    left
        Interviews that still fit; the cases at hand take theirs.
    breached
        Applications that are due before the week ends and stand beyond the slots left: they are not reached in time.
    next_case
        Decision on the case that another slot would reach; None if all are reached.
    """

    plan: InterviewPlan
    held: int
    at_hand: int
    left: int
    breached: int
    next_case: Decision | None


def week_of(post: str | None, now: dt.datetime | None = None) -> dt.date:
    """Return the Monday of the present week at a post, by the machine's clock: hours pass also where the desk's clock stands.

    >>> week_of("JP-TYO", dt.datetime(2026, 11, 29, 16, tzinfo=dt.UTC))  # Monday already
    datetime.date(2026, 11, 30)
    """
    today = (now or dt.datetime.now(dt.UTC)).astimezone(zone_of(post)).date()
    return today - dt.timedelta(days=today.weekday())


def begin_of(week: dt.date, post: str) -> dt.datetime:
    """Return when a week begins at a post."""
    return dt.datetime(week.year, week.month, week.day, tzinfo=zone_of(post))


def capacity_of(connection: Connection, service: DecisionService, post: str | None) -> Capacity | None:
    """Return the capacity of a post this week; None where no hours are set, and for all posts together."""
    week = week_of(post)
    plan = None if post is None else interview_plans.plan_of(connection, post, week)
    if post is None or plan is None:
        return None
    now = service.now(connection)
    since = queued_since(now, service.models.settings)
    begin = begin_of(week, post)
    held, at_hand = interview_plans.held_count(connection, post, begin), interview_plans.at_hand_count(connection, post)
    left = max(plan.slot_count - held - at_hand, 0)
    # the desk's clock says what is due, also where it stands
    week_end = lodged_before_due(week_of(post, now) + dt.timedelta(days=7), post)
    due = service.counts.get(
        "due", post, lambda: interview_plans.due_count(connection, post, since, week_end), lambda count: count
    )
    reached = interview_plans.due_reached(connection, post, since, week_end, left)
    beyond = interview_plans.case_beyond(connection, post, since, left)
    return Capacity(
        plan, held, at_hand, left, max(due - reached, 0),
        None if beyond is None else decisions.by_id(connection, beyond),
    )  # fmt: skip


def set_hours(service: DecisionService, caller: Caller, plan: InterviewPlan) -> None:
    """Store the interview hours of a post from a week on.

    Raises `Refusal` 403 for another post, 422 for a value out of range.
    """
    if not caller.reaches(plan.post):
        raise Refusal(403, "post", "this post is not the account's own", expected="a post of the account")
    values = {"interview_hours": HOURS, "interview_minutes": MINUTES, "random_share": SHARE}
    wrong = [name for name, (least, most) in values.items() if not least <= getattr(plan, name) <= most]
    if wrong or plan.from_week.weekday() != 0 or plan.from_week < week_of(plan.post):
        expected = "hours 0 to 1000, minutes 10 to 240, share 0.1 to 0.2, from this Monday or a later one"
        raise Refusal(422, "hours", "the interview hours cannot be set so", where=wrong, expected=expected)
    in_transaction(
        service.engine, lambda connection: interview_plans.insert(connection, plan, caller.account_id), caller.reach
    )
