"""The interview sheet: its steps and questions, and which answers contradict each other.

Topics come from the findings of the case. Signs are the dimensions of the ILO's operational indicators of trafficking
(Delphi survey, 2009). A child has a sheet of its own: it is asked no questions of the findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from features.tables.categories import TYPOLOGIES

Answers = Mapping[str, str]
LONGEST_TEXT = 2000
"""Characters of a note."""
NOTE = "_note"
FINDING = "finding_"
"""Begins the name of a topic that comes from a finding."""
OUTCOMES = {
    "no_concern": "no_indication",
    "information_given": "inconclusive",
    "further_check": "inconclusive",
    "referral_offered": "indications",
    "referral_accepted": "indications",
    "referral_declined": "indications",
    "urgent_protection": "indications",
}
"""Outcome of the sheet, and the ``finding`` of its record: a victim is identified later, by those whose task that is."""
POSITIVE = frozenset(name for name, finding in OUTCOMES.items() if finding == "indications")
PARTNERS = ("police", "immigration", "womens_centre", "child_guidance_centre", "iom", "ngo", "other_partner")
ARMS = ("targeted", "referral")
_YES_NO, _TOPIC, _SIGN = ("yes", "no"), ("explained", "unclear", "concern", "not_asked"), ("no_sign", "unclear", "sign", "not_asked")  # fmt: skip
_INTERPRETER = ("not_needed", "independent", "not_independent")
_TOPICS = ("topic_learn", "topic_pay", "topic_stay", "topic_work", "topic_papers", "topic_help")
_SIGNS = (
    "sign_deceptive_recruitment", "sign_coercive_recruitment", "sign_abuse_of_vulnerability", "sign_exploitation",
    "sign_coercion", "sign_dependency",
)  # fmt: skip
_CHILD_SIGNS = ("child_companion", "child_custody", "child_care", "child_exploitation", "child_fear")


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the sheet: its field, the codes to choose from (none for a text), and whether it has a note."""

    name: str
    choices: tuple[str, ...] = ()
    has_note: bool = False
    is_required: bool = True


Form = Mapping[str, tuple[Question, ...]]
"""Questions by step, in order."""


@dataclass(frozen=True, slots=True)
class AnswerFault:
    """An answer that is missing, unknown or contradicted: its field, and the key of the sentence about it."""

    field: str
    rule: str


def form_of(shown: Mapping[str, Any]) -> Form:
    """Return the sheet for a decision as it was shown."""
    if shown["route"] == "child_procedure":
        return {
            "conditions": _questions(("listener", "child_room", "companion_apart"), _YES_NO) + _conditions(),
            "signs": _questions(_CHILD_SIGNS, _SIGN, has_note=True),
            "outcome": _outcome(),
        }
    findings = [f"{FINDING}{reason['code']}" for reason in shown["reasons"] if reason["direction"] == "raises"]
    return {
        "conditions": _questions(("alone",), _YES_NO) + _conditions(),
        "topics": _questions((*findings, *_TOPICS), _TOPIC, has_note=True),
        "signs": _questions(_SIGNS, _SIGN, has_note=True),
        "outcome": _outcome(),
    }


def _questions(names: tuple[str, ...] | list[str], choices: tuple[str, ...], *, has_note: bool = False) -> tuple[Question, ...]:  # fmt: skip
    return tuple(Question(name, choices, has_note) for name in names)


def _conditions() -> tuple[Question, ...]:
    return (
        Question("interpreter", _INTERPRETER), Question("purpose", _YES_NO), Question("stopped", ("no", "yes")),
        Question("card", _YES_NO),
    )  # fmt: skip


def _outcome() -> tuple[Question, ...]:
    return (
        Question("outcome", tuple(OUTCOMES)), Question("partner", PARTNERS, is_required=False),
        Question("typology", TYPOLOGIES, is_required=False), Question("chosen", ARMS), Question("remarks", is_required=False),
    )  # fmt: skip


def answers_of_step(questions: tuple[Question, ...], given: Answers) -> tuple[dict[str, str], list[AnswerFault]]:
    """Return the answers of a step as they were sent, without empty ones, and those that cannot be answers."""
    answers: dict[str, str] = {}
    wrong: list[AnswerFault] = []
    for question in questions:
        fields = {question.name: question.choices} | ({f"{question.name}{NOTE}": ()} if question.has_note else {})
        for name, choices in fields.items():
            value = given.get(name, "").strip()
            if choices and value and value not in choices:
                wrong.append(AnswerFault(name, "unknown"))
            elif len(value) > LONGEST_TEXT:
                wrong.append(AnswerFault(name, "too_long"))
            elif value:
                answers[name] = value
    return answers, wrong


def faults_of(form: Form, answers: Answers) -> list[AnswerFault]:
    """Return what is missing and what contradicts; a fault names the field to look at."""
    return [*_missing(form, answers), *_contradictions(form, answers)]


def _missing(form: Form, answers: Answers) -> Iterator[AnswerFault]:
    """Yield questions without an answer; whoever stopped the talk need not have been asked about topics and signs."""
    has_stopped = answers.get("stopped") == "yes"
    for step, questions in form.items():
        for question in questions:
            if (
                question.is_required
                and question.name not in answers
                and not (has_stopped and step in {"topics", "signs"})
            ):
                yield AnswerFault(question.name, "missing")


def _contradictions(form: Form, answers: Answers) -> Iterator[AnswerFault]:
    outcome = answers.get("outcome", "")
    signs = [question.name for question in form["signs"] if answers.get(question.name) == "sign"]
    concerns = [question.name for question in form.get("topics", ()) if answers.get(question.name) == "concern"]
    if outcome == "no_concern":
        yield from (AnswerFault(name, "concern_without_outcome") for name in concerns)
        yield from (AnswerFault(name, "unsafe_no_concern") for name in _unsafe(answers))
    if outcome in {"no_concern", "information_given"}:
        yield from (AnswerFault(name, "sign_without_outcome") for name in signs)
    if outcome in POSITIVE:
        if not signs and not concerns:
            yield AnswerFault("outcome", "outcome_without_sign")
        if "partner" not in answers:
            yield AnswerFault("partner", "partner_missing")
        elif (
            "listener" in {question.name for question in form["conditions"]}
            and answers["partner"] != "child_guidance_centre"
        ):
            yield AnswerFault("partner", "partner_of_child")
    elif outcome:
        yield from (AnswerFault(name, f"{name}_without_signs") for name in ("partner", "typology") if name in answers)


def _unsafe(answers: Answers) -> Iterator[str]:
    """Yield the conditions under which "no concern" says nothing: a person who is overheard cannot speak freely."""
    wrong = {
        "alone": "no", "companion_apart": "no", "interpreter": "not_independent", "purpose": "no", "stopped": "yes",
    }  # fmt: skip
    yield from (name for name, value in wrong.items() if answers.get(name) == value)
