from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.catalogue import catalogue
from features.settings import Settings
from training.fairness.groups import AuditedCases, denominators
from training.gate.model_card import CHOSEN_AMONG, LEAST_EFFECTIVE, model_card
from training.gate.verdict import Line, Outcome
from training.statistics.intervals import share_bounds
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
    assert "- trained by: not recorded\n" in model_card(VISA, evidence, {})
    assert "- trained by: Officer T\n" in model_card(VISA, evidence, {"trained_by": "Officer T"})


def test_times_are_dates_and_lines_are_whole(evidence: dict[str, Any]) -> None:
    # 1 289 789 335 s after 1970 lie on the 15th of November 2010
    card = model_card(VISA, evidence, {"cutoff_us": "1289789335000000", "trained_until_us": "1289789335000000"})
    assert "- judged on cases from (cut-off): 2010-11-15\n" in card
    assert "1289789335" not in card
    assert "Nationality, former nationality, sex" in card


def test_a_share_that_few_people_carry_is_left_out_and_every_other_has_words(evidence: dict[str, Any]) -> None:
    cell = {"attribute": "sex", "group": "one", "metric": "recall_interviewed", "people": 7, "value": 0.5}
    few, enough = share_bounds(0.5, LEAST_EFFECTIVE - 0.5), share_bounds(0.5, LEAST_EFFECTIVE + 0.5)
    table = [cell | {"low": few[0], "high": few[1]}, cell | {"group": "other", "low": enough[0], "high": enough[1]}]
    card = model_card(VISA, evidence | {"fairness": evidence["fairness"] | {"table": table}}, {})
    assert "| sex | other | people with indications (recall) | 7 |" in card
    assert "| sex | one |" not in card
    assert "(1 left out)" in card


def test_every_metric_of_the_fairness_table_has_words() -> None:
    nobody = np.zeros(0, dtype=bool)
    cases = AuditedCases(nobody, np.zeros(0), np.zeros(0), {}, exploited=nobody)
    assert CHOSEN_AMONG.keys() == denominators(cases).keys()


def test_the_card_says_how_far_the_number_is_a_chance(evidence: dict[str, Any]) -> None:
    told = evidence | {"calibration": {"effective_positives": 12.0}}
    assert "findings that count as 12 " in model_card(VISA, told, {})
    assert "rest on no finding and" in model_card(VISA, evidence | {"calibration": {}}, {})
    assert "The number** is the chance" not in model_card(VISA, evidence, {})
