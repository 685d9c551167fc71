"""Rescoring: an open case that new records touch is decided again on all that is known, at whichever post it waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from features.facts.table_facts import facts_of_table
from features.matrix import TABLE_OF_SUBJECT
from features.store.records import RecordName
from serving.decisions.register_matches import register_view
from serving.decisions.service import Computed, DecisionService
from serving.decisions.sight import later_sight
from serving.log.leaves import Act, append_all
from serving.store import decisions, record_ids, rescorings, touched_cases
from serving.store.accounts import UNKNOWN_ACCOUNT
from serving.store.decisions import Decision
from serving.store.submissions import role_of_sender
from serving.store.touched_cases import Touched
from serving.store.transactions import lock_until_commit


class CannotRescore(Exception):
    """Raised for a case whose own record can no longer be read."""


class Rescored(NamedTuple):
    """A touched case, its decision before, and the one computed anew; both None where the case does not wait."""

    touched: Touched
    before: Decision | None = None
    computed: Computed | None = None


def rescored(connection: Connection, service: DecisionService, touched: Touched) -> Rescored | None:
    """Compute a touched case again and store nothing; None where scoring was stopped meanwhile and the case stays touched.

    The case keeps its place in time: it is due as before. Records count until the latest that touched it became known,
    and no clock is read, so that replay sees the same.

    Raises whatever kept the case from being computed.
    """
    lock_until_commit(connection, TABLE_OF_SUBJECT[touched.subject], touched.subject_id)
    before = decisions.latest(connection, touched.subject, touched.subject_id)
    if before is None or not decisions.is_waiting(connection, touched.subject, touched.subject_id):
        return Rescored(touched)
    if service.bundle_for(connection, before.subject, before.post) is None:
        return None
    return Rescored(touched, before, _again(connection, service, before, touched))


def store_rescored(connection: Connection, cases: Sequence[Rescored]) -> None:
    """Store the decisions that say something else than the one before, and why they were taken; settle what touched the cases.

    All of it is sealed at the end: whoever writes to the log meanwhile waits for the leaves alone.
    """
    acts: list[Act] = []
    for touched, before, computed in cases:
        if before is not None and computed is not None:
            computed.keep_lookups(connection, is_first=False)
            if _said(computed.decision) != _said(before):
                decision = replace(
                    computed.decision, record_position=before.record_position, account_id=UNKNOWN_ACCOUNT
                )
                acts += [
                    decisions.insert_unsealed(connection, decision),
                    rescorings.insert_unsealed(connection, decision, touched.tables, touched.positions),
                ]
    touched_cases.settle(connection, [case.touched for case in cases])
    append_all(connection, acts)


def _again(connection: Connection, service: DecisionService, before: Decision, touched: Touched) -> Computed:
    store = service.store
    row = store.rows(connection, TABLE_OF_SUBJECT[before.subject], [before.subject_id], before.record_position)
    if not row.num_rows:
        raise CannotRescore
    role = role_of_sender(connection, before.record_position)
    register = register_view(connection, store, role, before, row)
    # what became known at this very moment would not be visible
    seen_at = max(record_ids.latest_known_at(connection, touched.positions) + 1, before.seen_at() or 0)
    position = max(store.head(connection), before.position)
    sight = later_sight(connection, before, position, before.as_of, seen_at, register)
    own = facts_of_table(TABLE_OF_SUBJECT[before.subject], row)
    return service.score(connection, before.subject, row, own, before.post, sight)


def _said(decision: Decision) -> object:
    """Return what of a decision an officer would see changed: score, route, warnings, findings and the records behind them."""
    shown: dict[str, Any] = orjson.loads(decision.shown)
    warnings = [(warning["code"], warning["feature"]) for warning in shown["warnings"]]
    reasons = [(reason["code"], reason["direction"], _records(reason)) for reason in shown["reasons"]]
    return decision.score, decision.route, decision.model_sha256, warnings, reasons


def _records(reason: dict[str, Any]) -> frozenset[RecordName]:
    return frozenset((entry["table"], entry["id"]) for entry in reason["evidence"])
