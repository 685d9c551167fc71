"""Yearly review: the figures of each measure in the last complete year beside those of the year before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from serving.auth.permissions import Caller
from serving.decisions.service import DecisionService
from serving.measures.disparities import QUESTIONS
from serving.measures.fairness_report import FairnessReport, fairness_report
from serving.measures.harm import MEASURES
from serving.measures.harm_ledger import HarmLedger, harm_ledger
from serving.measures.statistics import Statistics, statistics
from serving.store.transactions import transaction

_JAPAN = ZoneInfo("Asia/Tokyo")

Bounds = tuple[float, float, float]
"""Share with a 95 % interval."""
Figure = Bounds | int | None
"""Share, or count; None for too few people."""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A measure in two years; ``page`` is where it is explained."""

    measure: str
    page: str
    before: Figure
    latest: Figure


@dataclass(frozen=True, slots=True)
class YearlyReview:
    """Measures of the year ``latest`` and of the year before."""

    latest: int
    rows: list[ReviewRow]


def yearly_review(service: DecisionService, caller: Caller) -> YearlyReview:
    """Return the review of the last complete year, by the time of Japan."""
    with transaction(service.engine, caller.reach) as connection:
        latest = service.now(connection).astimezone(_JAPAN).year - 1
        victims = statistics(connection, service)
    before, after = (list(_figures(service, caller, victims, year)) for year in (latest - 1, latest))
    return YearlyReview(latest, [ReviewRow(*old, new[2]) for old, new in zip(before, after, strict=True)])


def _figures(
    service: DecisionService, caller: Caller, victims: Statistics, year: int
) -> Iterator[tuple[str, str, Figure]]:
    days = (f"{year}-01-01", f"{year}-12-31")
    yield "victims", "statistics", victims.totals.get(year)
    yield from _of_fairness(fairness_report(service, caller, *days, with_validation=False))
    yield from _of_harm(harm_ledger(service, caller, *days))


def _of_fairness(report: FairnessReport) -> Iterator[tuple[str, str, Figure]]:
    everybody = {row.question: row for row in report.disparities if row.attribute == "all"}
    yield "interviews", "fairness", report.interviews
    for question in QUESTIONS:
        row = everybody[question]
        yield question, "fairness", None if row.share is None else (row.share, row.low or 0.0, row.high or 0.0)
    yield "alarms", "fairness", sum(row.alarm for row in report.disparities)
    yield "anchoring", "fairness", sum(row.alarm for row in report.anchoring)


def _of_harm(ledger: HarmLedger) -> Iterator[tuple[str, str, Figure]]:
    flagged = {figure.measure: figure.flagged for figure in ledger.figures}
    yield from ((measure, "harm", flagged[measure]) for measure in MEASURES)
    yield "worse", "harm", sum(figure.is_worse for figure in ledger.figures)
    yield "refused", "harm", sum(row.times for row in ledger.refused)
