"""Chart of shares with their intervals as inline SVG: a dot on a line for each group, a tick where it is expected."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

ROW, WIDTH, LABEL, MARGIN = 24, 900, 330, 70
_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
"""Distances between marks of the axis."""
_MARKS = 5


@dataclass(frozen=True, slots=True)
class Interval:
    """Share of a group; ``expected`` is None where it is compared with nobody."""

    label: str
    share: float
    low: float
    high: float
    expected: float | None = None
    alarm: bool = False


def interval_chart(rows: Sequence[Interval], label: str) -> Markup:
    """Return the chart, its axis from zero to the first mark beyond the largest bound."""
    largest = max(max(row.high, row.expected or 0.0) for row in rows)
    step = next((step for step in _STEPS if step * _MARKS >= largest), _STEPS[-1])
    marks = max(math.ceil(round(largest / step, 6)), 1)
    scale = (WIDTH - LABEL - MARGIN) / (step * marks)
    height = ROW * (len(rows) + 1) + 10
    parts = [_mark(step * at, scale, height) for at in range(marks + 1)]
    parts += [_row(row, number, scale) for number, row in enumerate(rows)]
    return Markup(  # noqa: S704 (every label is escaped where it is inserted)
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}" class="chart intervals">'
        + "".join(parts)
        + "</svg>"
    )


def _mark(value: float, scale: float, height: int) -> str:
    x = LABEL + value * scale
    return (
        f'<path class="grid" d="M{x:.1f} 4V{height - 20}"/>'
        f'<text x="{x:.1f}" y="{height - 6}" text-anchor="middle" font-size="12">{round(100 * value, 3):g} %</text>'
    )


def _row(row: Interval, number: int, scale: float) -> str:
    y = 16 + number * ROW
    low, share, high = (LABEL + value * scale for value in (row.low, row.share, row.high))
    tick = (
        "" if row.expected is None else f'<path class="expected" d="M{LABEL + row.expected * scale:.1f} {y - 8}v16"/>'
    )
    kind = ' class="alarm"' if row.alarm else ""
    return (
        f'<g{kind}><text x="{LABEL - 12}" y="{y + 5}" text-anchor="end" font-size="13">{escape(row.label)}</text>'
        f'<path class="range" d="M{low:.1f} {y}H{high:.1f}"/>{tick}<circle cx="{share:.1f}" cy="{y}" r="5"/></g>'
    )
