"""Random arm: which cases of a week are interviewed at random, when they come up, and which arm is stored."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from dataclasses import dataclass

import pyarrow as pa
from sqlalchemy import Connection

from serving.decisions.scoring_stops import order_in_force
from serving.store import interview_plans, queue_acts, random_draws
from serving.store.interview_plans import InterviewPlan
from serving.store.random_draws import RandomDraw

SEED_BYTES = 32
_NEVER_CHOSEN_HERE = "later_identification"
"""Claim of an outcome that no interview brought: how a case was chosen says nothing about it."""


@dataclass(frozen=True, slots=True)
class Chooser:
    """Choice of the next case of a post for an account."""

    connection: Connection
    post: str
    account_id: int
    since: dt.datetime | None

    def next_case(self, plan: InterviewPlan | None, week: dt.date) -> tuple[str, str] | None:
        """Return (subject, subject id) of the next case; None without.

        Both arms are looked up whichever comes up, so that neither answers sooner.
        """
        order = order_in_force(self.connection, self.post, "priority")
        if order != "priority":  # scoring is stopped: nobody is chosen by score, nor from those whom it does not reach
            return queue_acts.next_free(self.connection, self.post, self.account_id, self.since, order)
        draw = None if plan is None else self._draw_of(plan, week)
        drawn = random_draws.next_drawn(self.connection, self.post, self.account_id, self.since)
        first = queue_acts.next_free(self.connection, self.post, self.account_id, self.since)
        if draw is None:
            return first or drawn
        taken = random_draws.taken_count(self.connection, self.post, draw.drawn_at)
        return (drawn or first) if is_random_slot(draw, taken) else (first or drawn)

    def _draw_of(self, plan: InterviewPlan, week: dt.date) -> RandomDraw:
        draw = random_draws.draw_of(self.connection, self.post, week)
        if draw is None:
            self._draw(plan, week)
            draw = random_draws.draw_of(self.connection, self.post, week)
        assert draw is not None  # noqa: S101 (stored a line above)
        return draw

    def _draw(self, plan: InterviewPlan, week: dt.date) -> None:
        """Draw for a week: as many as its random slots hold beside those who were drawn earlier and still wait."""
        slots = plan.slot_count
        random_slots = max(round(slots * plan.random_share), 1) if slots else 0
        new = max(random_slots - random_draws.waiting_drawn_count(self.connection, self.post), 0)
        seed = os.urandom(SEED_BYTES)
        frame, cases = random_draws.undrawn(self.connection, self.post, self.since, seed, slots - random_slots, new)
        draw = RandomDraw(-1, seed, slots, random_slots, dt.datetime.now(dt.UTC))
        random_draws.insert(self.connection, self.post, week, draw, frame, cases, self.account_id)


def is_random_slot(draw: RandomDraw, taken: int) -> bool:
    """Return whether the slot after ``taken`` cases is for a drawn one: the seed mixes the slots of a week.

    >>> draw = RandomDraw(1, b"seed", 20, 3, dt.datetime.now(dt.UTC))
    >>> sum(is_random_slot(draw, slot) for slot in range(20))
    3
    """
    if draw.slot_count == 0:
        return False
    order = sorted(range(draw.slot_count), key=lambda slot: hashlib.sha256(draw.seed + b"slot %d" % slot).digest())
    return taken % draw.slot_count in order[: draw.random_slot_count]


def stored_arm(connection: Connection, subject: str, subject_id: str, claimed: str) -> tuple[str, float | None]:
    """Return the arm and inclusion probability that are stored with an interview; what a caller claims counts last.

    A case that was drawn is of the random sample by whatever way its interview came about. One that an officer opened by
    hand is a referral; any other was targeted, or referred as claimed.
    """
    probability = random_draws.inclusion_probability(connection, subject, subject_id)
    if claimed == _NEVER_CHOSEN_HERE:
        return claimed, None
    if probability is not None:
        return "random", probability
    hold = queue_acts.last_hold(connection, subject, subject_id)
    if claimed == "referral" or (hold is not None and hold[0] == "open"):
        return "referral", None
    return "targeted", 1.0


def with_arm(rows: pa.Table, arm: str, probability: float | None) -> pa.Table:
    """Return an outcome with the arm and inclusion probability of the service."""
    for name, value in (("arm", arm), ("inclusion_probability", probability)):
        field = rows.schema.field(name)
        rows = rows.set_column(rows.column_names.index(name), field, pa.array([value], field.type))
    return rows


def week_is_full(connection: Connection, post: str, plan: InterviewPlan, begin: dt.datetime) -> bool:
    """Return whether the interviews held and the cases at hand use up the slots of a week."""
    used = interview_plans.held_count(connection, post, begin) + interview_plans.at_hand_count(connection, post)
    return used >= plan.slot_count
