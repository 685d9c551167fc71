"""Waterfall chart of a score as inline SVG, from the average of the peers through each contribution to the total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

ROW, WIDTH, LABEL = 30, 900, 430
_LABEL_CHARACTERS = 58


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: label, start and length in log-odds."""

    label: str
    start: float
    step: float


def waterfall(base: float, steps: Sequence[tuple[str, float]], labels: Mapping[str, str]) -> Markup:
    """Return the chart.

    Parameters
    ----------
    base
        Average raw score, log-odds.
    steps
        (label, contribution) in drawing order; they add up to the raw score less ``base``.
    labels
        Texts ``base``, ``total`` and ``chart``.
    """
    bars, level = [Bar(labels["base"], base, 0.0)], base
    for label, step in steps:
        bars.append(Bar(label, level, step))
        level += step
    bars.append(Bar(labels["total"], level, 0.0))
    edges = [edge for bar in bars for edge in (bar.start, bar.start + bar.step)]
    low, high = min(edges), max(edges)
    scale = (WIDTH - LABEL - 90) / ((high - low) or 1.0)
    parts = [_bar(bar, number, low, scale, whole=number in {0, len(bars) - 1}) for number, bar in enumerate(bars)]
    height = ROW * len(bars) + 10
    return Markup(  # noqa: S704 (every label is escaped where it is inserted)
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(labels["chart"])}" class="chart">'
        + "".join(parts)
        + "</svg>"
    )


def _bar(bar: Bar, number: int, low: float, scale: float, *, whole: bool) -> str:
    left = LABEL + (min(bar.start, bar.start + bar.step) - low) * scale
    width = max(abs(bar.step) * scale, 3.0 if whole else 1.0)
    top = 8 + number * ROW
    kind = "whole" if whole else "raises" if bar.step > 0 else "lowers"
    value = bar.start if whole else bar.step
    label = bar.label if len(bar.label) <= _LABEL_CHARACTERS else bar.label[: _LABEL_CHARACTERS - 1] + "…"
    size = 13 if label.isascii() else 12
    return (
        f'<text x="{LABEL - 10}" y="{top + 15}" text-anchor="end" font-size="{size}">{escape(label)}</text>'
        f'<rect class="{kind}" x="{left:.1f}" y="{top}" width="{width:.1f}" height="20" rx="2"/>'
        f'<text x="{left + width + 6:.1f}" y="{top + 15}" font-size="12">{round(value, 2) + 0.0:+.2f}</text>'
    )
