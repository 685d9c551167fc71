"""Harm ledger of a period: how people without indications fared, repeated interviews, overrides, and refused reads of scores."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from serving.auth.permissions import Caller
from serving.decisions.override_rates import OverrideRates, override_rate
from serving.decisions.service import DecisionService
from serving.measures.harm import HarmFigure, Person, harm_figures
from serving.measures.later_landings import landings_of
from serving.measures.live_cases import BY_SCORE, DRAWN, Interviewed, interviewed_cases
from serving.measures.period import period_of
from serving.store import own_views, refused_reads
from serving.store.refused_reads import RefusedReads
from serving.store.transactions import transaction

WAIT = dt.timedelta(days=7)
"""Longer waits for an interview count: the usual time of a visa is five working days."""
LANDING = dt.timedelta(days=180)
"""Time within which most who get a visa have landed."""
FOLLOW_UP = dt.timedelta(days=365)
"""Further interviews are counted until so long after the period."""


@dataclass(frozen=True, slots=True)
class HarmLedger:
    """Ledger of the interviews that became known in ``[since, until)``.

    Attributes
    ----------
    flagged, drawn
        People without indications whom the score called in, and whom chance did.
    interviews
        Number of interviews to the count of flagged people without indications who had as many.
    views
        Views of officers before and after the findings, of everybody.
    """

    since: dt.datetime
    until: dt.datetime
    flagged: int
    drawn: int
    figures: list[HarmFigure]
    interviews: Mapping[int, int]
    views: OverrideRates
    refused: list[RefusedReads]

    @property
    def last_day(self) -> dt.date:
        """Last day of the period."""
        return (self.until - dt.timedelta(days=1)).date()


def harm_ledger(
    service: DecisionService, caller: Caller, first: str, last: str, *, until_end: bool = False
) -> HarmLedger:
    """Return the ledger of a period of days, with what followed it; raises `Refusal` 422 for a period that cannot be read.

    With ``until_end`` nothing after the period counts, so that the ledger stays as it is while more happens.
    """
    with transaction(service.engine, caller.reach) as connection:
        now = service.now(connection)
        since, until = period_of(first, last, now)
        now = until if until_end else now
        cases = interviewed_cases(connection, service, since, until if until_end else until + FOLLOW_UP)
        own = [case for case in cases if _is_counted(case, until)]
        people = _people(connection, service, own, cases, now)
        views = override_rate("all", "", own_views.pairs(connection, since, until))
        refused = refused_reads.counts(connection, since, until)
    held = Counter(case.facts.passport_number for case in cases)
    flagged = {case.facts.passport_number for case in own if case.outcome["arm"] == BY_SCORE}
    interviews = dict(sorted(Counter(held[passport] for passport in flagged).items()))
    count = sum(person.is_flagged for person in people)
    return HarmLedger(since, until, count, len(people) - count, harm_figures(people), interviews, views, refused)


def _is_counted(case: Interviewed, until: dt.datetime) -> bool:
    """Return whether an adult whom the score or chance called in had no indications within the period."""
    known, row = case.outcome["known_at"] < until, case.outcome
    return (
        known
        and row["finding"] == "no_indication"
        and row["arm"] in {BY_SCORE, DRAWN}
        and case.decision.route != "child_procedure"
    )


def _people(
    connection: Connection, service: DecisionService, own: Sequence[Interviewed], cases: Sequence[Interviewed],
    now: dt.datetime,
) -> list[Person]:  # fmt: skip
    landed = landings_of(
        connection, service, [case.decision.subject_id for case in own if case.decision.subject == "visa"]
    )
    later: dict[str, dt.datetime] = {}
    for case in cases:
        passport, at = case.facts.passport_number, case.outcome["occurred_at"]
        later[passport] = max(later.get(passport, at), at)
    return [
        Person(
            case.outcome["arm"] == BY_SCORE, f"{case.decision.post}/{case.facts.groups['status_of_residence']}",
            {
                "waited": case.outcome["occurred_at"] - case.facts.lodged_at > WAIT,
                "again": later[case.facts.passport_number] > case.outcome["occurred_at"],
                "not_landed": _not_landed(case, landed.get(case.decision.subject_id), now),
            },
        )
        for case in own
    ]  # fmt: skip


def _not_landed(case: Interviewed, landed: dt.datetime | None, now: dt.datetime) -> bool | None:
    """Return whether an applicant did not land in time; None for landings, and before the time is over."""
    end = case.outcome["occurred_at"] + LANDING
    if case.decision.subject != "visa" or end > now:
        return None
    return landed is None or landed > end
