"""How is a report written down? Sections of text, tables and pictures, as Markdown and as one self-contained page."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

FIRST_LINE = "Synthetic data unless real records were given; not validated on any real visa record."
_STYLE = (
    "body{font-family:system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;line-height:1.45}"
    "table{border-collapse:collapse;font-size:.85rem}th,td{border:1px solid #bbb;padding:.2rem .5rem;text-align:right}"
    "th:first-child,td:first-child{text-align:left}img{max-width:100%}div{overflow-x:auto}nav{font-size:.9rem;columns:2}"
    "h2{margin-top:2.5rem;border-top:1px solid #ccc;padding-top:.6rem}tr:nth-child(even){background:#f6f6f6}th{background:#eee}"
)


UNKNOWN = "not known"
"""In place of a figure that too few findings carry."""
LONGEST_SHOWN = 30
"""A longer table of the appendix goes into a file of its own."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, sentences, and perhaps a table and a picture (a file beside the report).

    What is marked as appendix comes last; a long table of it is written to a file of its own, and folded in the page.
    """

    title: str
    text: str = ""
    table: pd.DataFrame | None = None
    picture: str | None = None
    appendix: bool = False

    @property
    def file(self) -> str | None:
        """Return the name of the file that holds the table, None where the report itself shows it."""
        if not self.appendix or self.table is None or len(self.table) <= LONGEST_SHOWN:
            return None
        return re.sub(r"[^a-z0-9]+", "_", self.title.lower()).strip("_") + ".csv"


APPENDIX = Section("Appendix")


def write(folder: Path, title: str, sections: Sequence[Section]) -> None:
    """Write ``report.md`` (pictures beside it) and ``report.html`` (pictures inside) into a folder, and long tables as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    for section in sections:
        if section.file is not None and section.table is not None:
            section.table.to_csv(folder / section.file, index=False, float_format="%.6g")
    (folder / "report.md").write_text(markdown(title, sections), encoding="utf-8")
    (folder / "report.html").write_text(_html(folder, title, sections), encoding="utf-8")


def markdown(title: str, sections: Sequence[Section]) -> str:
    """Return the report as Markdown; its first line says what data it is about."""
    lines = [FIRST_LINE, "", f"# {title}", ""]
    for section in _in_order(sections):
        if section is APPENDIX:
            lines += ["# Appendix", ""]
            continue
        lines += [f"## {section.title}", ""]
        lines += [section.text, ""] if section.text else []
        if section.file is not None:
            lines += [f"[{section.file}]({section.file})", ""]
        elif section.table is not None:
            lines += [table_text(section.table), ""]
        if section.picture is not None:
            lines += [f"![{section.title}]({section.picture})", ""]
    return "\n".join(lines)


def _in_order(sections: Sequence[Section]) -> list[Section]:
    """Put what belongs to the appendix last, after a heading of its own."""
    later = [one for one in sections if one.appendix]
    return [one for one in sections if not one.appendix] + ([APPENDIX, *later] if later else [])


def table_text(table: pd.DataFrame) -> str:
    """Return a table as Markdown, a figure and its interval in one cell."""
    shown = compact(table)
    rows = [list(shown.columns), ["---"] * len(shown.columns), *shown.to_numpy().tolist()]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in row) + " |" for row in rows)


def compact(table: pd.DataFrame) -> pd.DataFrame:
    """Put ``name``, ``name_low`` and ``name_high`` into one column of text."""
    ends = {f"{name}_{end}" for name in table.columns for end in ("low", "high")}
    made = {}
    for name in table.columns:
        if name in ends:
            continue
        cells = [_number(value) for value in table[name]]
        if f"{name}_low" in table.columns:
            bounds = zip(cells, table[f"{name}_low"], table[f"{name}_high"], strict=True)
            # of a ranking against itself there is no ratio; any other figure that is missing could not be known
            missing = "–" if str(name).startswith("times") else UNKNOWN
            cells = [
                missing if cell == "–" else f"{cell} [{_number(low)}, {_number(high)}]" for cell, low, high in bounds
            ]
        made[str(name).replace("_", " ")] = cells
    return pd.DataFrame(made)


def _number(value: object) -> str:
    if isinstance(value, float | np.floating):
        number = float(value)
        if math.isnan(number):
            return "–"
        if math.isinf(number):
            return "∞"
        if number.is_integer() and abs(number) >= 1:
            return f"{int(number):,}"
        return f"{number:.3f}" if abs(number) < 10 else f"{number:,.1f}"
    return f"{int(value):,}" if isinstance(value, int | np.integer) and not isinstance(value, bool) else str(value)


def _html(folder: Path, title: str, sections: Sequence[Section]) -> str:
    parts = [f"<p><strong>{escape(FIRST_LINE)}</strong></p>", f"<h1>{escape(title)}</h1>"]
    ordered = _in_order(sections)
    links = "".join(f'<li><a href="#s{number}">{escape(one.title)}</a></li>' for number, one in enumerate(ordered))
    parts.append(f"<nav><ol>{links}</ol></nav>")
    for number, section in enumerate(ordered):
        parts.append(f'<h2 id="s{number}">{escape(section.title)}</h2>')
        parts += [f"<p>{_bold(text)}</p>" for text in section.text.split("\n") if text]
        if section.table is not None:
            table = f"<div>{compact(section.table).to_html(index=False, border=0)}</div>"
            rows = f"{len(section.table)} rows; also in {section.file}"
            parts.append(table if section.file is None else f"<details><summary>{rows}</summary>{table}</details>")
        if section.picture is not None:
            picture = base64.b64encode((folder / section.picture).read_bytes()).decode()
            parts.append(f'<img alt="{escape(section.title)}" src="data:image/png;base64,{picture}">')
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!doctype html><!-- {FIRST_LINE} -->\n<html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def _bold(text: str) -> str:
    """Escape a line, and turn what stands between pairs of asterisks into bold print."""
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text))
