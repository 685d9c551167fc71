"""Findings of a case in one language: sentence, question, and the people behind it side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from features.languages import texts
from features.matrix import TABLE_OF_SUBJECT
from features.tables.definition import Kind
from features.tables.schema import TABLES
from serving.decisions.compared_records import ComparedRecord
from serving.i18n.formats import format_day, format_value

COMPARED = 4
"""Records beside the case; the others are linked below."""
_ALWAYS = ("family_name", "given_names", "birth_date", "status_of_residence")


@dataclass(frozen=True, slots=True)
class Cell:
    """Value of a column; ``same`` says that it is the same as the case's, which another post's record says without it."""

    value: str
    same: bool = False


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """Column of the case beside the same of the records; ``cells`` begin with the case."""

    label: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class EvidenceLink:
    """Record behind a finding; ``match`` says what agrees with an entry of a register."""

    table: str
    record_id: str
    match: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """Finding; ``name`` and ``weight`` are empty in an answer from before findings."""

    code: str
    name: str
    weight: str
    sentence: str
    usual: str
    resembles: str
    question: str
    for_interview: bool
    compared: list[EvidenceLink]
    places: list[str]
    rows: list[ComparisonRow]
    others: list[EvidenceLink]

    @property
    def evidence_count(self) -> int:
        """Count of the records behind the finding."""
        return len(self.compared) + len(self.others)


def finding_views(
    shown: Mapping[str, Any], own: Mapping[str, Any], compared: Mapping[tuple[str, str], ComparedRecord], language: str
) -> list[FindingView]:
    """Return the findings of a decision, in its order; ``own`` is the case's record."""
    table = TABLE_OF_SUBJECT[shown["subject"]]
    return [_view(reason, table, own, compared, language) for reason in shown["reasons"]]


def _view(
    reason: Mapping[str, Any], table: str, own: Mapping[str, Any], compared: Mapping[tuple[str, str], ComparedRecord],
    language: str,
) -> FindingView:  # fmt: skip
    keys = [(entry["table"], entry["id"]) for entry in reason["evidence"]]
    links = {
        key: EvidenceLink(*key, entry.get("match", {}).get(language, ""))
        for key, entry in zip(keys, reason["evidence"], strict=True)
    }
    beside = [compared[key] for key in keys if key in compared][:COMPARED]
    shown = {(record.table, record.record_id) for record in beside}
    said = {part: reason.get(part, {}).get(language, "") for part in ("name", "weight", "usual", "resembles")}
    return FindingView(
        code=reason["code"], sentence=reason[language], **said, question=reason["question"][language],
        for_interview=reason["direction"] == "raises",
        compared=[links[record.table, record.record_id] for record in beside], places=[record.place for record in beside],
        rows=_rows(table, own, beside, language) if beside else [],
        others=[link for key, link in links.items() if key not in shown],
    )  # fmt: skip


def _rows(table: str, own: Mapping[str, Any], beside: list[ComparedRecord], language: str) -> list[ComparisonRow]:
    """Return the columns worth comparing: who it is, and every column that a record shares; none that is empty throughout."""
    labels, definition = texts("serving.columns"), TABLES[table]
    shared = {column for record in beside for column in record.same}
    rows = [ComparisonRow(texts("pages.case")["record_day"][language], _days(table, own, beside, language))]
    for column in definition.columns:
        if column.name in shared or column.name in _ALWAYS:
            cells = [Cell(_text(table, column.name, own.get(column.name), language))]
            cells += [_cell(record, column.name, language) for record in beside]
            if any(cell.value or cell.same for cell in cells):
                rows.append(ComparisonRow(labels[column.name][language], cells))
    return rows


def _days(table: str, own: Mapping[str, Any], beside: list[ComparedRecord], language: str) -> list[Cell]:
    return [
        Cell(format_day(day, language))
        for day in (own[TABLES[table].occurred_at].date(), *(record.day for record in beside))
    ]


def _cell(record: ComparedRecord, column: str, language: str) -> Cell:
    """Return the record's value; under another column where that is the same as the case's."""
    other = record.same.get(column, column)
    text = _text(record.table, other, record.values.get(other), language)
    label = "" if other == column else texts("serving.columns")[other][language]
    return Cell(f"{label}: {text}" if label and text else label or text, column in record.same)


def _text(table: str, column: str, value: object, language: str) -> str:
    definition = next((item for item in TABLES[table].columns if item.name == column), None)
    if value is None or definition is None:
        return ""
    return format_value(value, language, category=definition.kind is Kind.CATEGORY)
