"""Covers: gate.verdict, gate.line_texts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from models.approval import Stage
from tests.training.figures import good_evidence
from training.gate.line_texts import COUNTS
from training.gate.policy import POLICY_FILE, Condition, looser, read_policy
from training.gate.verdict import Outcome, Waiver, evaluate_policy, figure_at, verdict_of

POLICY = read_policy()
LINES = [(stage, line) for stage in Stage for line in POLICY.for_stage(stage)]
BY_STAGE = pytest.mark.parametrize(("stage", "condition"), LINES, ids=lambda item: getattr(item, "code", item))


def put(evidence: dict[str, Any], path: str, value: float | None) -> dict[str, Any]:
    *parents, name = path.split(".")
    at = evidence
    for parent in parents:
        at = at[parent]
    at[name] = value
    return evidence


def bad(condition: Condition) -> float:
    """The nearest figure beyond the limit: the limit itself where the line asks for more than it."""
    kind, limit = condition.limit
    return {"above": limit, "at_least": limit - 0.001, "at_most": limit + 0.001}[kind]


def test_a_model_whose_every_figure_is_within_its_limit_passes() -> None:
    for stage in Stage:
        lines = evaluate_policy(good_evidence(), POLICY, stage=stage)
        assert [line.outcome for line in lines] == [Outcome.HOLDS] * len(POLICY.for_stage(stage))


@BY_STAGE
def test_each_line_alone_refuses_a_model_and_says_so_with_its_figure(stage: Stage, condition: Condition) -> None:
    value = bad(condition)
    lines = evaluate_policy(put(good_evidence(), condition.figure, value), POLICY, stage=stage)
    refused = [line for line in lines if not line.holds]
    assert condition.code in {line.code for line in refused}
    # one figure may be the evidence of its own line, but no other line may fall with it
    assert len(refused) == 1
    assert f"{value:.4g}" in refused[0].figures["en"]
    assert f"{condition.limit[1]:g}" in refused[0].figures["en"]


@pytest.mark.parametrize(
    ("stage", "condition"), [item for item in LINES if item[1].evidence], ids=lambda item: getattr(item, "code", item)
)
def test_too_little_evidence_is_a_failure_of_its_own_kind(stage: Stage, condition: Condition) -> None:
    assert condition.evidence is not None
    lines = evaluate_policy(put(good_evidence(), condition.evidence, condition.min_evidence - 1), POLICY, stage=stage)
    line = next(line for line in lines if line.code == condition.code)
    assert line.outcome is Outcome.NO_EVIDENCE
    # on trial it stops a model only where the evidence can always be obtained
    assert line.holds == (
        stage is Stage.TRIAL and condition.code not in {"monotone", "excluded_attributes", "vignettes"}
    )
    assert f"at least {condition.min_evidence:g}" in line.figures["en"]


@BY_STAGE
@pytest.mark.parametrize("value", [None, float("nan")], ids=["absent", "not a number"])
def test_a_figure_that_is_not_known_never_holds(stage: Stage, condition: Condition, value: float | None) -> None:
    lines = evaluate_policy(put(good_evidence(), condition.figure, value), POLICY, stage=stage)
    assert next(line for line in lines if line.code == condition.code).outcome is Outcome.NO_EVIDENCE


def test_a_first_year_is_enough_for_a_trial_and_a_shown_loss_is_not() -> None:
    evidence = put(put(good_evidence(), "gain.checklist.groups", 3), "random.effective_size", 12.0)
    for path, value in (("gain.checklist.high", -0.1), ("ranking.low", 0.2), ("leak.positives", 3)):
        put(evidence, path, value)
    lines = evaluate_policy(evidence, POLICY, stage=Stage.TRIAL)
    assert verdict_of(lines, demo=False) == "trial"
    assert verdict_of(evaluate_policy(evidence, POLICY), demo=False) == "refused"
    # the same loss on enough case groups is shown: the whole interval lies below the checklist
    lines = evaluate_policy(put(evidence, "gain.checklist.groups", 10), POLICY, stage=Stage.TRIAL)
    assert [line.code for line in lines if not line.holds] == ["not_worse_than_checklist"]


def test_a_waiver_is_not_used_on_trial_where_missing_evidence_is_no_obstacle() -> None:
    evidence = put(put(good_evidence(), "leak.positives", 3), "monotone.steps", 3)
    lines = evaluate_policy(evidence, POLICY, Waiver("A. Name", "first year"), Stage.TRIAL)
    assert not [line for line in lines if line.outcome is Outcome.WAIVED]
    assert [line.code for line in lines if not line.holds] == ["monotone"]


def test_only_the_first_model_of_a_subject_is_excused_from_beating_a_champion() -> None:
    evidence = good_evidence()
    del evidence["gain"]["champion"]
    assert all(line.holds for line in evaluate_policy(evidence, POLICY))
    evidence["gain"]["champion"] = {"positives": 0, "cases": 0}  # a champion that could not be compared
    assert [line.code for line in evaluate_policy(evidence, POLICY) if not line.holds] == ["better_than_champion"]


def test_a_waiver_covers_missing_evidence_and_nothing_that_was_seen_to_fail() -> None:
    evidence = put(put(good_evidence(), "leak.positives", 3), "calibration.error_beyond_chance", 0.9)
    lines = {line.code: line for line in evaluate_policy(evidence, POLICY, Waiver("A. Name", "first year"))}
    assert lines["no_leak"].outcome is Outcome.WAIVED
    assert lines["no_leak"].waiver == "A. Name: first year"
    assert lines["calibration_error"].outcome is Outcome.FAILS
    shown = {line.code: line for line in evaluate_policy(evidence, POLICY, Waiver("A. Name", "show", failing_too=True))}
    assert shown["calibration_error"].outcome is Outcome.WAIVED


def test_a_policy_that_asks_for_more_evidence_hides_no_failure_from_the_delivered_policy(tmp_path: Path) -> None:
    text = POLICY_FILE.read_text(encoding="utf-8")
    (tmp_path / "policy.toml").write_text(re.sub("min_evidence = .*", "min_evidence = 1e9", text), encoding="utf-8")
    stricter = read_policy(tmp_path / "policy.toml")
    assert looser(stricter, POLICY) == []
    waiver = Waiver("A. Name", "first year")
    # 80 people with indications where the delivered policy asks for 10
    lines = {line.code: line for line in evaluate_policy(put(good_evidence(), "leak.auc", 0.99), stricter, waiver)}
    assert lines["no_leak"].outcome is Outcome.FAILS
    assert lines["no_certainty"].outcome is Outcome.WAIVED
    lines = {line.code: line for line in evaluate_policy(put(good_evidence(), "leak.positives", 3), stricter, waiver)}
    assert lines["no_leak"].outcome is Outcome.WAIVED


def test_a_waiver_for_a_line_covers_no_other() -> None:
    evidence = put(put(good_evidence(), "leak.positives", 3), "random.effective_size", 1)
    lines = evaluate_policy(evidence, POLICY, Waiver("A. Name", "first year", frozenset({"no_leak"})))
    assert {line.code for line in lines if not line.holds} == {"no_certainty", "enough_random_interviews"}


def test_no_waiver_covers_a_line_whose_evidence_can_always_be_had() -> None:
    evidence = put(put(good_evidence(), "swaps.cases", 3), "monotone.violations", 2)
    lines = evaluate_policy(evidence, POLICY, Waiver("A. Name", "a show", failing_too=True))
    assert {line.code for line in lines if not line.holds} == {"excluded_attributes", "monotone"}


@pytest.mark.parametrize("code", ["better_than_chance", "better_than_checklist"])
def test_outside_a_demonstration_nobody_signs_for_a_model_that_was_not_seen_to_be_worth_having(code: str) -> None:
    condition = next(line for line in POLICY.lines if line.code == code)
    evidence = put(good_evidence(), str(condition.evidence), condition.min_evidence - 1)
    [refused] = [line for line in evaluate_policy(evidence, POLICY, Waiver("A. Name", "first year")) if not line.holds]
    assert refused.code == code
    assert condition.waiver_reason in refused.no_waiver
    shown = evaluate_policy(evidence, POLICY, Waiver("A. Name", "a show", failing_too=True))
    assert {line.code for line in shown if line.outcome is Outcome.WAIVED} == {code}


def test_a_line_names_the_feature_or_group_that_its_figure_is_about() -> None:
    evidence = put(good_evidence(), "leak.auc", 0.99)
    evidence["leak"]["feature"] = "monthly_income_jpy"
    line = next(line for line in evaluate_policy(evidence, POLICY) if line.code == "no_leak")
    assert "0.99 (monthly_income_jpy)" in line.figures["en"]


def test_the_figures_of_a_line_are_named_in_both_languages_and_name_no_path() -> None:
    evidence = put(good_evidence(), "leak.positives", 3)
    for line in evaluate_policy(evidence, POLICY, Waiver("A. Name", "first year", frozenset({"no_leak"}))):
        assert not any(condition.evidence and condition.evidence in line.figures["en"] for condition in POLICY.lines)
        assert not re.search("must|rests|needed|evidence", line.figures["ja"])
    line = next(line for line in evaluate_policy(evidence, POLICY) if line.code == "no_leak")
    assert line.figures["en"] == "people with indications: 3, at least 10 needed"
    assert line.figures["ja"] == "兆候のあった方の人数：3（10以上必要）"
    nothing = next(
        line for line in evaluate_policy(put(evidence, "leak.positives", None), POLICY) if line.code == "no_leak"
    )
    assert nothing.figures["en"] == "people with indications: 0, at least 10 needed"
    waived = next(
        line for line in evaluate_policy(evidence, POLICY, Waiver("A. Name", "why")) if line.code == "no_leak"
    )
    assert waived.as_json()["before_waiver"] == "no evidence"
    assert waived.figures["ja"].startswith("根拠が足りない：")


@pytest.mark.parametrize(
    ("held", "shown"), [(136.97, "137"), (9.6, "9.6"), (9.99999, "9.99999"), (10.2, "10"), (float("nan"), "0")]
)
def test_weighted_counts_are_whole_numbers_unless_that_hides_on_which_side_of_the_limit_they_lie(
    held: float, shown: str
) -> None:
    evidence = put(good_evidence(), "calibration.effective_positives", held)
    line = next(line for line in evaluate_policy(evidence, POLICY) if line.code == "calibration_error")
    assert f": {shown}, at least 10 needed" in line.figures["en"]
    assert f"：{shown}（10以上必要）" in line.figures["ja"]


def test_a_figure_just_beyond_its_limit_does_not_read_as_the_limit() -> None:
    line = next(
        line for line in evaluate_policy(put(good_evidence(), "leak.auc", 0.850004), POLICY) if line.code == "no_leak"
    )
    assert line.outcome is Outcome.FAILS
    assert line.headline.startswith("0.850004 ")


@pytest.mark.parametrize(
    ("figure", "demo", "expected"),
    [
        ({}, False, "passed"),
        ({}, True, "demonstration"),
        ({"leak.positives": 3}, False, "waived"),
        ({"leak.positives": 3}, True, "demonstration"),
        ({"leak.auc": 0.99}, False, "refused"),
        ({"leak.auc": 0.99}, True, "demonstration"),
        ({"monotone.violations": 2}, True, "refused"),
    ],
)
def test_a_demonstration_is_never_taken_for_a_pass_nor_a_waiver_for_another(
    figure: dict[str, float], demo: bool, expected: str
) -> None:
    evidence = good_evidence()
    for path, value in figure.items():
        put(evidence, path, value)
    lines = evaluate_policy(evidence, POLICY, Waiver("A. Name", "first year", failing_too=demo))
    assert verdict_of(lines, demo=demo) == expected


def test_that_no_group_was_identified_is_stated_in_japanese_too() -> None:
    evidence = good_evidence()
    evidence["fairness"]["alarmed"] = "none"
    line = next(line for line in evaluate_policy(evidence, POLICY) if line.code == "no_disparity_alarm")
    assert "（なし）" in line.figures["ja"]


def test_every_count_that_the_policy_asks_for_has_words() -> None:
    assert {line.evidence for line in POLICY.lines if line.evidence not in {None, line.figure}} <= COUNTS.keys()


def test_a_truth_value_is_no_figure() -> None:
    assert figure_at({"a": {"b": True}}, "a.b") is None
    assert figure_at({"a": {"b": 2}}, "a.b") == 2.0
