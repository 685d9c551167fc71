"""Questions of an interview sheet with their answers, in the words of one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from features.languages import LANGUAGES, Text, texts
from serving.decisions.interview_form import FINDING, NOTE, AnswerFault, Answers, Form, Question


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question.

    Attributes
    ----------
    others
        (language, wording) in the languages of the pages beside the reader's; only of questions that the person is asked.
    choices
        (code, label) to choose from; none for a text.
    value, note
        Answers as they are stored; ``note`` is None where there is none to write.
    answer
        The answer in words, empty without any.
    fault
        What is wrong with the answer, empty if nothing is.
    """

    name: str
    label: str
    others: list[tuple[str, str]]
    choices: list[tuple[str, str]]
    is_required: bool
    value: str
    note: str | None
    answer: str
    fault: str


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of the sheet."""

    step: str
    label: str
    questions: list[QuestionView]


def step_views(
    form: Form, shown: Mapping[str, Any], answers: Answers, faults: Sequence[AnswerFault], language: str
) -> list[StepView]:
    """Return the steps of a sheet with the answers given."""
    labels = _labels(shown)
    wrong = {fault.field.removesuffix(NOTE): fault.rule for fault in reversed(faults)}
    steps = texts("serving.interview_steps")
    return [
        StepView(step, steps[step][language], [_view(item, labels, answers, wrong, language) for item in questions])
        for step, questions in form.items()
    ]


def _labels(shown: Mapping[str, Any]) -> dict[str, Text]:
    findings = {f"{FINDING}{reason['code']}": reason["question"] for reason in shown["reasons"]}
    return {**texts("serving.interview_questions"), **findings}


def _view(
    question: Question, labels: Mapping[str, Text], answers: Answers, wrong: Mapping[str, str], language: str
) -> QuestionView:
    name, choices = question.name, _choices(question, language)
    value, rule = answers.get(name, ""), wrong.get(name)
    to_person = name.startswith((FINDING, "topic_"))
    return QuestionView(
        name, labels[name][language],
        [(code, labels[name][code]) for code in LANGUAGES if to_person and code != language], choices, question.is_required,
        value, answers.get(f"{name}{NOTE}", "") if question.has_note else None, dict(choices).get(value, value),
        "" if rule is None else texts("serving.interview_rules")[rule][language],
    )  # fmt: skip


def _choices(question: Question, language: str) -> list[tuple[str, str]]:
    labels = texts("typologies") if question.name == "typology" else texts("serving.interview_choices")
    return [(code, labels[code][language]) for code in question.choices]
