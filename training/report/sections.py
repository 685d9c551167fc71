"""How is a report written? Sections of text, tables and pictures, as Markdown and as a self-contained page."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

FIRST_LINE = "Synthetic data unless real records were given; not validated on any real visa record."
UNKNOWN = "not known"
"""In place of a figure with too few positives."""
LONGEST_SHOWN = 30
"""A longer table of the appendix goes into a file of its own."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, text, and perhaps a table and a picture (a file beside the report).

    Sections of the appendix come last; their long tables are in files of their own, and folded on the page.
    """

    title: str
    text: str = ""
    table: pd.DataFrame | None = None
    picture: str | None = None
    appendix: bool = False

    @property
    def file(self) -> str | None:
        """Name of the file with the table, None where the report itself shows it."""
        if not self.appendix or self.table is None or len(self.table) <= LONGEST_SHOWN:
            return None
        return re.sub(r"[^a-z0-9]+", "_", self.title.lower()).strip("_") + ".csv"


APPENDIX = Section("Appendix", "Tables behind the sections above; a long table is a file of its own.")


def write(folder: Path, title: str, sections: Sequence[Section]) -> None:
    """Write ``report.md`` (pictures beside it), ``report.html`` (pictures inside) and long tables as CSV into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for section in sections:
        if section.file is not None and section.table is not None:
            section.table.to_csv(folder / section.file, index=False, float_format="%.6g")
    (folder / "report.md").write_text(markdown(title, sections), encoding="utf-8")
    (folder / "report.html").write_text(_html(folder, title, sections), encoding="utf-8")


def markdown(title: str, sections: Sequence[Section]) -> str:
    """Report as Markdown; its first line states its data."""
    parts = [FIRST_LINE, f"# {title}"]
    for section in _in_order(sections):
        parts += [f"{'#' if section is APPENDIX else '##'} {section.title}", section.text]
        if section.file is not None:
            parts.append(f"[{section.file}]({section.file})")
        elif section.table is not None:
            parts.append(table_text(section.table))
        if section.picture is not None:
            parts.append(f"![{section.title}]({section.picture})")
    return "".join(f"{part}\n\n" for part in parts if part)[:-1]


def _in_order(sections: Sequence[Section]) -> list[Section]:
    """Sections with the appendix last, after a heading of its own."""
    later = [section for section in sections if section.appendix]
    return [section for section in sections if not section.appendix] + ([APPENDIX, *later] if later else [])


def table_text(table: pd.DataFrame) -> str:
    """Table as Markdown, a figure and its interval in a cell; numbers right, texts left."""
    shown = compact(table)
    sides = ["---:" if number else "---" for number in _numbers(table)]
    rows = [list(shown.columns), sides, *shown.to_numpy().tolist()]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in row) + " |" for row in rows)


def compact(table: pd.DataFrame) -> pd.DataFrame:
    """Table as text with ``name``, ``name_low`` and ``name_high`` in a single column."""
    ends = _ends(table)
    columns = {}
    for name in table.columns:
        if name in ends:
            continue
        cells = [_number(value) for value in table[name]]
        if f"{name}_low" in table.columns:
            # a ranking has no lift over itself; any other missing figure is not known
            missing = "–" if str(name).startswith("lift") else UNKNOWN
            bounds = zip(cells, table[f"{name}_low"], table[f"{name}_high"], strict=True)
            cells = [
                missing if cell == "–" else f"{cell} [{_number(low)}, {_number(high)}]" for cell, low, high in bounds
            ]
        columns[str(name).replace("_", " ")] = cells
    return pd.DataFrame(columns)


def _numbers(table: pd.DataFrame) -> list[bool]:
    """Whether each column of `compact` contains numbers."""
    kinds = (table[name].dtype for name in table.columns if name not in _ends(table))
    return [pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind) for kind in kinds]


def _ends(table: pd.DataFrame) -> set[str]:
    return {f"{name}_{end}" for name in table.columns for end in ("low", "high")}


def _number(value: object) -> str:
    if isinstance(value, float | np.floating):
        number = float(value)
        if not math.isfinite(number):
            return "–" if math.isnan(number) else "∞"
        if number.is_integer() and abs(number) >= 1:
            return f"{int(number):,}"
        return f"{number:.3f}" if abs(number) < 10 else f"{number:,.1f}"
    return f"{int(value):,}" if isinstance(value, int | np.integer) and not isinstance(value, bool) else str(value)


def _html(folder: Path, title: str, sections: Sequence[Section]) -> str:
    """Self-contained page; its text is report.html."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["bold"] = _bold
    ordered = _in_order(sections)
    return environment.get_template("report.html").render(
        first_line=FIRST_LINE, title=title, sections=[_for_page(folder, *pair) for pair in enumerate(ordered)],
        appendix=ordered.index(APPENDIX) if APPENDIX in ordered else len(ordered),
    )  # fmt: skip


def _for_page(folder: Path, number: int, section: Section) -> dict[str, object]:
    """Values of a section in the template: paragraphs, table cells with their side, and the picture inside the page."""
    lines = groupby((line for line in section.text.split("\n") if line), lambda line: line.startswith("- "))
    values: dict[str, object] = {
        "number": number,
        "title": section.title,
        "file": section.file,
        "rows": None,
        "picture": None,
    }
    values["paragraphs"] = [(listed, [line.removeprefix("- ") for line in group]) for listed, group in lines]
    if section.table is not None:
        shown = compact(section.table)
        sides = [Markup(' class="number"') if number else "" for number in _numbers(section.table)]
        values |= {"columns": list(shown.columns), "rows": shown.to_numpy().tolist(), "sides": sides}
    if section.picture is not None:
        values["picture"] = base64.b64encode((folder / section.picture).read_bytes()).decode()
    return values


def _bold(text: str) -> Markup:
    """Escaped line, with text between pairs of asterisks in bold."""
    return Markup(re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(text))))  # noqa: S704 (escaped before)
