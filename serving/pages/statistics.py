"""Statistics page: identified victims by year, with small counts hidden, as tables, charts and a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from features.languages import texts
from serving.auth.permissions import Caller
from serving.auth.sessions import PageReader
from serving.i18n.formats import category_label
from serving.measures.statistics import BROKERS, Statistics, as_csv, statistics
from serving.measures.suppression import SMALLEST
from serving.pages.bar_chart import bar_chart
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, page_texts, render

router = APIRouter(include_in_schema=False)
_DRAWN = ("typology", "nationality", "identified_by")
"""Tables whose last year has a chart."""


@dataclass(frozen=True, slots=True)
class TableView:
    """A table with a chart of its last year, None where it has none; counts are None where hidden."""

    table: str
    chart: Markup | None
    rows: list[tuple[str, list[int | None]]]


@dataclass(frozen=True, slots=True)
class StatisticsPage(Page):
    """Counts of the complete years."""

    name: ClassVar[str] = "statistics"
    years: tuple[int, ...]
    totals: list[int | None]
    chart: Markup
    tables: list[TableView]
    smallest: int


@router.get("/statistics")
def yearly_statistics(request: Request, caller: PageReader) -> Response:
    """Show the statistics; no reading, since they show no person."""
    language = language_of(request)
    given = _statistics(request, caller)
    words = page_texts("statistics", language)
    chart = bar_chart([(str(year), given.totals[year]) for year in given.years], words["victims"])
    tables = [_view(given, table, words[f"table_{table}"], language) for table in given.tables]
    page = StatisticsPage(given.years, [given.totals[year] for year in given.years], chart, tables, SMALLEST)
    return render(request, page, caller)


@router.get("/statistics/csv")
def yearly_statistics_csv(request: Request, caller: PageReader) -> Response:
    """Return the same counts as a file."""
    headers = {"Content-Disposition": 'attachment; filename="statistics.csv"'}
    return Response(as_csv(_statistics(request, caller)), media_type="text/csv; charset=utf-8", headers=headers)


def _statistics(request: Request, caller: Caller) -> Statistics:
    service = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        return statistics(connection, service)


def _view(given: Statistics, table: str, title: str, language: str) -> TableView:
    labelled = {_label(table, name, language): by_year for name, by_year in given.tables[table].items()}
    rows = [(name, [by_year[year] for year in given.years]) for name, by_year in labelled.items()]
    last = [(name, counts[-1]) for name, counts in rows]
    drawn = table in _DRAWN and any(count for _, count in last)
    return TableView(table, bar_chart(last, f"{title}, {given.years[-1]}") if drawn else None, rows)


def _label(table: str, name: str, language: str) -> str:
    if table in {"identified_by", BROKERS}:
        label = texts("serving.identified_by").get(name)
    else:
        label = texts("typologies").get(name)
    return category_label(name, language) if label is None else label[language]
