"""Bar chart of counts as inline SVG; a hidden count has a dash in place of a bar."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

COLUMN, HEIGHT, MARGIN = 74, 180, 34


def bar_chart(bars: Sequence[tuple[str, int | None]], label: str) -> Markup:
    """Return the chart of (label, count), from left to right."""
    largest = max([count or 0 for _, count in bars], default=0) or 1
    width = COLUMN * len(bars) + 20
    parts = [_bar(text, count, at, largest) for at, (text, count) in enumerate(bars)]
    return Markup(  # noqa: S704 (every label is escaped where it is inserted)
        f'<svg viewBox="0 0 {width} {HEIGHT + 2 * MARGIN}" role="img" aria-label="{escape(label)}" class="chart bars">'
        + "".join(parts)
        + "</svg>"
    )


def _bar(text: str, count: int | None, at: int, largest: int) -> str:
    height = HEIGHT * (count or 0) / largest
    left, top = 10 + at * COLUMN, MARGIN + HEIGHT - height
    middle = left + COLUMN / 2
    return (
        f'<rect class="raises" x="{left + 10}" y="{top:.1f}" width="{COLUMN - 20}" height="{height:.1f}"/>'
        f'<text x="{middle}" y="{top - 8:.1f}" text-anchor="middle" font-size="14">{"–" if count is None else count}</text>'
        f'<text x="{middle}" y="{MARGIN + HEIGHT + 22}" text-anchor="middle" font-size="14">{escape(text)}</text>'
    )
