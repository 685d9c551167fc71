from __future__ import annotations

from typing import Any

import pytest

from models.approval import Stage
from tests.training.figures import good_evidence
from tests.training.gate.test_verdict import POLICY, put
from training.gate.shortfall import assumption, shortfall


def sentences(**figures: float) -> list[str]:
    evidence: dict[str, Any] = good_evidence()  # 900 interviewed, 300 of them at random
    for path, value in figures.items():
        put(evidence, path.replace("__", "."), value)
    return shortfall(evidence, POLICY, Stage.FULL)


def test_a_model_with_enough_evidence_lacks_nothing() -> None:
    assert sentences() == []


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        # 4 groups in 900 interviews: 6 more need 6 · 900 / 4 = 1350
        ({"ranking__groups": 4}, "about 1,400 more interviews: better_than_chance (case groups of confirmed positives: 4 of 10)"),
        # an effective size of 40 in 300 random interviews: 60 more need 60 · 300 / 40 = 450
        ({"random__effective_size": 40.0}, "about 450 more random interviews: enough_random_interviews (random interviews, effective size: 40 of 100)"),
        ({"ranking__groups": 0}, "unknown number of interviews: better_than_chance (case groups of confirmed positives: 0 of 10), none yet in 900"),
        ({"swaps__cases": 200}, "300 more, but not by interviews alone: excluded_attributes (cases tried: 200 of 500)"),
        ({"leak__share": float("nan")}, "no figure: no_single_feature (train again)"),
    ],
)  # fmt: skip
def test_a_line_without_evidence_names_about_how_many_interviews_would_bring_it(
    figures: dict[str, float], expected: str
) -> None:
    assert sentences(**figures) == [expected]


def test_a_line_that_fails_needs_a_better_model_and_not_more_interviews() -> None:
    assert sentences(leak__auc=0.99) == []


def test_the_assumption_names_the_interviews_that_the_rate_is_from() -> None:
    assert assumption(good_evidence(), ["x", "y"], Stage.FULL) == (
        "2 lines lack evidence for full; estimates assume as much for each interview as in the 900 evaluated:"
    )
