from __future__ import annotations

from serving.gate_words import FIGURES, LINES_JA, OUTCOMES
from training.gate import Outcome
from training.policy import read_policy


def test_every_line_and_outcome_of_the_gate_is_worded_in_japanese() -> None:
    assert set(LINES_JA) == {line.code for line in read_policy().lines}
    assert set(OUTCOMES) == {outcome.value for outcome in Outcome}
    assert all(both.keys() == {"ja", "en"} for both in (*FIGURES.values(), *OUTCOMES.values()))
