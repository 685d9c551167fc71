from __future__ import annotations

from features.languages import texts
from serving.pages.model_versions import (
    SMALLEST_SAMPLE,
    figure_rows,
    open_lines,
    signature_label,
    version_view,
    waiver_label,
)
from serving.registry.mlflow_registry import ModelVersion
from training.gate.verdict import Outcome


def test_every_outcome_has_a_label() -> None:
    assert set(texts("serving.gate_outcomes")) == {outcome.value for outcome in Outcome}


def test_a_figure_stands_beside_its_sample_size_and_is_hidden_where_that_is_small() -> None:
    rows = figure_rows(
        {"recall_gain_over_checklist": 0.1, "recall_gain_over_checklist_people": SMALLEST_SAMPLE, "auc": 0.9994,
         "auc_low": 0.998, "auc_high": 1.0, "positives": 1.0, "unknown": 1.0}, "en",
    )  # fmt: skip
    assert [(row.label, row.sample, row.value, row.too_few) for row in rows] == [
        ("AUC among those interviewed", "1", "–", True),
        ("gain over the checklist among people confirmed", str(SMALLEST_SAMPLE), "0.1", False),
    ]
    [alone] = figure_rows({"auc": 0.7, "auc_low": 0.6, "auc_high": 0.8}, "en")
    assert (alone.sample, alone.value, alone.interval, alone.too_few) == ("–", "0.7", "0.600 – 0.800", False)


def test_lines_that_fail_stand_first_and_those_that_hold_apart() -> None:
    lines = [
        {"outcome": outcome, "condition": str(number), "figures": "", "condition_ja": f"条件{number}"}
        for number, outcome in enumerate(("holds", "waived", "no evidence", "fails", "fails"))
    ]
    assert [line["condition"] for line in open_lines(lines)] == ["3", "4", "2", "1"]
    view = version_view(ModelVersion("1", "run", None, None, None, None, lines=lines), "ja")
    assert view is not None
    assert [line.condition for line in view.held_lines] == ["条件0"]
    assert {str(line["outcome"]) for line in lines} == {outcome.value for outcome in Outcome}


def test_a_waiver_is_shown_without_codes_and_what_the_program_signs_is_translated() -> None:
    own = "demonstration: a small synthetic world"
    lines = [{"waiver": own}, {"waiver": own}, {"waiver": None}]
    assert waiver_label(f"{own} (no_leak, no_mark)", lines, "ja") == "実演：小さな合成データのため（2項目）"
    assert waiver_label(f"{own} (no_leak, no_mark)", lines, "en") == f"{own} (2 lines)"
    assert waiver_label("A. Person: few (no_leak)", [], "ja") == "A. Person: few (no_leak)"
    assert waiver_label(None, [], "ja") is None
    assert signature_label("demonstration", "en") == "demonstration"
