from __future__ import annotations

from typing import cast

import pytest

from training.tracking.challengers import Move, challenger_move
from training.tracking.registry import NoSuchModel, Registry


class Stored:
    """Registry with a single challenger, or none."""

    def __init__(self, metrics: dict[str, float] | None) -> None:
        self.metrics = metrics

    def find(self, subject: str, which: str) -> tuple[str, dict[str, float]]:
        if self.metrics is None:
            raise NoSuchModel(f"{subject}@{which}")
        return "3", self.metrics

    def evaluated_on(self, subject: str, version: str) -> str:
        return "these cases"


RECALL, AUC = {"recall_at_2_0pct": 0.25}, {"confirmed_auc": 0.7}
WORSE = "recall at 2 % 0.200, v3 0.250 on the same cases"


@pytest.mark.parametrize(
    ("present", "new", "cases", "replace", "expected"),
    [
        (None, RECALL, "these cases", False, Move(True)),
        (RECALL, {"recall_at_2_0pct": 0.2}, "these cases", False, Move(False, "3", WORSE)),
        (RECALL, {"recall_at_2_0pct": 0.2}, "these cases", True, Move(True, "3", WORSE)),
        (RECALL, RECALL, "these cases", False, Move(True, "3", "recall at 2 % 0.250, v3 0.250 on the same cases")),
        (RECALL, {"recall_at_2_0pct": 0.2}, "others", False, Move(True, "3", "not compared with v3, which other cases evaluated")),
        (RECALL, AUC, "these cases", False, Move(True, "3", "not compared with v3: too few labels for a figure")),
        # without recall by labels the AUC decides
        (AUC, {"confirmed_auc": 0.6} | RECALL, "these cases", False,
         Move(False, "3", "AUC of confirmed positives 0.600, v3 0.700 on the same cases")),
    ],
    ids=["first", "worse", "replace", "equal", "other cases", "no figure", "auc"],
)  # fmt: skip
def test_the_alias_moves_to_a_worse_version_only_if_asked(
    present: dict[str, float] | None, new: dict[str, float], cases: str, replace: bool, expected: Move
) -> None:
    registry = cast(Registry, Stored(present))
    assert challenger_move(registry, "visa", new, cases, replace=replace) == expected
