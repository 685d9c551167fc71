"""Stop button: who may stop scoring where, and what stopped scoring means for a queue.

A stop takes no case away. New cases wait without a score, the queue goes on in order of arrival, and later records touch a
case once scoring goes on.
"""

from __future__ import annotations

from sqlalchemy import Connection

from features.languages import texts
from features.matrix import TABLE_OF_SUBJECT
from serving.auth.permissions import STOP_SCOPES, Caller
from serving.decisions.service import DecisionService
from serving.refusals import Refusal
from serving.registry.loaded_models import SUBJECTS
from serving.store import scoring_stops
from serving.store.scoring_stops import ALL, MODEL, POST, Switch
from serving.store.transactions import EVERYTHING, in_transaction, lock_until_commit

REASONS = tuple(texts("serving.stop_reasons"))
RESUME_REASONS = tuple(texts("serving.resume_reasons"))
LONGEST_NAME = 64
ARRIVAL = "arrival"


def order_in_force(connection: Connection, post: str | None, order: str) -> str:
    """Return the order in which a post's queue goes: that of arrival while scoring is stopped there."""
    stopped = any(
        stop.scope == ALL or (stop.scope == POST and stop.name == post) for stop in scoring_stops.stops(connection)
    )
    return ARRIVAL if stopped else order


def may_switch(caller: Caller, scope: str, name: str) -> bool:
    """Return whether a caller may stop scoring there, and let it go on."""
    if scope not in STOP_SCOPES.get(caller.role, ()):
        return False
    if scope == POST:
        return bool(name) and (caller.reaches(name) or ALL in STOP_SCOPES[caller.role])
    return name in SUBJECTS if scope == MODEL else name == ""


def switch_scoring(
    service: DecisionService, caller: Caller, scope: str, name: str, *, is_stopped: bool, reason: str
) -> None:
    """Stop scoring, or let it go on; cases that waited without a score are then scored.

    Raises `Refusal` 403 where the caller may not, 422 without a reason, 409 if it is so already.
    """
    if not may_switch(caller, scope, name) or len(name) > LONGEST_NAME:
        raise Refusal(403, "stop", "this account may not stop scoring there", expected="an own post")
    if reason not in (REASONS if is_stopped else RESUME_REASONS):
        raise Refusal(422, "reason", "there is no such reason", where=["reason"], expected="a reason of the list")

    def work(connection: Connection) -> None:
        lock_until_commit(connection, "scoring_switch")
        now = any((stop.scope, stop.name) == (scope, name) for stop in scoring_stops.stops(connection))
        if now == is_stopped:
            raise Refusal(409, "stop", "scoring is in this state", expected="the other state")
        scoring_stops.insert_switch(
            connection, scope, name, is_stopped=is_stopped, reason=reason, account_id=caller.account_id
        )
        if not is_stopped:
            scoring_stops.touch_unscored(connection, TABLE_OF_SUBJECT.items())

    # cases of other posts that a stop for all kept without a score are touched too
    in_transaction(service.engine, work, EVERYTHING)


def stops_of(connection: Connection, caller: Caller) -> list[Switch]:
    """Return the stops in force that concern a caller: of all, of models, and of the own posts."""
    sees_all = ALL in STOP_SCOPES.get(caller.role, ())
    return [
        stop for stop in scoring_stops.stops(connection) if stop.scope != POST or sees_all or stop.name in caller.posts
    ]
