"""Own view first: on a random share of cases an officer writes a view before the findings are shown.

The service draws once a case and officer, and stores the draw before anything is shown. What the findings advise is an
interview if any of them calls for it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from serving.auth.permissions import OFFICER, Caller
from serving.decisions.case_groups import case_facts
from serving.decisions.evidence import decision_in_scope
from serving.decisions.service import DecisionService
from serving.refusals import Refusal
from serving.store import decisions, own_views, queue_acts
from serving.store.decisions import Decision
from serving.store.own_views import ViewPair
from serving.store.transactions import transaction

FIRST, AFTER = "first", "after"
VIEWS: Mapping[str, tuple[str, ...]] = {FIRST: ("interview", "no_interview"), AFTER: ("agree", "disagree")}
"""Views by stage."""
REASONS = ("record", "linked", "documents", "experience", "other_ground")
SMALLEST_GROUP = 10
"""Views; a smaller group has no rates."""
_random = random.SystemRandom()


def draw_own_view(
    connection: Connection, service: DecisionService, caller: Caller, decision: Decision,
    number: Callable[[], float] = _random.random,
) -> str:  # fmt: skip
    """Return the stage of the view that a caller owes a case, drawn now if it was not yet; empty for none."""
    if caller.role is not OFFICER or not _has_findings(decision):
        return ""
    drawn = own_views.draw_of(connection, decision, caller.account_id)
    if drawn is None:
        drawn = _draw(connection, service, caller, decision, number)
    if not drawn:
        return ""
    stages = own_views.stages_of(connection, decision, caller.account_id)
    return next((stage for stage in (FIRST, AFTER) if stage not in stages), "")


def _draw(
    connection: Connection, service: DecisionService, caller: Caller, decision: Decision, number: Callable[[], float]
) -> bool:
    """Draw for a case that still waits; without a share nothing is drawn."""
    share, case = service.models.settings.own_view_share, (decision.subject, decision.subject_id)
    if not share or decisions.is_interviewed(connection, *case) or queue_acts.closing_reason(connection, *case):
        return False
    return own_views.insert_draw(connection, decision, caller.account_id, share=share, is_first=number() < share)


def _has_findings(decision: Decision) -> bool:
    return decision.route == "interview_queue" and bool(orjson.loads(decision.shown)["reasons"])


def require_own_view(connection: Connection, service: DecisionService, caller: Caller, decision: Decision) -> None:
    """Refuse what would show the findings before the own view is written: `Refusal` 409."""
    if draw_own_view(connection, service, caller, decision) == FIRST:
        raise Refusal(409, "own_view", "the own view comes first", expected="the view, on the page of the case")


def without_findings(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return a decision as it is shown before the own view: neither findings nor score, warnings about persons alone."""
    kept = [warning for warning in shown["warnings"] if warning["code"] in {"protect", "register_withheld"}]
    hidden: dict[str, Any] = {
        "reasons": [], "findings": [], "contributions": [], "score": None, "raw_score": None, "warnings": kept,
    }  # fmt: skip
    return {**shown, **hidden}


def write_own_view(service: DecisionService, caller: Caller, decision_id: str, view: str, reason: str) -> None:
    """Store the view that a caller owes a case; a view that was written already stays.

    Raises `Refusal` 404 for a case out of scope, 422 for another view or reason.
    """
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, decision_id)
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


@dataclass(frozen=True, slots=True)
class OverrideRates:
    """Rates of a group of cases; None where the group is too small to be shown.

    Attributes
    ----------
    count
        Views written before the findings were shown.
    agreed_first_share
        Share that agreed with the findings' advice before it was shown.
    overridden_share
        Share of those answered afterwards that disagreed with the findings.
    changed_share
        Share of those with another view at first that agreed afterwards.
    """

    group: str
    value: str
    count: int
    agreed_first_share: float | None
    overridden_share: float | None
    changed_share: float | None


def override_rates(service: DecisionService, caller: Caller) -> list[OverrideRates]:
    """Return the rates by post, status, nationality, sex and age band, for an auditor."""
    with transaction(service.engine, caller.reach) as connection:
        pairs = own_views.pairs(connection)
        facts = case_facts(connection, service, [(pair.subject, pair.subject_id) for pair in pairs])
    groups: dict[tuple[str, str], list[ViewPair]] = {}
    for pair in pairs:
        own = facts.get((pair.subject, pair.subject_id))
        for name, value in {"post": pair.post, **(own.groups if own else {})}.items():
            groups.setdefault((name, value), []).append(pair)
    return [override_rate(*key, members) for key, members in sorted(groups.items())]


def override_rate(group: str, value: str, pairs: Sequence[ViewPair]) -> OverrideRates:
    """Return the rates of views of a group."""
    if len(pairs) < SMALLEST_GROUP:
        return OverrideRates(group, value, len(pairs), None, None, None)
    answered = [pair for pair in pairs if pair.after is not None]
    others = [pair for pair in answered if pair.first != pair.advice]
    return OverrideRates(
        group, value, len(pairs), _share([pair.first == pair.advice for pair in pairs]),
        _share([pair.after == "disagree" for pair in answered]), _share([pair.after == "agree" for pair in others]),
    )  # fmt: skip


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None
