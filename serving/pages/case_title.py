"""Who and what a case is, in three lines of one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from features.languages import texts
from features.online import age_years
from serving.decisions.due_dates import DueDate
from serving.i18n.formats import category_label, format_day, format_value
from serving.pages.case_labels import due_label
from serving.store.decisions import Decision

_TITLES = {
    "visa": ("status_of_residence", "intended_stay_days", "intended_arrival_on", "occupation", "travel_paid_by"),
    "entry": ("status_of_residence", "permitted_stay_days", "flight", "stay_address"),
}


@dataclass(frozen=True, slots=True)
class CaseTitle:
    """Name of the person with other names, the lines below it, the sponsor, and when the interview is due."""

    name: str
    other_names: str
    age: str
    facts: list[tuple[str, str]]
    sponsor: str
    sponsor_relation: str
    day: str
    due: DueDate | None
    due_label: str
    due_day: str


def case_title(decision: Decision, row: Mapping[str, Any], due: DueDate | None, language: str) -> CaseTitle:
    """Return who a case is about and what is sought."""
    words, columns = texts("serving.heading"), texts("serving.columns")
    years = age_years(row["birth_date"], decision.as_of)
    facts = [
        (columns[name][language], _value(name, row[name], language))
        for name in _TITLES[decision.subject] if row.get(name) is not None
    ]  # fmt: skip
    relation = row.get("guarantor_relationship")
    moment = row["submitted_at" if decision.subject == "visa" else "landed_at"]
    return CaseTitle(
        full_name(row), row.get("other_names") or "",
        words["age_unknown" if years is None else "age"][language].format(n=years), facts,
        row.get("guarantor_name") or "", "" if relation is None else category_label(relation, language),
        format_day(moment.date(), language), due, due_label(due, language) if due else "",
        format_day(due.on, language) if due else "",
    )  # fmt: skip


def full_name(row: Mapping[str, Any]) -> str:
    """Return family name and given names as the record has them."""
    return " ".join(filter(None, (row["family_name"], row["given_names"])))


def _value(name: str, value: Any, language: str) -> str:
    if name.endswith("_on"):
        return format_day(value, language)
    return format_value(value, language, category=name in {"status_of_residence", "travel_paid_by"})
