from __future__ import annotations

from serving.model_words import COUNTS, FIGURES, LEAST_PEOPLE, OUTCOMES, figures_of
from training.gate.verdict import Outcome


def test_every_outcome_and_figure_is_worded_in_both_languages() -> None:
    assert set(OUTCOMES) == {outcome.value for outcome in Outcome}
    assert all(both.keys() == {"ja", "en"} for both in (*COUNTS.values(), *FIGURES.values(), *OUTCOMES.values()))


def test_each_figure_stands_beside_the_people_it_rests_on_and_is_marked_where_they_are_few() -> None:
    told = figures_of(
        {"recall_gain_over_checklist": 0.1, "recall_gain_over_checklist_people": LEAST_PEOPLE, "auc": 0.9994,
         "auc_low": 0.998, "auc_high": 1.0, "positives": 1.0, "unknown": 1.0}
    )  # fmt: skip
    assert [(one.name, one.people, one.too_few) for one in told] == [
        ("auc", 1, True),
        ("recall_gain_over_checklist", LEAST_PEOPLE, False),
    ]
    [alone] = figures_of({"auc": 0.7})
    assert alone.people is None
    assert not alone.too_few
