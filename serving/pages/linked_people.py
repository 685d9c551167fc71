"""People linked with a case, in one language: rows of the table, the graph, and the time line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from features.languages import texts
from serving.decisions.linked_people import CaseNetwork, LinkedPerson
from serving.decisions.shared_findings import Event
from serving.i18n.formats import category_label, format_day
from serving.pages.network_graph import Link, Node, network_graph
from serving.web.rendering import page_texts

STATEMENT_COLUMN = "statement_fingerprint"


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Row of the table; ``name`` is empty for a person of another post."""

    number: int
    table: str
    record_id: str
    name: str
    place: str
    shared: str
    day: str
    after: list[str]


@dataclass(frozen=True, slots=True)
class TimeLineRow:
    """What happened on a day, and to whom: a person's number, 0 for the case's own person."""

    day: str
    number: int
    what: str


@dataclass(frozen=True, slots=True)
class NetworkView:
    """Linked people as the page shows them; ``victim_match`` are the fields that agree with a victim's entry."""

    rows: list[PersonRow]
    more: int
    graph: Markup
    time_line: list[TimeLineRow]
    victim_match: list[str]


def network_view(network: CaseNetwork, own: Event, label: str, language: str) -> NetworkView:
    """Return linked people in one language.

    Parameters
    ----------
    own
        The case itself, for the time line.
    label
        What the graph calls the case.
    """
    words = page_texts("case", language)
    rows = [_row(person, language, words["through"]) for person in network.people]
    evidence = texts("evidence")
    agreeing = [
        evidence[f"{field}_{value}"][language] for field, value in network.victim_agreement.items() if field != "grade"
    ]
    graph = _graph(network, label, language, words["graph"]) if network.people else Markup()
    return NetworkView(rows, network.more, graph, _time_line(network, own, language), agreeing)


def columns_label(columns: Iterable[str], language: str) -> str:
    """Return the names of columns, each once."""
    labels = {**texts("serving.columns"), STATEMENT_COLUMN: texts("pages.case")["same_statement"]}
    return texts("serving.changes")["separator"][language].join(labels[name][language] for name in columns)


def event_label(event: Event, language: str) -> str:
    """Return what happened."""
    return (
        category_label(event.category, language) if event.category else texts("serving.tables")[event.table][language]
    )


def _row(person: LinkedPerson, language: str, through: str) -> PersonRow:
    shared = columns_label(person.shared, language) or through.format(n=", ".join(map(str, person.through[:3])))
    after = [f"{event_label(event, language)} {format_day(event.day, language)}" for event in person.after]
    return PersonRow(
        person.number, person.table, person.record_id, person.name, person.place, shared, format_day(person.day, language),
        after,
    )  # fmt: skip


def _graph(network: CaseNetwork, label: str, language: str, words: str) -> Markup:
    nodes, at = [Node(label, 0, "case")], {0: 0}
    for person in network.people:
        at[person.number] = len(nodes)
        kind = "own" if person.is_own else "other"
        nodes.append(Node(f"{person.number} {person.name or person.place}", person.level, kind))
    links = [
        Link(columns_label(item.columns, language), tuple(at[number] for number in item.people))
        for item in network.identifiers
    ]
    return network_graph(nodes, links, words)


def _time_line(network: CaseNetwork, own: Event, language: str) -> list[TimeLineRow]:
    """Return the own records, and what became of linked people, the latest first."""
    events = {(event, 0) for event in (own, *network.own_events)}
    events |= {(event, person.number) for person in network.people if person.level == 1 for event in person.after}

    def by_day(item: tuple[Event, int]) -> tuple[dt.date, int, str]:
        return item[0].day, -item[1], item[0].table

    return [
        TimeLineRow(format_day(event.day, language), number, event_label(event, language))
        for event, number in sorted(events, key=by_day, reverse=True)
    ]
