from __future__ import annotations

from serving.model_words import (
    COUNTS,
    FIGURES,
    LEAST_PEOPLE,
    OUTCOMES,
    figures_of,
    in_order,
    signed,
    those_that_hold,
    waiver_words,
)
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


def test_lines_that_fail_stand_first_and_those_that_hold_apart() -> None:
    lines = [
        {"code": str(at), "outcome": one} for at, one in enumerate(("holds", "waived", "no evidence", "fails", "fails"))
    ]
    assert [one["code"] for one in in_order(lines)] == ["3", "4", "2", "1"]
    assert [one["code"] for one in those_that_hold(lines)] == ["0"]
    assert {str(one["outcome"]) for one in lines} == {outcome.value for outcome in Outcome}


def test_a_waiver_is_read_without_codes_and_what_the_program_signs_is_worded_in_japanese() -> None:
    own = "demonstration: a small synthetic world"
    lines = [{"waiver": own}, {"waiver": own}, {"waiver": None}]
    assert waiver_words(f"{own} (no_leak, no_mark)", lines, "ja") == "実演：小さな合成データのため（2項目）"
    assert waiver_words(f"{own} (no_leak, no_mark)", lines, "en") == f"{own} (2 lines)"
    assert waiver_words("A. Person: few (no_leak)", [], "ja") == "A. Person: few (no_leak)"
    assert waiver_words(None, [], "ja") is None
    assert signed("demonstration", "en") == "demonstration"
