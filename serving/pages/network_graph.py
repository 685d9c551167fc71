"""Graph of the people linked with a case as inline SVG: columns from the case over what is shared to the people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

ROW, COLUMN, MARGIN = 24, 210, 14
_CHARACTERS = 26
_WIDE_CHARACTERS = 15


@dataclass(frozen=True, slots=True)
class Node:
    """Node of the graph; ``level`` is the count of links between it and the case, ``kind`` its class in the style."""

    label: str
    level: int
    kind: str


@dataclass(frozen=True, slots=True)
class Link:
    """What some nodes share: their positions among the nodes."""

    label: str
    nodes: tuple[int, ...]


def network_graph(nodes: Sequence[Node], links: Sequence[Link], label: str) -> Markup:
    """Return the graph; the first node is the case.

    What is shared stands in the column between the nearest of its people and the others, in the order of these people.
    """
    people = _in_columns([2 * node.level for node in nodes], list(range(len(nodes))))
    columns = [2 * min(nodes[at].level for at in link.nodes) + 1 for link in links]
    heights = [sum(people[at][1] for at in link.nodes) / len(link.nodes) for link in links]
    shared = _in_columns(columns, sorted(range(len(links)), key=lambda at: (heights[at], at)))
    lines = [_line(shared[at], people[node]) for at, link in enumerate(links) for node in link.nodes]
    dots = [_dot(people[at], node.label, node.kind) for at, node in enumerate(nodes)]
    dots += [_dot(shared[at], link.label, "link") for at, link in enumerate(links)]
    places = [*people.values(), *shared.values()]
    width = max(x for x, _ in places) + COLUMN + MARGIN
    height = max(y for _, y in places) + ROW
    return Markup(  # noqa: S704 (every label is escaped where it is inserted)
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(label)}" class="network">{"".join(lines)}{"".join(dots)}</svg>'
    )


def _in_columns(columns: Sequence[int], order: Sequence[int]) -> Mapping[int, tuple[int, int]]:
    """Return (x, y) of each item, those of a column one below another in the order given."""
    filled: dict[int, int] = {}
    places = {}
    for at in order:
        row = filled.get(columns[at], 0)
        filled[columns[at]] = row + 1
        places[at] = (MARGIN + columns[at] * COLUMN, MARGIN + row * ROW)
    return places


def _line(start: tuple[int, int], end: tuple[int, int]) -> str:
    middle = (start[0] + end[0]) / 2
    return f'<path d="M{start[0]} {start[1]}C{middle:.0f} {start[1]} {middle:.0f} {end[1]} {end[0]} {end[1]}"/>'


def _dot(place: tuple[int, int], label: str, kind: str) -> str:
    x, y = place
    limit = _CHARACTERS if label.isascii() else _WIDE_CHARACTERS
    short = label if len(label) <= limit else label[: limit - 1] + "…"
    return (
        f'<g class="{kind}"><title>{escape(label)}</title><circle cx="{x}" cy="{y}" r="5"/>'
        f'<text x="{x + 9}" y="{y + 4}">{escape(short)}</text></g>'
    )
