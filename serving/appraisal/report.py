"""The report of a pack: one HTML page in a language, with its pictures and styles within, to be read or printed without this service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from features.languages import texts
from serving.appraisal.pack import Chart, Section
from serving.i18n.formats import category_label
from serving.store.appraisal import Period

ROWS = 40
"""Rows of a table in the report; the files have all."""
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape(), undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
_WIDTH, _LABEL, _ROW = 720, 240, 24
_LABELS = (
    "appraisal.values",
    "serving.reading_views",
    "serving.interview_choices",
    "serving.correction_reasons",
    "serving.link_reasons",
)


@dataclass(frozen=True, slots=True)
class TableView:
    """A table of the report; ``more`` counts rows beyond the listed."""

    name: str
    title: str
    columns: list[str]
    rows: list[list[str]]
    more: int


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section of the report in a language."""

    key: str
    title: str
    intro: str
    figures: list[str]
    charts: list[Markup]
    tables: list[TableView]
    files: Sequence[str]


def report(period: Period, sections: Sequence[Section], language: str) -> str:
    """Return the report as HTML."""
    words = {key: label[language] for key, label in texts("appraisal").items()}
    views = [_section(section, words, language) for section in sections]
    return _TEMPLATES.get_template("report.html").render(
        t=words, lang=language, since=f"{period.since:%Y-%m-%d}", until=f"{period.until:%Y-%m-%d}", sections=views
    )  # fmt: skip


def _section(section: Section, words: dict[str, str], language: str) -> SectionView:
    return SectionView(
        section.key, words[section.key], words[f"{section.key}_help"],
        [words[key].format(**values) for key, values in section.figures],
        [bar_chart(chart, words[chart.key], language) for chart in section.charts if chart.bars],
        [_table(name, rows, words, language) for name, rows in section.tables.items()], section.files,
    )  # fmt: skip


def _table(name: str, rows: pa.Table, words: dict[str, str], language: str) -> TableView:
    columns = texts("appraisal.columns")
    cells = [[value_label(value, language) for value in row.values()] for row in rows.slice(0, ROWS).to_pylist()]
    return TableView(
        name, words[f"table_{name}"], [columns[column][language] for column in rows.column_names], cells, max(rows.num_rows - ROWS, 0)
    )  # fmt: skip


def value_label(value: object, language: str) -> str:
    """Return a value as people write it; a code without a label stays as it is."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return texts("serving.formats")["yes" if value else "no"][language]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3g}"
    text = str(value)
    label = next((labels[text] for section in _LABELS if text in (labels := texts(section))), None)
    short = f"{text[:12]}…" if len(text) == 64 else text
    return category_label(short, language) if label is None else label[language]


def bar_chart(chart: Chart, title: str, language: str) -> Markup:
    """Return bars as inline SVG, each with its label and number, so that nothing hangs on a colour."""
    most = max((count for _, count in chart.bars), default=0) or 1
    bars = []
    for number, (label, count) in enumerate(chart.bars):
        top, width = number * _ROW, max(count / most * (_WIDTH - _LABEL - 80), 1)
        bars.append(
            f'<text x="{_LABEL - 8}" y="{top + 16}" text-anchor="end">{escape(value_label(label, language))}</text>'
            f'<rect x="{_LABEL}" y="{top + 4}" width="{width:.1f}" height="16"/>'
            f'<text x="{_LABEL + width + 6:.1f}" y="{top + 16}">{count:,}</text>'
        )
    height = _ROW * len(chart.bars) + 4
    return Markup(  # noqa: S704 (every label is escaped where it is inserted)
        f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}">{"".join(bars)}</svg></figure>'
    )


def write_reports(period: Period, sections: Sequence[Section], folder: Path, languages: Sequence[str]) -> None:
    """Write the report of each language into the folder of a pack."""
    for language in languages:
        (folder / f"report-{language}.html").write_text(report(period, sections, language), encoding="utf-8")
