"""Fairness page: rates of groups with intervals, alarms, views given up, and drift of the models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from serving.api.measures import FirstDay, LastDay
from serving.auth.sessions import PageReader
from serving.decisions.case_groups import UNKNOWN
from serving.i18n.formats import category_label
from serving.measures.anchoring_alarm import Anchoring
from serving.measures.disparities import ALARMED, FALSE_ALARM_RATE, QUESTIONS, SMALLEST_GROUP, Disparity
from serving.measures.fairness_report import FairnessReport, fairness_report
from serving.measures.model_drift import DriftFigure
from serving.pages.interval_chart import Interval, interval_chart
from serving.web.rendering import Page, language_of, page_texts, render

router = APIRouter(include_in_schema=False)
_NOT_DRAWN = "post"
"""Attribute with too many groups for a chart; its table lists them."""


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question with the chart of its groups and their rows, everybody first; labels stand beside the rows."""

    question: str
    chart: Markup | None
    rows: list[tuple[str, Disparity]]
    small: int


@dataclass(frozen=True, slots=True)
class FairnessPage(Page):
    """Report of a period; ``alarms`` are the rows of all questions that raise one, with their labels.

    ``is_compared`` says whether any group could be compared with others, ``called_in`` is the rate without indications.
    """

    name: ClassVar[str] = "fairness"
    first: str
    last: str
    interviews: int
    alarms: list[tuple[str, Disparity]]
    is_compared: bool
    called_in: Disparity | None
    questions: list[QuestionView]
    views: list[Anchoring]
    drift: list[DriftFigure]
    with_validation: bool
    smallest: int
    rate: float


@router.get("/fairness")
def fairness(
    request: Request, caller: PageReader, first: FirstDay = "", last: LastDay = "", validation: bool = False
) -> Response:
    """Show disparities of a period; no reading, since it shows no person."""
    report = fairness_report(request.app.state.service, caller, first, last, with_validation=validation)
    return render(request, _page(report, language_of(request), with_validation=validation), caller)


def _page(report: FairnessReport, language: str, *, with_validation: bool) -> FairnessPage:
    words = page_texts("fairness", language)
    by_question = {name: list(rows) for name, rows in groupby(report.disparities, lambda row: row.question)}
    labelled = [(_label(row, words, language), row) for row in report.disparities if row.alarm]
    return FairnessPage(
        f"{report.since:%Y-%m-%d}", f"{report.last_day:%Y-%m-%d}", report.interviews, labelled,
        any(_is_compared(row) for row in report.disparities), _called_in(by_question.get("without_indication", [])),
        [_question(name, by_question.get(name, ()), words, language) for name in QUESTIONS],
        report.anchoring, report.drift, with_validation, SMALLEST_GROUP, FALSE_ALARM_RATE,
    )  # fmt: skip


def _question(name: str, rows: Sequence[Disparity], words: Mapping[str, str], language: str) -> QuestionView:
    shown = [(_label(row, words, language), row) for row in rows if row.share is not None]
    drawn = [
        Interval(label, row.share or 0.0, row.low or 0.0, row.high or 0.0, row.expected, row.alarm)
        for label, row in shown if row.attribute != _NOT_DRAWN
    ]  # fmt: skip
    chart = interval_chart(drawn, words[f"question_{name}"]) if drawn else None
    return QuestionView(name, chart, shown, len(rows) - len(shown))


def _is_compared(row: Disparity) -> bool:
    """Return whether the rate of a group stands beside that of others: a rate of people who are all of it says nothing."""
    return row.question in ALARMED and row.attribute != "all" and row.expected not in {None, row.share}


def _called_in(rows: Sequence[Disparity]) -> Disparity | None:
    """Return the row of everybody who was called in; None where they are too few."""
    return next((row for row in rows if row.attribute == "all" and row.share is not None), None)


def _label(row: Disparity, words: Mapping[str, str], language: str) -> str:
    if row.attribute == "all":
        return words["everybody"]
    value = (
        category_label(row.group, language)
        if row.attribute == "status_of_residence" or row.group == UNKNOWN
        else row.group
    )
    return f"{words[f'group_{row.attribute}']}: {value}"
