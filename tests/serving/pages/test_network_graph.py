from __future__ import annotations

import re

from serving.pages.network_graph import Link, Node, network_graph


def places(graph: str) -> list[tuple[int, int]]:
    return [(int(x), int(y)) for x, y in re.findall(r'<circle cx="(\d+)" cy="(\d+)"', graph)]


def test_no_two_nodes_stand_at_the_same_place_and_every_share_is_a_line() -> None:
    nodes = [Node("case", 0, "case"), *(Node(f"p{at}", 1 + at % 3, "other") for at in range(60))]
    links = [Link("phone", (0, 1, 4)), Link("address", (1, 2)), Link("sponsor", (2, 3, 5))]
    graph = network_graph(nodes, links, "links")
    assert len(set(places(graph))) == len(nodes) + len(links)
    assert graph.count("<path") == 3 + 2 + 3


def test_what_is_shared_stands_between_the_case_and_the_people() -> None:
    graph = network_graph([Node("case", 0, "case"), Node("person", 1, "own")], [Link("phone", (0, 1))], "links")
    case, person, phone = places(graph)
    assert case[0] < phone[0] < person[0]


def test_labels_are_escaped_and_cut() -> None:
    graph = network_graph([Node("<b>" + "x" * 200, 0, "case")], [], '"links"')
    assert "<b>" not in graph
    # 26 characters, of which the last is the mark of what was cut
    assert f">&lt;b&gt;{'x' * 22}…<" in graph
    assert 'aria-label="&#34;links&#34;"' in graph
