"""Parts of the pack that measure: disparities between groups, and what interviews cost people who needed none."""

from __future__ import annotations

import datetime as dt

from serving.appraisal.pack import PackOrder, Section, table_of
from serving.auth.permissions import ALL_POSTS, Caller, Role
from serving.measures.disparities import SMALLEST_GROUP
from serving.measures.fairness_report import FairnessReport, fairness_report
from serving.measures.harm_ledger import harm_ledger
from serving.measures.period import LONGEST_DAYS
from serving.store.accounts import UNKNOWN_ACCOUNT

_READER = Caller(Role.AUDITOR, (), UNKNOWN_ACCOUNT, "appraisal pack", ALL_POSTS)
_DISPARITY = ["question", "attribute", "group", "people", "share", "low", "high", "expected", "alarm"]
_HARM = ["measure", "people", "compared_people", "flagged_share", "compared_share", "is_worse"]


def fair(order: PackOrder) -> Section:
    """Disparities by group, with intervals and alarms; a small group has no rate, and its size is not given."""
    report: FairnessReport = fairness_report(order.service, _READER, *_days(order), with_validation=False)
    rows = [
        tuple(None if name == "people" and row.share is None else getattr(row, name) for name in _DISPARITY)
        for row in report.disparities
    ]
    alarms = sum(row.alarm for row in report.disparities)
    figures = (("fair_figure", {"n": report.interviews, "alarms": alarms}),)
    return Section("fair", {"disparities": table_of(_DISPARITY, rows)}, figures=figures)


def harmed(order: PackOrder) -> Section:
    """What being called in did to people without indications, beside people whom chance called in."""
    ledger = harm_ledger(order.service, _READER, *_days(order), until_end=True)
    rows = [
        (
            figure.measure, _shown(figure.people), _shown(figure.compared_people), None if figure.flagged is None else figure.flagged[0],
            None if figure.compared is None else figure.compared[0], figure.is_worse,
        )
        for figure in ledger.figures
    ]  # fmt: skip
    refused = [(row.role, row.purpose, row.times) for row in ledger.refused]
    tables = {"harm": table_of(_HARM, rows), "refused_reads": table_of(["role", "purpose", "refused"], refused)}
    return Section(
        "harmed", tables, figures=(("harmed_figure", {"n": _words(ledger.flagged), "drawn": _words(ledger.drawn)}),)
    )


def _shown(count: int) -> int | None:
    """Return a count of people as it may be shown: None where they are few."""
    return count if count >= SMALLEST_GROUP else None


def _words(count: int) -> str:
    return f"{count:,}" if count >= SMALLEST_GROUP else f"< {SMALLEST_GROUP}"


def _days(order: PackOrder) -> tuple[str, str]:
    """Return the first and the last day of the period; of a longer period, of its last years."""
    last = (order.period.until - dt.timedelta(microseconds=1)).date()
    first = max(order.period.since.date(), last - dt.timedelta(days=LONGEST_DAYS - 1))
    return first.isoformat(), last.isoformat()
