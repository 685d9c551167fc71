"""Labels of a case on the pages: due date and summary in a language."""

from __future__ import annotations

from features.languages import texts
from serving.decisions.due_dates import DueDate
from serving.decisions.interview_queue import Summary
from serving.i18n.formats import category_label, format_day


def due_label(due: DueDate, language: str) -> str:
    """Return the time left until a due date.

    >>> import datetime as dt
    >>> due_label(DueDate(dt.date(2012, 12, 31), -3), "en")
    '3 working days overdue'
    """
    by_days = {-1: "due_late_single", 0: "due_today", 1: "due_next"}
    key = by_days.get(due.left, "due_late" if due.left < 0 else "due_open")
    return texts("serving.summary")[key][language].format(n=abs(due.left))


def summary_labels(summary: Summary | None, language: str) -> list[str]:
    """Return status, length of stay and arrival of a case; nothing without a record."""
    if summary is None:
        return []
    labels = texts("serving.summary")
    return [
        category_label(summary.status, language),
        labels["stay_days"][language].format(n=f"{summary.stay_days:,}"),
        f"{labels['arrives'][language]} {format_day(summary.arrival, language)}",
    ]
