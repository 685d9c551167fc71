"""Handing over, as at the end of a shift: cases at hand go to a named colleague, who accepts them or gives them back.

Until then they stand in the colleague's name, so that the queue gives them to nobody else; whoever handed them over may
take them back.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection

from serving.auth.permissions import Caller
from serving.decisions.case_acts import lock_queue
from serving.decisions.service import DecisionService
from serving.refusals import Refusal
from serving.store import accounts, queue_acts
from serving.store.accounts import Colleague
from serving.store.decisions import Decision
from serving.store.queue_acts import HOLDS, Place, QueueAct
from serving.store.transactions import in_transaction

WAITS = dt.timedelta(hours=12)
"""Time for which a handed case waits for the colleague, a shift; then it is free for all."""


def hand_over(service: DecisionService, caller: Caller, to: str, decision: Decision | None = None) -> int:
    """Hand the cases at the caller's hand, or that of a decision, to an account, and return how many.

    Of several posts, those are handed over at which the colleague works.

    Raises `Refusal` 422 for who is no colleague there, 409 for a case that the caller does not have at hand.
    """

    def work(connection: Connection) -> int:
        lock_queue(connection, caller, *sorted(caller.posts))
        held = [place for place in queue_acts.at_hand(connection, caller.account_id) if _is_given(place, decision)]
        if not held:
            raise Refusal(409, "not_held", "no such case is at your hand", expected="a case at hand")
        colleague = _colleague(connection, caller, to)
        given = [place for place in held if place.post in colleague.posts]
        if not given:
            raise _no_colleague()
        act = QueueAct("hand", str(colleague.account_id), dt.datetime.now(dt.UTC) + WAITS)
        for place in given:
            queue_acts.insert(connection, place.subject, place.subject_id, caller.account_id, act)
        return len(given)

    return in_transaction(service.engine, work, caller.reach)


def _is_given(place: Place, decision: Decision | None) -> bool:
    is_named = decision is None or (place.subject, place.subject_id) == (decision.subject, decision.subject_id)
    return is_named and place.act in HOLDS


def _colleague(connection: Connection, caller: Caller, to: str) -> Colleague:
    others = accounts.colleagues(connection, caller.posts, caller.account_id)
    colleague = next((each for each in others if str(each.account_id) == to), None)
    if colleague is None:
        raise _no_colleague()
    return colleague


def _no_colleague() -> Refusal:
    return Refusal(422, "colleague", "there is no such colleague", where=["to"], expected="an officer of the same post")
