"""How is a report written? Sections of text, tables and pictures, as Markdown and as a self-contained page."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd

FIRST_LINE = "Synthetic data unless real records were given; not validated on any real visa record."
_STYLE = (
    "body{font-family:system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;line-height:1.45}"
    "table{border-collapse:collapse;font-size:.85rem}th,td{border:1px solid #bbb;padding:.2rem .5rem;text-align:left}"
    ".number{text-align:right;white-space:nowrap}img{max-width:100%}div{overflow-x:auto}nav{font-size:.9rem}nav ol{columns:2}"
    "h2{margin-top:2.5rem;border-top:1px solid #ccc;padding-top:.6rem}tr:nth-child(even){background:#f6f6f6}th{background:#eee}"
)
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
    ordered = _in_order(sections)
    parts = [f"<p><strong>{escape(FIRST_LINE)}</strong></p>", f"<h1>{escape(title)}</h1>", _contents(ordered)]
    for number, section in enumerate(ordered):
        level = "h1" if section is APPENDIX else "h2"
        parts.append(f'<{level} id="s{number}">{escape(section.title)}</{level}>')
        parts += _paragraphs(section.text)
        if section.table is not None:
            table = f"<div>{_html_table(section.table)}</div>"
            rows = f"{len(section.table)} rows; also in {section.file}"
            parts.append(table if section.file is None else f"<details><summary>{rows}</summary>{table}</details>")
        if section.picture is not None:
            picture = base64.b64encode((folder / section.picture).read_bytes()).decode()
            parts.append(f'<img alt="{escape(section.title)}" src="data:image/png;base64,{picture}">')
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!doctype html><!-- {FIRST_LINE} -->\n<html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def _contents(ordered: Sequence[Section]) -> str:
    """Contents: sections by number, those of the appendix by letter."""
    links = [f'<a href="#s{number}">{escape(section.title)}</a>' for number, section in enumerate(ordered)]
    at = ordered.index(APPENDIX) if APPENDIX in ordered else len(ordered)
    main, later = ("".join(f"<li>{link}</li>" for link in part) for part in (links[:at], links[at + 1 :]))
    appendix = f'<p>{links[at]}</p><ol type="A">{later}</ol>' if later else ""
    return f"<nav><ol>{main}</ol>{appendix}</nav>"


def _paragraphs(text: str) -> list[str]:
    """A paragraph for each line, and a list where lines begin with a hyphen."""
    parts = []
    for listed, lines in groupby((line for line in text.split("\n") if line), lambda line: line.startswith("- ")):
        if listed:
            parts.append("<ul>" + "".join(f"<li>{_bold(line.removeprefix('- '))}</li>" for line in lines) + "</ul>")
        else:
            parts += [f"<p>{_bold(line)}</p>" for line in lines]
    return parts


def _html_table(table: pd.DataFrame) -> str:
    shown = compact(table)
    sides = [' class="number"' if number else "" for number in _numbers(table)]

    def row(tag: str, cells: Iterable[object]) -> str:
        filled = (f"<{tag}{side}>{escape(str(cell))}</{tag}>" for side, cell in zip(sides, cells, strict=True))
        return f"<tr>{''.join(filled)}</tr>"

    body = "".join(row("td", cells) for cells in shown.to_numpy().tolist())
    return f"<table><thead>{row('th', shown.columns)}</thead><tbody>{body}</tbody></table>"


def _bold(text: str) -> str:
    """Escaped line, with text between pairs of asterisks in bold."""
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text))
