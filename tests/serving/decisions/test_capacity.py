"""Interview hours of a week: what fits, what is left, and what stands beyond it.

Covers: store.interview_plans, pages.queue_hours, pages.queue_capacity.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from serving.decisions.capacity import Capacity, capacity_of, set_hours, week_of
from serving.log.verification import verify_log
from serving.refusals import Refusal
from serving.store import decisions
from serving.store.interview_plans import InterviewPlan, plan_of
from tests.serving.conftest import LABELS
from tests.serving.decisions.conftest import POST, Desk


def plan(**changes: object) -> InterviewPlan:
    # 3 hours of 45 minutes: 4 interviews
    return replace(InterviewPlan(POST, week_of(POST), 3.0, 45, 0.15), **changes)  # type: ignore[arg-type]


def capacity(desk: Desk) -> Capacity:
    with desk.backend.engine.connect() as connection:
        found = capacity_of(connection, desk.backend, POST)
    assert found is not None
    return found


@pytest.mark.parametrize(("hours", "minutes", "slots"), [(3, 45, 4), (2.5, 60, 2), (0, 30, 0), (40, 45, 53)])
def test_slots_are_the_interviews_that_fit_wholly(hours: float, minutes: int, slots: int) -> None:
    assert plan(interview_hours=hours, interview_minutes=minutes).slot_count == slots


def test_what_is_held_and_at_hand_takes_slots_and_all_who_wait_are_counted(three: Desk) -> None:
    for number in range(30):
        three.add(f"D-{number}", 0.05 - number / 1000)
    # other tests held interviews at this post in this week
    held = capacity_after(three, plan(interview_hours=1000.0)).held
    before = capacity_after(three, plan(interview_hours=(held + 4) * 0.75))
    assert three.take(1), "any case: one slot of the week is random"
    with three.backend.engine.begin() as connection:
        decisions.mark_interviewed(connection, "visa", three.prefix + "B", three.officers[2].account_id)
    after = capacity(three)
    assert (before.at_hand, before.left) == (0, 4)
    assert (after.held, after.at_hand, after.left) == (held + 1, 1, 2)


def test_what_is_due_this_week_and_not_reached_is_counted_as_breached(three: Desk) -> None:
    held = capacity_after(three, plan(interview_hours=1000.0))
    assert held.breached == 0
    assert held.next_case is None
    # 2012 is long past: all three are overdue, and two are reached
    slots = held.held + 2
    some = capacity_after(three, plan(interview_hours=slots * 0.75))
    assert (some.left, some.breached) == (2, 1)
    assert some.next_case is not None
    assert some.next_case.subject_id == three.prefix + "C"
    assert three.take(0), "any case: one slot of the week is random"
    # the case at hand is reached as well; a slot less is left for the others
    assert (capacity(three).left, capacity(three).breached) == (1, 1)


def capacity_after(desk: Desk, given: InterviewPlan) -> Capacity:
    set_hours(desk.backend, desk.officers[0], given)
    return capacity(desk)


def test_the_latest_plan_of_a_week_counts_until_another_week_has_its_own(three: Desk) -> None:
    week = week_of(POST)
    set_hours(three.backend, three.officers[0], plan(interview_hours=10.0))
    set_hours(three.backend, three.officers[0], plan(interview_hours=12.0))
    later = week + dt.timedelta(days=14)
    set_hours(three.backend, three.officers[0], plan(from_week=later, interview_hours=1.0))
    with three.backend.engine.connect() as connection:
        hours = [found.interview_hours for days in (0, 7, 14, 700) if (found := plan_of(connection, POST, week + dt.timedelta(days=days)))]  # fmt: skip
        assert hours == [12.0, 12.0, 1.0, 1.0]
        assert plan_of(connection, POST, week - dt.timedelta(days=7)) is None
        assert [str(fault) for fault in verify_log(connection)] == []


@pytest.mark.parametrize("changes", [
    {"interview_hours": -1.0}, {"interview_hours": float("nan")}, {"interview_minutes": 5}, {"random_share": 0.05},
    {"random_share": 0.25}, {"from_week": dt.date(2012, 1, 2)}, {"from_week": week_of(POST) + dt.timedelta(days=1)},
])  # fmt: skip
def test_hours_out_of_range_are_refused(three: Desk, changes: dict[str, object]) -> None:
    with pytest.raises(Refusal, match="cannot be set"):
        set_hours(three.backend, three.officers[0], plan(**changes))


def test_another_posts_hours_are_not_set(three: Desk) -> None:
    with pytest.raises(Refusal, match="not the account's own"):
        set_hours(three.backend, three.officers[0], plan(post="TH-BKK"))


def test_a_week_begins_on_monday_at_the_post() -> None:
    sunday_evening = dt.datetime(2026, 11, 29, 16, tzinfo=dt.UTC)
    assert week_of("MN-ULN", sunday_evening) == dt.date(2026, 11, 30)  # there it is Monday, 0:00
    assert week_of("US-LAX", sunday_evening) == dt.date(2026, 11, 23)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_by_form_hours_are_set_and_the_queue_shows_what_fits(three: Desk, language: str) -> None:
    client = three.page(0)
    client.cookies.set("lang", language)
    form = {"post": POST, "from_week": week_of(POST).isoformat(), "hours": "30", "minutes": "45", "share": "15"}
    saved = client.post("/queue/hours", data=form)
    assert LABELS["hours_saved"][language] in saved.text
    queue = client.get("/queue").text
    assert LABELS["capacity"][language].format(slots=40, hours="30", minutes=45) in queue
    wrong = client.post("/queue/hours", data=form | {"share": "50"})
    assert wrong.status_code == 422
    assert LABELS["hours_wrong"][language] in wrong.text
    assert client.post("/queue/hours", data=form | {"hours": "x"}).status_code == 422
    assert client.post("/queue/hours", data=form | {"post": "TH-BKK"}).status_code == 403
