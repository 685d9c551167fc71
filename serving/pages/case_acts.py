"""What an officer may do with a case of the queue, and who has it at hand: shown on its page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from features.languages import texts
from serving.auth.permissions import Caller, Role
from serving.decisions.case_acts import SKIP_REASONS, snooze_days
from serving.decisions.post_calendar import zone_of
from serving.decisions.service import DecisionService
from serving.i18n.formats import format_day
from serving.store import queue_acts
from serving.store.decisions import Decision
from serving.store.queue_acts import Place
from serving.web.rendering import page_texts


@dataclass(frozen=True, slots=True)
class CaseActs:
    """Acts on a case in one language.

    Attributes
    ----------
    state
        ``free``, ``mine``, ``other``, ``skip``, ``snooze``, ``closed``, or ``gone`` after an interview.
    who, until, reason
        Account of the act, its end at the post, and its reason; empty without.
    days
        First and last day to which the case may be put off.
    """

    decision_id: str
    state: str
    may_act: bool
    who: str
    until: str
    reason: str
    skip_reasons: list[tuple[str, str]]
    days: tuple[str, str]
    t: Mapping[str, str]


def case_acts(
    connection: Connection, service: DecisionService, caller: Caller, decision: Decision, language: str
) -> CaseActs:
    """Return what a caller may do with the case of a decision."""
    place = queue_acts.place_of(connection, decision.subject, decision.subject_id)
    reasons = {code: reason[language] for code, reason in texts("serving.skip_reasons").items()}
    days = ("", "")
    if place is not None:
        first, last = snooze_days(service.now(connection), place, decision.post, service)
        days = (first.isoformat(), last.isoformat())
    return CaseActs(
        decision.decision_id, _state(connection, place, caller, decision), caller.role is Role.OFFICER,
        (place and place.account) or "", until_label(place, decision.post, language),
        reasons.get((place and place.reason) or "", ""), [(code, reasons[code]) for code in SKIP_REASONS], days,
        page_texts("case_acts", language),
    )  # fmt: skip


def until_label(place: Place | None, post: str | None, language: str) -> str:
    """Return when an act on a case runs out: the time of a hold, the day of a case that was put off."""
    if place is None or place.until is None:
        return ""
    local = place.until.astimezone(zone_of(post))
    return format_day(local.date(), language) if place.act == "snooze" else f"{local:%H:%M}"


def _state(connection: Connection, place: Place | None, caller: Caller, decision: Decision) -> str:
    if place is None:
        closed = queue_acts.closing_reason(connection, decision.subject, decision.subject_id)
        return "gone" if closed is None else "closed"
    now = dt.datetime.now(dt.UTC)
    if place.is_held(now):
        return "mine" if place.account_id == caller.account_id else "other"
    return str(place.act) if place.stands(now) else "free"
