"""Officers of a simulated year: whom they call in beside the score, whom the service draws, and views that they write."""

from __future__ import annotations

import numpy as np

from serving.measures.live_cases import LiveCases
from serving.store.own_views import ViewPair

POSTS, STATUSES = ("PH-MNL", "TH-BKK", "CO-BOG"), ("spouse_or_child_of_japanese", "student", "entertainer")
GROUPS = {
    "nationality": ("PHL", "THA", "COL", "CHN"),
    "sex": ("F", "M"),
    "age_band": ("18-24", "25-34", "35-49", "50+"),
}
CASES, BY_SCORE, BY_HAND, DRAWN = 3000, 400, 100, 90
"""Cases of a post in a year, and its interviews by reason."""


def year(rng: np.random.Generator, *, preferred: str | None = None, missed: str | None = None) -> LiveCases:
    """Return a year of interviews.

    Parameters
    ----------
    preferred
        Nationality of which officers call in four times as many by hand.
    missed
        Nationality whose victims the score does not see.
    """
    parts = [_post(rng, post, preferred, missed) for post in POSTS]
    return LiveCases(*(np.concatenate([part[at] for part in parts]) for at in range(5)),
                     {name: np.concatenate([part[5][name] for part in parts]) for name in parts[0][5]})  # fmt: skip


def _post(rng: np.random.Generator, post: str, preferred: str | None, missed: str | None) -> tuple:  # type: ignore[type-arg]
    groups = {name: rng.choice(labels, CASES) for name, labels in GROUPS.items()}
    groups |= {"status_of_residence": rng.choice(STATUSES, CASES), "post": np.full(CASES, post)}
    # need depends on the status alone, and the score sees part of it
    need = rng.random(CASES) < np.where(groups["status_of_residence"] == STATUSES[0], 0.16, 0.06)
    seen = need & (groups["nationality"] != missed)
    score = rng.normal(np.where(seen, 1.5, 0.0))
    by_score = np.argsort(-score)[:BY_SCORE]
    rest = np.setdiff1d(np.arange(CASES), by_score)
    pull = np.where(groups["nationality"][rest] == preferred, 4.0, 1.0)
    by_hand = rng.choice(rest, BY_HAND, replace=False, p=pull / pull.sum())
    frame = np.setdiff1d(rest, by_hand)
    drawn = rng.choice(frame, DRAWN, replace=False)
    rows = np.concatenate([by_score, by_hand, drawn])
    reason = np.repeat(("score", "hand", "drawn"), (BY_SCORE, BY_HAND, DRAWN))
    weight = np.where(reason == "drawn", len(frame) / DRAWN, 1.0)
    return (
        reason == "score",
        reason == "hand",
        need[rows].astype(float),
        weight,
        score[rows],
        {name: of[rows] for name, of in groups.items()},
    )


def views(rng: np.random.Generator, *, given_up: float, count: int = 120) -> list[ViewPair]:
    """Return a year's own views of each post: a third differ from the findings, and of these a share is given up."""
    pairs = []
    for post in POSTS:
        for number in range(count):
            differs = rng.random() < 1 / 3
            agrees = not differs or rng.random() < given_up
            first = "no_interview" if differs else "interview"
            after = "agree" if agrees else "disagree"
            pairs.append(ViewPair("visa", f"{post}-{number}", post, 1, "interview", first, after))
    return pairs
