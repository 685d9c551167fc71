"""Charts as inline SVG, with a text for readers who cannot see them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import networkx as nx

INK, SOFT, WARM, COOL = "#27323f", "#c9d2dc", "#b5552d", "#2f6f8f"
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 620, 230, 54, 30


def _frame(body: list[str], says: str, width: int = _WIDTH, height: int = _HEIGHT) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(says)}" xmlns="http://www.w3.org/2000/svg">'
        + "".join(body) + "</svg>"
    )  # fmt: skip


def _text(x: float, y: float, words: str, *, anchor: str = "middle", size: int = 12, fill: str = INK) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{fill}">{escape(words)}</text>'
    )


def lines(labels: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], says: str) -> str:
    """Draw lines over labels; the first as a line, the second as rings beside it, with None where nothing is known."""
    top = max([value for _, values in series for value in values if value is not None] or [1.0]) * 1.1 or 1.0
    step = (_WIDTH - _LEFT - 20) / max(len(labels) - 1, 1)

    def at(number: int, value: float) -> tuple[float, float]:
        return _LEFT + number * step, 18 + (_HEIGHT - _BOTTOM - 18) * (1 - value / top)

    body = _grid(top)
    body += [_text(at(number, 0)[0], _HEIGHT - 12, label) for number, label in enumerate(labels)]
    for position, (name, values) in enumerate(series):
        colour = (COOL, WARM)[position % 2]
        points = [at(number, value) for number, value in enumerate(values) if value is not None]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        if position == 0:
            body.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        fill = colour if position == 0 else "#fff"
        body += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{fill}" stroke="{colour}" stroke-width="1.5"/>' for x, y in points]  # fmt: skip
        body.append(
            _text(_LEFT + 8 + position * 170, 12, ("● " if position == 0 else "○ ") + name, anchor="start", fill=colour)
        )
    return _frame(body, says)


def bars(labels: Sequence[str], values: Sequence[float], says: str, *, colour: str = COOL) -> str:
    """Draw one bar for each label."""
    top = max([*values, 1e-9]) * 1.12
    step = (_WIDTH - _LEFT - 16) / max(len(labels), 1)
    body = _grid(top)
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        x, height = _LEFT + number * step, (_HEIGHT - _BOTTOM - 18) * value / top
        body.append(f'<rect x="{x + step * 0.15:.1f}" y="{_HEIGHT - _BOTTOM - height:.1f}" width="{step * 0.7:.1f}" height="{height:.1f}" fill="{colour}"/>')  # fmt: skip
        body.append(_text(x + step / 2, _HEIGHT - 12, label))
    return _frame(body, says)


def ranges(rows: Sequence[tuple[str, float, float, float]], says: str) -> str:
    """Draw, on a logarithmic axis, a measured range as a bar and a world's value as a dot for each row."""
    height = 34 + 30 * len(rows)
    low, high = 0.1, 1000.0

    def at(value: float) -> float:
        share = (math.log10(max(value, low)) - math.log10(low)) / (math.log10(high) - math.log10(low))
        return 150 + (_WIDTH - 190) * share

    body = [_text(at(tick), height - 8, f"{tick:g}") for tick in (0.1, 1, 10, 100, 1000)]
    body += [f'<line x1="{at(t):.1f}" x2="{at(t):.1f}" y1="8" y2="{height - 22}" stroke="{SOFT}"/>' for t in (0.1, 1, 10, 100, 1000)]  # fmt: skip
    for number, (name, lower, upper, measured) in enumerate(rows):
        y = 22 + 30 * number
        body.append(_text(140, y + 4, name, anchor="end"))
        body.append(f'<rect x="{at(lower):.1f}" y="{y - 7}" width="{max(at(upper) - at(lower), 2):.1f}" height="14" rx="4" fill="{SOFT}"/>')  # fmt: skip
        body.append(f'<circle cx="{at(measured):.1f}" cy="{y}" r="5" fill="{WARM}"/>')
        body.append(_text(at(measured), y - 10, f"{measured:.3g}", size=10, fill=WARM))
    return _frame(body, says, height=height)


def graph(edges: Sequence[tuple[str, str]], kinds: dict[str, str], colours: dict[str, str], says: str) -> str:
    """Draw who shares what: nodes coloured by kind, laid out by springs with a fixed seed."""
    net = nx.Graph(edges)
    positions = nx.spring_layout(net, seed=4, k=1.6 / max(len(net), 1) ** 0.5, iterations=120)
    size = 340

    def at(node: str) -> tuple[float, float]:
        x, y = positions[node]
        return size / 2 + x * (size / 2 - 22), size / 2 + y * (size / 2 - 22)

    body = []
    for first, second in net.edges:
        (x, y), (u, v) = at(first), at(second)
        body.append(f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{u:.1f}" y2="{v:.1f}" stroke="{SOFT}" stroke-width="1.3"/>')
    for node in net:
        x, y = at(node)
        person = kinds[node] == "application"
        shape = (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7"' if person
            else f'<rect x="{x - 6:.1f}" y="{y - 6:.1f}" width="12" height="12" rx="2"'
        )  # fmt: skip
        body.append(
            f'{shape} fill="{colours[kinds[node]]}" stroke="#fff"><title>{escape(kinds[node])}</title>{"</circle>" if person else "</rect>"}'
        )
    return _frame(body, says, width=size, height=size)


def _grid(top: float) -> list[str]:
    body = []
    for part in range(5):
        y = 18 + (_HEIGHT - _BOTTOM - 18) * part / 4
        body.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - 8}" y1="{y:.1f}" y2="{y:.1f}" stroke="{SOFT}" stroke-width="0.7"/>'
        )
        value = top * (1 - part / 4)
        label = f"{value:,.0f}" if top >= 20 else f"{value:.2g}"
        body.append(_text(_LEFT - 6, y + 4, label, anchor="end", size=10))
    return body
