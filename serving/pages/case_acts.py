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
from serving.store import accounts, queue_acts
from serving.store.decisions import Decision
from serving.store.queue_acts import HAND, Place
from serving.web.rendering import page_texts


@dataclass(frozen=True, slots=True)
class CaseActs:
    """Acts on a case in one language.

    Attributes
    ----------
    state
        ``free``, ``mine``, ``other``, ``handed`` by a colleague, ``given`` to a colleague who has not accepted it, ``skip``,
        ``snooze``, ``closed``, or ``gone`` after an interview.
    who, until, reason
        Account of the act, of a case handed over the colleague; its end at the post, and its reason; empty without.
    colleagues
        Account id and name of those to whom the case may be handed.
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
    colleagues: list[tuple[str, str]]
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
    state = _state(connection, place, caller, decision)
    who = place and (place.giver if state == "handed" else place.account)
    return CaseActs(
        decision.decision_id, state, caller.role is Role.OFFICER, who or "", until_label(place, decision.post, language),
        reasons.get((place and place.reason) or "", ""), [(code, reasons[code]) for code in SKIP_REASONS],
        colleague_choices(connection, caller) if state == "mine" else [], days, page_texts("case_acts", language),
    )  # fmt: skip


def colleague_choices(connection: Connection, caller: Caller) -> list[tuple[str, str]]:
    """Return account id and name of those to whom an officer may hand cases."""
    others = accounts.colleagues(connection, caller.posts, caller.account_id)
    return [(str(each.account_id), each.name) for each in others]


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
    if place.is_held_from(caller.account_id, now):
        return "other"
    if place.is_held(now):
        return "mine" if place.act != HAND else "handed" if place.account_id == caller.account_id else "given"
    return str(place.act) if place.stands(now) else "free"
