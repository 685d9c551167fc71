"""Landing desk: a flight's arrivals, announced ahead and scored together, as they come to the counter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
import pyarrow as pa
from sqlalchemy import Connection

from features.tables.times import moment_of
from serving.auth.permissions import Caller
from serving.decisions.acceptance import accepted_rows
from serving.decisions.corrections import correct_record
from serving.decisions.interview_queue import QueuedCase, queued_cases
from serving.decisions.scoring_stops import order_in_force
from serving.decisions.service import DecisionService
from serving.refusals import Refusal
from serving.store import decisions, waiting_cases
from serving.store.decisions import Decision, IdempotencyKey
from serving.store.transactions import in_transaction, lock_until_commit

AHEAD = dt.timedelta(hours=24)
"""How long before the landing an arrival may be announced."""
COUNTER = dt.timedelta(hours=3)
"""How long after the landing a traveller is expected at the counter; the case stays in the queue."""
LISTED = 1000
ANNOUNCED = "announced"
"""Reason that is sealed with a landing that supersedes its announcement."""
LINES_LIMIT = 600
"""More travellers than any aircraft carries."""


class Flight(NamedTuple):
    """Waiting travellers of a flight, in the order of the queue; ``number`` is empty where the records name no flight."""

    number: str
    day: dt.date
    landing_at: dt.datetime
    cases: Sequence[QueuedCase]


def announce(service: DecisionService, caller: Caller, records: Sequence[dict[str, object]]) -> list[dict[str, Any]]:
    """Store landings and decide about each; what is wrong with a record stands at its place and costs no other its decision.

    Raises `Refusal` 422 for more records than an aircraft carries.
    """
    if len(records) > LINES_LIMIT:
        raise Refusal(422, "batch", "too many landings at once", expected=f"at most {LINES_LIMIT}, a flight's")
    return [_announce(service, caller, record) for record in records]


def decide_landing(
    service: DecisionService, caller: Caller, row: pa.Table, key: IdempotencyKey | None = None
) -> tuple[Decision, bool]:
    """Store a landing and decide about it; return the decision, and whether it is new.

    A landing that was announced and comes at another time, or otherwise than announced, supersedes the announcement.

    Raises `Refusal` 409 if another record with this id is stored that was no announcement.
    """
    try:
        return service.decide("entry", row, str(row.column("port")[0].as_py()), caller=caller, key=key)
    except Refusal as refusal:
        if refusal.code != "exists":
            raise
        return in_transaction(
            service.engine, lambda connection: _replace(connection, service, caller, row), caller.reach
        ), True


def _replace(connection: Connection, service: DecisionService, caller: Caller, row: pa.Table) -> Decision:
    landing_id = str(row.column("landing_id")[0].as_py())
    lock_until_commit(connection, "landings", landing_id)
    if not decisions.is_announced(connection, "entry", landing_id):
        expected = "a new id, or a correction at /v1/corrections"
        raise Refusal(409, "exists", "a record with this id is stored already", expected=expected)
    correct_record(connection, service, caller, "landings", row, ANNOUNCED)
    decision = decisions.latest(connection, "entry", landing_id)
    assert decision is not None  # noqa: S101 (decided a line above)
    return decision


def _announce(service: DecisionService, caller: Caller, record: dict[str, object]) -> dict[str, Any]:
    try:
        row = accepted_rows(service, "landings", [record], caller, ahead=AHEAD)
        decision, _ = decide_landing(service, caller, row)
    except Refusal as refusal:
        return refusal.as_json()
    answer: dict[str, Any] = orjson.loads(decision.shown)
    return answer


def flights(connection: Connection, service: DecisionService, caller: Caller, port: str | None) -> list[Flight]:
    """Return the flights whose travellers are announced or at the counter of a port, the earliest first."""
    now = int(service.now(connection).timestamp() * 1_000_000)
    begin, end = (now - _microseconds(COUNTER), now + _microseconds(AHEAD))
    order = order_in_force(connection, port, "priority")
    waiting = waiting_cases.landings_between(connection, port, begin, end, limit=LISTED, order=order)
    together: dict[tuple[str, dt.date], list[QueuedCase]] = {}
    for case in queued_cases(connection, service, caller, waiting):
        number = (case.summary.flight if case.summary else None) or ""
        together.setdefault((number, moment_of(case.decision.as_of).date()), []).append(case)
    listed = [
        Flight(number, day, moment_of(min(case.decision.as_of for case in cases)), cases)
        for (number, day), cases in together.items()
    ]
    return sorted(listed, key=lambda flight: (flight.landing_at, flight.number))


def _microseconds(time: dt.timedelta) -> int:
    return time // dt.timedelta(microseconds=1)
