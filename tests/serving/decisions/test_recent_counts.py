from __future__ import annotations

from collections.abc import Iterator

import pytest

from serving.decisions import recent_counts
from serving.decisions.recent_counts import LARGE, RecentCounts


@pytest.mark.parametrize(
    ("post", "first", "again"), [("CN-SHA", LARGE, LARGE), ("CN-SHA", LARGE - 1, 5), (None, LARGE, 5)]
)
def test_only_the_count_of_a_long_queue_of_a_post_is_remembered(post: str | None, first: int, again: int) -> None:
    counts, values = RecentCounts(), iter([first, 5])
    assert [counts.get("queue", post, lambda: next(values), int) for _ in range(2)] == [first, again]


def test_a_count_is_remembered_for_its_name_and_post_and_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(recent_counts.time, "monotonic", lambda: now)
    counts, values = RecentCounts(), numbers()
    asked = [("queue", "A"), ("queue", "B"), ("due", "A"), ("queue", "A")]
    assert [counts.get(name, post, lambda: next(values), int) for name, post in asked] == [
        LARGE,
        LARGE + 1,
        LARGE + 2,
        LARGE,
    ]
    now += 60.1
    assert counts.get("queue", "A", lambda: next(values), int) == LARGE + 3


def numbers() -> Iterator[int]:
    number = LARGE
    while True:
        yield number
        number += 1
