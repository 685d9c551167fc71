"""Own view first: on a random share of cases an officer writes a view before the findings are shown.

Who is drawn follows from a keyed hash of case and account, so that every list and answer hides the findings of the same
cases without writing; opening a case stores its draw. What the findings advise is an interview if any of them calls for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pyarrow as pa
from sqlalchemy import Connection

from features.identity.hashes import hash_texts
from features.store.encryption import DataKey
from serving.auth.permissions import OFFICER, Caller
from serving.decisions.service import DecisionService
from serving.refusals import Refusal
from serving.store import own_views
from serving.store.decisions import Decision
from serving.store.own_views import Standing
from serving.store.transactions import transaction

FIRST, AFTER = "first", "after"
VIEWS: Mapping[str, tuple[str, ...]] = {FIRST: ("interview", "no_interview"), AFTER: ("agree", "disagree")}
"""Views by stage."""
REASONS = ("record", "linked", "documents", "experience", "other_ground")
_KIND = 60_001
"""Kind under which case and account are hashed: apart from every kind of posting and from the words of the search."""


def draw_own_view(connection: Connection, service: DecisionService, caller: Caller, decision: Decision) -> str:
    """Return the stage of the view that a caller owes a case; empty for none. A draw that was not stored yet is stored now."""
    if not _may_owe(caller, decision):
        return ""
    standing = own_views.standings(connection, [decision], caller.account_id)[decision.subject, decision.subject_id]
    is_first = _is_first(service, caller, decision, standing)
    share = service.models.settings.own_view_share
    if standing.is_first is None and standing.is_waiting and share:
        own_views.insert_draw(connection, decision, caller.account_id, share=share, is_first=is_first)
    return next((stage for stage in (FIRST, AFTER) if is_first and stage not in standing.stages), "")


def cases_without_own_view(
    connection: Connection, service: DecisionService, caller: Caller, cases: Sequence[Decision]
) -> frozenset[tuple[str, str]]:
    """Return (subject, subject id) of the cases whose findings a caller does not see yet. Stores nothing."""
    owing = [case for case in cases if _may_owe(caller, case)]
    standings = own_views.standings(connection, owing, caller.account_id) if owing else {}
    return frozenset(
        (case.subject, case.subject_id) for case in owing
        if FIRST not in (standing := standings[case.subject, case.subject_id]).stages
        and _is_first(service, caller, case, standing)
    )  # fmt: skip


def draw_number(data_key: DataKey, account_id: int, decision: Decision) -> float:
    """Return the number in [0, 1) of a case and an account; below the share, the own view comes first."""
    name = f"{decision.subject}/{decision.subject_id}/{account_id}"
    [key] = hash_texts(pa.array([name]), "own_view")
    return (data_key.blind(_KIND, int(key)) % 2**64 >> 11) / 2**53


def _may_owe(caller: Caller, decision: Decision) -> bool:
    """Return whether a caller may owe the case an own view: it has findings, and an officer reads them."""
    has_findings = '"reasons":[]' not in decision.shown
    return caller.role is OFFICER and decision.route == "interview_queue" and has_findings


def _is_first(service: DecisionService, caller: Caller, decision: Decision, standing: Standing) -> bool:
    """Return whether the own view comes first: as it was stored or, of a case that still waits, as the share says now."""
    if standing.is_first is not None:
        return standing.is_first
    share = service.models.settings.own_view_share
    return standing.is_waiting and draw_number(service.store.data_key, caller.account_id, decision) < share


def require_own_view(connection: Connection, service: DecisionService, caller: Caller, decision: Decision) -> None:
    """Refuse what would show the findings before the own view is written: `Refusal` 409."""
    if draw_own_view(connection, service, caller, decision) == FIRST:
        raise Refusal(409, "own_view", "the own view comes first", expected="the view, on the page of the case")


def shown_to(connection: Connection, service: DecisionService, caller: Caller, decision: Decision) -> str:
    """Return a decision's JSON text for a caller: byte for byte as it was stored, without findings until the own view."""
    if draw_own_view(connection, service, caller, decision) != FIRST:
        return decision.shown
    return orjson.dumps(without_findings(orjson.loads(decision.shown))).decode()


def without_findings(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return a decision as it is shown before the own view: neither findings nor score, warnings about persons alone."""
    kept = [warning for warning in shown["warnings"] if warning["code"] in {"protect", "register_withheld"}]
    hidden: dict[str, Any] = {
        "reasons": [], "findings": [], "contributions": [], "score": None, "raw_score": None, "remainder": None,
        "warnings": kept, "own_view_due": True,
    }  # fmt: skip
    return {**shown, **hidden}


def write_own_view(service: DecisionService, caller: Caller, decision: Decision, view: str, reason: str) -> None:
    """Store the view that a caller owes a case; a view that was written already stays.

    Raises `Refusal` 422 for another view or reason.
    """
    with transaction(service.engine, caller.reach) as connection:
        stage = draw_own_view(connection, service, caller, decision)
        if not stage:
            return
        if view not in VIEWS[stage] or reason not in REASONS:
            where = ["view"] if view not in VIEWS[stage] else ["reason"]
            expected = f"{' or '.join(VIEWS[stage])}; {' '.join(REASONS)}"
            raise Refusal(422, "own_view", "there is no such view or reason", where=where, expected=expected)
        raised = any(reason["direction"] == "raises" for reason in orjson.loads(decision.shown)["reasons"])
        advice = VIEWS[FIRST][0 if raised else 1]
        own_views.insert_view(connection, decision, caller.account_id, stage, view, reason, advice)
