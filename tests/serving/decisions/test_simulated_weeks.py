"""Simulated weeks of a post: capacity is kept, deadlines are kept or shown as breached, nobody leaves the queue unseen.

Time passes by letting everything stored grow a week older, so that every rule of the queue works as it does for officers.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pytest
from scipy.stats import chisquare
from sqlalchemy import Connection, text

from serving.decisions.capacity import begin_of, capacity_of, set_hours, week_of
from serving.decisions.desk_clock import queued_since
from serving.decisions.due_dates import due_date
from serving.decisions.interview_queue import queue_counts
from serving.decisions.random_arm import stored_arm
from serving.refusals import Refusal
from serving.store import decisions, interview_plans, queue_acts, waiting_cases
from serving.store.interview_plans import InterviewPlan
from tests.proof_size import FULL, cases
from tests.serving.decisions.conftest import POST, Desk
from tests.serving.decisions.test_interview_queue import PROTECT, a_case

pytestmark = [pytest.mark.proof, pytest.mark.timeout(7000)]
WEEKS, SHORT = 200, 7
ARRIVALS, SLOTS, RANDOM_SLOTS, BINS = 35, 20, 3, 10
WEEK_US = 7 * 86_400_000_000
_OLDER = (
    f"update serving.decision set as_of = as_of - {WEEK_US}, created_at = created_at - interval '7 days'",
    f"update serving.waiting_case set as_of = as_of - {WEEK_US}, arrived_at = arrived_at - interval '7 days', act_until = act_until - interval '7 days'",
    "update serving.queue_act set acted_at = acted_at - interval '7 days', until = until - interval '7 days'",
    "update serving.interviewed_case set recorded_at = recorded_at - interval '7 days'",
    # a post has one draw a week: no draw may take the week of another on its way
    "update serving.random_draw set week = week - 70007, drawn_at = drawn_at - interval '7 days'",
    "update serving.random_draw set week = week + 70000",
    "update serving.interview_plan set from_week = from_week - 7",
)


@dataclass
class Ledger:
    """What became of everybody, kept beside the service."""

    arrived: set[str] = field(default_factory=set)
    left: Counter[str] = field(default_factory=Counter)
    announced: set[str] = field(default_factory=set)
    bins: np.ndarray = field(default_factory=lambda: np.zeros(BINS))
    random: int = 0
    breached: int = 0


def test_over_many_weeks_capacity_is_kept_deadlines_are_shown_and_nobody_leaves_unseen(desk: Desk) -> None:
    random, ledger = np.random.default_rng(17), Ledger()
    set_hours(desk.backend, desk.officers[0], InterviewPlan(POST, week_of(POST), 15.0, 45, 0.15))
    for week in range(cases(WEEKS, SHORT)):
        arrive(desk, random, ledger, week)
        everybody_is_listed(desk, ledger)
        work_through(desk, random, ledger)
        deadlines_are_shown(desk, ledger)
        with desk.backend.engine.begin() as connection:
            grow_older(connection)
    assert ledger.left["interview"] == cases(WEEKS, SHORT) * SLOTS
    # the first week has fewer to draw from than later ones; no week has more random interviews than slots for them
    assert 0 < ledger.random <= cases(WEEKS, SHORT) * RANDOM_SLOTS
    assert ledger.breached > 0
    if FULL:
        assert chisquare(ledger.bins).pvalue > 0.001
    print(  # noqa: T201 (the figures of `make proofs`)
        f"{ledger.left['interview']} interviews, {ledger.random} of them random; {ledger.left['expiry']} left after 30 days, each announced; "
        f"{ledger.breached} deadlines shown as breached; places of the drawn {ledger.bins.astype(int).tolist()}"
    )


def arrive(desk: Desk, random: np.random.Generator, ledger: Ledger, week: int) -> None:
    now = dt.datetime.now(dt.UTC)
    with desk.backend.engine.begin() as connection:
        for number in range(random.poisson(ARRIVALS)):
            lodged = int((now - dt.timedelta(days=float(random.uniform(0, 5)))).timestamp() * 1_000_000)
            kind = random.random()
            changes = {"shown": PROTECT} if kind < 0.01 else {"route": "child_procedure"} if kind < 0.03 else {}
            name = f"S-{week}-{number}"
            score = float(random.random())
            decisions.insert(connection, a_case(name, as_of=lodged, score=score, post=POST, **changes))
            ledger.arrived.add(name)


def everybody_is_listed(desk: Desk, ledger: Ledger) -> None:
    """Everybody who arrived is on a page or among those put off, or left by an interview or after days that were announced."""
    with desk.backend.engine.connect() as connection:
        since = queued_since(desk.backend.now(connection), desk.backend.models.settings)
        listed = {place.subject_id for place in queue_acts.put_off(connection, POST, since, 10_000)}
        after = ""
        while page := waiting_cases.page(connection, POST, 50, since, after=after):
            listed |= {case.decision.subject_id for case in page}
            after = page[-1].decision.decision_id
        stored = connection.execute(text("select subject_id, arrived_at from serving.waiting_case")).all()
        counts = queue_counts(connection, desk.backend, POST)
    waiting = {row[0] for row in stored}
    gone = {row[0] for row in stored if since is not None and row[1] < since}
    assert listed == waiting - gone
    assert gone <= ledger.announced
    ledger.left["expiry"] = len(gone)
    leaving = {row[0] for row in stored if since is not None and since <= row[1] < since + waiting_cases.LEAVING}
    assert counts.leaving == len(leaving)
    ledger.announced |= leaving
    assert ledger.arrived == waiting | interviewed(desk)


def interviewed(desk: Desk) -> set[str]:
    with desk.backend.engine.connect() as connection:
        return set(connection.execute(text("select subject_id from serving.interviewed_case")).scalars())


def work_through(desk: Desk, random: np.random.Generator, ledger: Ledger) -> None:
    """Let officers take cases until the hours of the week are used up; some are passed over or put off."""
    frame = frame_of(desk)
    before, turn = drawn(desk), 0
    while True:
        officer, turn = turn % len(desk.officers), turn + 1
        try:
            name = desk.take(officer)
        except Refusal as refusal:
            assert refusal.code == "full"
            break
        assert name is not None
        if random.random() < 0.05:
            desk.act(officer, desk.case(name), "skip", reason="papers")
            continue
        with desk.backend.engine.begin() as connection:
            arm, probability = stored_arm(connection, "visa", name, "targeted")
            assert (arm == "random") == (probability != 1.0 or name in drawn(desk))
            decisions.mark_interviewed(connection, "visa", name, desk.officers[officer].account_id)
        ledger.left["interview"] += 1
        ledger.random += arm == "random"
    for name in drawn(desk) - before:
        assert name in frame
        ledger.bins[int(frame.index(name) / len(frame) * BINS)] += 1
    with desk.backend.engine.connect() as connection:
        assert interview_plans.held_count(connection, POST, begin_of(week_of(POST), POST)) == SLOTS


def frame_of(desk: Desk) -> list[str]:
    """Return whom the slots of the score do not reach, by order and tier alone."""
    earlier = drawn(desk)
    with desk.backend.engine.connect() as connection:
        since = queued_since(desk.backend.now(connection), desk.backend.models.settings)
        rows = connection.execute(
            text("select subject_id, tier from serving.waiting_case where arrived_at >= :since order by tier, sort_score, as_of, number"),
            {"since": since},
        ).all()  # fmt: skip
    return [row[0] for row in rows[SLOTS - RANDOM_SLOTS :] if row[1] >= 2 and row[0] not in earlier]


def drawn(desk: Desk) -> set[str]:
    with desk.backend.engine.connect() as connection:
        return set(connection.execute(text("select subject_id from serving.drawn_case")).scalars())


def deadlines_are_shown(desk: Desk, ledger: Ledger) -> None:
    """What is overdue, and what falls due this week beyond the hours, is counted as the calendar has it."""
    with desk.backend.engine.connect() as connection:
        now = desk.backend.now(connection)
        since = queued_since(now, desk.backend.models.settings)
        rows = connection.execute(
            text("select as_of from serving.waiting_case where arrived_at >= :since"), {"since": since}
        )
        dues = [due for row in rows if (due := due_date("visa", row[0], now, POST))]
        capacity, counts = capacity_of(connection, desk.backend, POST), queue_counts(connection, desk.backend, POST)
    assert capacity is not None
    assert capacity.left == 0
    monday = week_of(POST) + dt.timedelta(days=7)
    assert capacity.breached == sum(due.on < monday for due in dues)
    assert counts.late == sum(due.state == "over" for due in dues)
    ledger.breached += counts.late


def grow_older(connection: Connection) -> None:
    connection.execute(text("set local session_replication_role = replica"))
    for statement in _OLDER:
        connection.execute(text(statement))
