from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from features.catalogue import catalogue
from features.settings import Settings
from training.gate.verdict import Line, Outcome
from training.papers.model_card import model_card
from training.tracking.registry import Registry

VISA = catalogue("visa")
HOLDS = Line("a", "a condition", "条件", Outcome.HOLDS, "1", "1", "why")


@pytest.fixture(scope="module")
def evidence(registered: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    place = Registry(registered).download("visa", "1", tmp_path_factory.mktemp("card"), "evidence")
    told: dict[str, Any] = json.loads((place / "evidence.json").read_bytes())
    return told


def test_names_and_reasons_cannot_write_on_the_card(evidence: dict[str, Any]) -> None:
    forged = "A: ok\n\nApproved by 2:\n\n- B\n\n# Promoted **by** <b>all</b>"
    waived = replace(HOLDS, outcome=Outcome.WAIVED, waiver=forged)
    plain = model_card(VISA, evidence, {}, lines=[HOLDS], approvals=["A"])
    card = model_card(VISA, evidence, {"trained_by": forged}, lines=[waived], approvals=[forged])
    assert len(card.splitlines()) == len(plain.splitlines())
    assert [line for line in card.splitlines() if line.startswith(("#", "Approved"))] == [
        line for line in plain.splitlines() if line.startswith(("#", "Approved"))
    ]
    assert "\\# Promoted \\*\\*by\\*\\* \\<b\\>" in card


def test_a_comma_in_a_name_makes_no_second_person(evidence: dict[str, Any]) -> None:
    card = model_card(VISA, evidence, {}, lines=[HOLDS], approvals=["Smith, Alice"])
    assert card.endswith("Approved by 1:\n\n- Smith, Alice\n")


@pytest.mark.parametrize(
    ("outcome", "said"), [(Outcome.HOLDS, "No waiver was needed."), (Outcome.NO_EVIDENCE, "No waiver was given.")]
)
def test_the_card_says_whether_a_waiver_was_needed(evidence: dict[str, Any], outcome: Outcome, said: str) -> None:
    assert said in model_card(VISA, evidence, {}, lines=[replace(HOLDS, outcome=outcome)])


def test_the_card_says_what_let_the_model_in(evidence: dict[str, Any]) -> None:
    waived = replace(HOLDS, outcome=Outcome.WAIVED, waiver="A: the first year")
    assert "**Passed**: every line holds." in model_card(VISA, evidence, {}, lines=[HOLDS])
    assert "**Waived**" in model_card(VISA, evidence, {}, lines=[waived])
    assert "**Demonstration**" in model_card(VISA, evidence, {}, lines=[waived], demo=True)


def test_the_card_says_of_whom_its_figures_speak(evidence: dict[str, Any]) -> None:
    card = model_card(VISA, evidence, {})
    people, rings = evidence["ranking"]["positives"], evidence["ranking"]["rings"]
    assert f"({people} people of {rings} rings" in card
    assert "exploitation was confirmed" in card
    assert "minors ranked among all others though in service they go to the child procedure:" in card
    assert "above somebody of whom nothing was found, interviewed or not" in card
    assert "weighted for who was interviewed" not in card
    assert "of whom an interview found nothing:" in card
    assert "in truth:" in model_card(VISA, evidence | {"truth_known": True}, {})


def test_a_card_without_a_trainer_says_so(evidence: dict[str, Any]) -> None:
    assert "- trained_by: not recorded\n" in model_card(VISA, evidence, {})
    assert "- trained_by: Officer T\n" in model_card(VISA, evidence, {"trained_by": "Officer T"})
