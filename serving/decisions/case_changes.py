"""What changed about a case since its last score?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from features.matrix import TABLE_OF_SUBJECT
from serving.decisions.scoring import PROTECT
from serving.decisions.service import DecisionService
from serving.store import decisions
from serving.store.decisions import Decision
from serving.store.rescorings import rescorings_of

UP, DOWN, SAME = "up", "down", "same"
FIRST = (PROTECT, "child")
"""Warnings that put a case first, in their order."""


@dataclass(frozen=True, slots=True)
class CaseChange:
    """Difference between a decision and the one before it.

    Attributes
    ----------
    before_id
        The decision before.
    columns
        Columns of the record that were corrected.
    appeared, gone
        Codes of findings that are shown now and were not before, and the other way round.
    warned
        Codes of warnings that put the case first and were not there before.
    causes
        Tables of the later records for which the case was scored again; empty if it was not.
    moved
        Whether the case moved ``up`` or ``down`` in the queue; empty where a score is missing or not shown.
    """

    before_id: str
    columns: tuple[str, ...]
    appeared: tuple[str, ...]
    gone: tuple[str, ...]
    moved: str
    warned: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()


def change_since_last(connection: Connection, service: DecisionService, decision: Decision) -> CaseChange | None:
    """Return what changed since the decision before; None for a first decision."""
    before = decisions.before(connection, decision)
    return None if before is None else change_between(connection, service, before, decision)


def change_between(
    connection: Connection, service: DecisionService, before: Decision, decision: Decision
) -> CaseChange:
    """Return what changed between a decision and the next."""
    rescoring = rescorings_of(connection, [decision.decision_id]).get(decision.decision_id)
    was, now = _codes(before), _codes(decision)
    columns = _changed_columns(connection, service, before, decision)
    return CaseChange(
        before.decision_id, columns, tuple(code for code in now if code not in was),
        tuple(code for code in was if code not in now), _moved(before, decision),
        tuple(code for code in FIRST if code in _warnings(decision) and code not in _warnings(before)),
        () if rescoring is None else rescoring.tables,
    )  # fmt: skip


def _codes(decision: Decision) -> list[str]:
    shown: dict[str, Any] = orjson.loads(decision.shown)
    return [reason["code"] for reason in shown["reasons"]]


def _warnings(decision: Decision) -> set[str]:
    shown: dict[str, Any] = orjson.loads(decision.shown)
    return {warning["code"] for warning in shown["warnings"]}


def _moved(before: Decision, after: Decision) -> str:
    was, now = _place(before), _place(after)
    if was == now and after.shown_score() is None:
        return ""  # its place among those without a score has nothing to do with records
    return SAME if was == now else UP if now > was else DOWN


def _place(decision: Decision) -> tuple[int, float]:
    """Return what orders a case in the queue: a warning that puts it first, then whether it has a score, then the score."""
    first = [len(FIRST) - at for at, code in enumerate(FIRST) if code in _warnings(decision)]
    score = decision.shown_score()
    return max(first, default=0 if score is not None else -1), score or 0.0


def _changed_columns(
    connection: Connection, service: DecisionService, before: Decision, after: Decision
) -> tuple[str, ...]:
    table = TABLE_OF_SUBJECT[after.subject]
    was, now = (
        service.readable_rows(connection, table, [after.subject_id], version.record_position)
        for version in (before, after)
    )
    if not was.num_rows or not now.num_rows:
        return ()
    return tuple(name for name in now.column_names if was.column(name).to_pylist() != now.column(name).to_pylist())
