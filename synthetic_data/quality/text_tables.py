"""Figures and probes as aligned lines for a terminal, or as rows for a page or a datasheet."""

from __future__ import annotations

import math
from collections.abc import Sequence

from synthetic_data.quality.probes import Probe
from synthetic_data.quality.public_figures import REALISTIC, TOLERANCE, Figure

Rows = Sequence[tuple[str, ...]]
FIGURE_HEAD = ("figure", "public", "this world", "deviation", "compared in", "source", "")
ENRICHED = "enriched"
"""Said of a figure that only a realistic world should show."""
GAPS = """\
Which fields a form has follows from the status sought and the route: a spouse's has a marriage on it, a mother's a child. In the
enriched worlds each route is about as frequent among the exploited as among all who apply, so that gaps say little; in the
realistic one most came by two routes, as in life, and gaps say so. Within one status and route they say nothing in either."""
PROBE_HEAD = ("probe", "AUC", "within status and route", "limit", "")


def number(value: float) -> str:
    """Write a number with three digits that count."""
    if math.isnan(value):
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def limits(figures: Sequence[Figure], *, realistic: bool) -> list[Figure]:
    """Return the figures off by more than a fifth, among those that a world of this kind should show."""
    return [figure for figure in figures if figure.far and (realistic or figure.compared != REALISTIC)]


def figure_rows(figures: Sequence[Figure], *, realistic: bool) -> Rows:
    """Return the fidelity table; a figure that an enriched world need not show says so."""
    rows: list[tuple[str, ...]] = []
    for f in figures:
        public = number(f.low) if f.low == f.high else f"{number(f.low)}–{number(f.high)}"
        apart = f.compared == REALISTIC and not realistic
        mark = ENRICHED if apart else f"off by more than {TOLERANCE:.0%}" if f.far else ""
        deviation = "–" if math.isnan(f.deviation) else f"{f.deviation:+.0%}"
        rows.append((f.name, public, number(f.measured), deviation, f.compared, f.source, mark))
    return rows


def probe_rows(probes: Sequence[Probe]) -> Rows:
    """Return the probes; the AUC over all files, which the limit is about, comes with its interval."""
    rows: list[tuple[str, ...]] = []
    for p in probes:
        limit = "–" if p.limit is None else f"{p.limit:.2f}"
        rows.append((p.name, f"{p.auc:.3f} ± {p.error:.3f}", f"{p.within:.3f}", limit, "" if p.holds else "ABOVE"))
    return rows


def aligned(head: Sequence[str], rows: Rows) -> str:
    """Write a table for a terminal."""
    widths = [max(len(row[column]) for row in [tuple(head), *rows]) for column in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [tuple(head), *rows]
    ]
    return "\n".join(line.rstrip() for line in lines)


def markdown(head: Sequence[str], rows: Rows) -> str:
    """Write a table for a Markdown file."""
    lines = ["| " + " | ".join(row) + " |" for row in [tuple(head), *rows]]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])
