from __future__ import annotations

from serving.model_words import FIGURES, OUTCOMES
from training.gate import Outcome


def test_every_outcome_and_figure_is_worded_in_both_languages() -> None:
    assert set(OUTCOMES) == {outcome.value for outcome in Outcome}
    assert all(both.keys() == {"ja", "en"} for both in (*FIGURES.values(), *OUTCOMES.values()))
