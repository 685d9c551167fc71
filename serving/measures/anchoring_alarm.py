"""Do officers give up their own view for the findings? The share who do, by post, and alarms at a stated rate.

Whoever learns something from the findings may change a view. An alarm asks whether more than `TOLERATED_SHARE` of other
views were given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import binom

from serving.store.own_views import ViewPair

TOLERATED_SHARE = 0.5
FALSE_ALARM_RATE = 0.05
"""Probability of any alarm where no post's officers give up more than the tolerated share (Holm 1979)."""
SMALLEST_GROUP = 10


@dataclass(frozen=True, slots=True)
class Anchoring:
    """Views of a post that differed from the findings, and how many were given up; None for too few."""

    post: str
    differing: int
    given_up: int | None
    alarm: bool = False


def anchoring(pairs: Sequence[ViewPair]) -> list[Anchoring]:
    """Return the posts in order, each with the views whose second part is written."""
    differing: dict[str, list[bool]] = {}
    for pair in pairs:
        if pair.after is not None and pair.first != pair.advice:
            differing.setdefault(pair.post, []).append(pair.after == "agree")
    tested = {post: sum(views) for post, views in differing.items() if len(views) >= SMALLEST_GROUP}
    alarms = _holm(
        {post: float(binom.sf(count - 1, len(differing[post]), TOLERATED_SHARE)) for post, count in tested.items()}
    )
    return [Anchoring(post, len(views), tested.get(post), post in alarms) for post, views in sorted(differing.items())]


def _holm(p_values: dict[str, float]) -> set[str]:
    """Return whose p-values are significant together."""
    alarms: set[str] = set()
    for left, (name, p_value) in zip(
        range(len(p_values), 0, -1), sorted(p_values.items(), key=lambda item: item[1]), strict=True
    ):
        if p_value > FALSE_ALARM_RATE / left:
            break
        alarms.add(name)
    return alarms
