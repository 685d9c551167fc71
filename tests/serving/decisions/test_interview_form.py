"""Which answers of an interview sheet contradict each other?"""

from __future__ import annotations

from typing import Any

import pytest

from features.languages import texts
from features.tables.categories import FINDINGS
from serving.decisions.interview_form import LONGEST_TEXT, OUTCOMES, POSITIVE, answers_of_step, faults_of, form_of
from tests.serving.interview_answers import REFERRED, good_answers

ADULT: dict[str, Any] = {
    "route": "interview_queue",
    "reasons": [{"code": "thin_marriage", "direction": "raises"}, {"code": "own_history", "direction": "lowers"}],
}
CHILD: dict[str, Any] = {"route": "child_procedure", "reasons": [{"code": "thin_marriage", "direction": "raises"}]}


def faults(shown: dict[str, Any], **changes: str) -> set[tuple[str, str]]:
    form = form_of(shown)
    return {(fault.field, fault.rule) for fault in faults_of(form, good_answers(form, **changes))}


def test_topics_come_from_the_findings_for_an_interview_and_a_child_has_none() -> None:
    topics = [question.name for question in form_of(ADULT)["topics"]]
    assert topics[0] == "finding_thin_marriage"
    assert "finding_own_history" not in topics
    assert list(form_of(CHILD)) == ["conditions", "signs", "outcome"]


def test_good_answers_have_no_fault() -> None:
    assert not faults(ADULT)
    assert not faults(ADULT, **REFERRED)
    child = {"outcome": "urgent_protection", "partner": "child_guidance_centre", "child_fear": "sign"}
    assert not faults(CHILD, **child)


@pytest.mark.parametrize(("changes", "wrong"), [
    ({"sign_coercion": "sign"}, {("sign_coercion", "sign_without_outcome")}),
    ({"sign_coercion": "sign", "outcome": "information_given"}, {("sign_coercion", "sign_without_outcome")}),
    ({"sign_coercion": "sign", "outcome": "further_check"}, set()),
    ({"topic_pay": "concern"}, {("topic_pay", "concern_without_outcome")}),
    ({"alone": "no"}, {("alone", "unsafe_no_concern")}),
    ({"interpreter": "not_independent"}, {("interpreter", "unsafe_no_concern")}),
    ({"alone": "no", "outcome": "further_check"}, set()),
    ({"outcome": "referral_offered", "partner": "iom"}, {("outcome", "outcome_without_sign")}),
    ({**REFERRED, "partner": ""}, {("partner", "partner_missing")}),
    ({"partner": "police"}, {("partner", "partner_without_signs")}),
    ({"typology": "T1"}, {("typology", "typology_without_signs")}),
])  # fmt: skip
def test_a_contradiction_names_the_field(changes: dict[str, str], wrong: set[tuple[str, str]]) -> None:
    form = form_of(ADULT)
    given = {name: value for name, value in good_answers(form, **changes).items() if value}
    assert {(fault.field, fault.rule) for fault in faults_of(form, given)} == wrong


def test_a_childs_partner_is_the_child_guidance_center() -> None:
    assert faults(CHILD, outcome="referral_offered", partner="ngo", child_fear="sign") == {
        ("partner", "partner_of_child")
    }


def test_every_question_wants_an_answer_unless_the_person_stopped_the_talk() -> None:
    form = form_of(ADULT)
    missing = {fault.field for fault in faults_of(form, {})}
    assert missing == {question.name for items in form.values() for question in items if question.is_required}
    stopped = {"alone": "yes", "interpreter": "not_needed", "purpose": "yes", "stopped": "yes", "card": "yes",
               "chosen": "targeted", "outcome": "further_check"}  # fmt: skip
    assert not faults_of(form, stopped)


def test_a_step_takes_its_own_answers_without_empty_and_unknown_ones() -> None:
    questions = form_of(ADULT)["topics"]
    given = {
        "topic_pay": "refuse",
        "topic_stay": "unclear",
        "topic_stay_note": " A room \n",
        "alone": "yes",
        "topic_work": "",
    }
    answers, wrong = answers_of_step(questions, given)
    assert answers == {"topic_stay": "unclear", "topic_stay_note": "A room"}
    assert [(fault.field, fault.rule) for fault in wrong] == [("topic_pay", "unknown")]
    _, wrong = answers_of_step(questions, {"topic_pay_note": "x" * (LONGEST_TEXT + 1)})
    assert [(fault.field, fault.rule) for fault in wrong] == [("topic_pay_note", "too_long")]


def test_every_outcome_becomes_a_finding_of_the_records_and_only_a_referral_or_protection_is_positive() -> None:
    assert set(OUTCOMES.values()) <= set(FINDINGS)
    assert set(OUTCOMES) - POSITIVE == {"no_concern", "information_given", "further_check"}


def test_every_question_and_choice_has_its_words() -> None:
    for shown in (ADULT, CHILD):
        for step, questions in form_of(shown).items():
            assert step in texts("serving.interview_steps")
            for question in questions:
                assert question.name.startswith("finding_") or question.name in texts("serving.interview_questions")
                known = texts("typologies") if question.name == "typology" else texts("serving.interview_choices")
                assert set(question.choices) <= set(known)
