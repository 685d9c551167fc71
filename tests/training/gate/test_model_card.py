from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.catalogue import catalogue
from features.settings import Settings
from training.fairness.groups import AuditedCases, denominators
from training.gate.model_card import CHOSEN_AMONG, MIN_EFFECTIVE, model_card
from training.gate.verdict import Line, Outcome
from training.statistics.intervals import share_bounds
from training.tracking.registry import Registry

VISA = catalogue("visa")
HOLDS = Line("a", {"ja": "条件", "en": "a condition"}, Outcome.HOLDS, {"ja": "1", "en": "1"}, "why")


@pytest.fixture(scope="module")
def evidence(home_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = Registry(home_settings).download("visa", "1", tmp_path_factory.mktemp("card"), "evidence")
    result: dict[str, Any] = json.loads((folder / "evidence.json").read_bytes())
    return result


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
    ("outcome", "output"), [(Outcome.HOLDS, "No waiver was needed."), (Outcome.NO_EVIDENCE, "No waiver was given.")]
)
def test_the_card_says_whether_a_waiver_was_needed(evidence: dict[str, Any], outcome: Outcome, output: str) -> None:
    assert output in model_card(VISA, evidence, {}, lines=[replace(HOLDS, outcome=outcome)])


def test_the_card_says_what_let_the_model_in(evidence: dict[str, Any]) -> None:
    waived = replace(HOLDS, outcome=Outcome.WAIVED, waiver="A: the first year")
    assert "**Passed**: every line holds." in model_card(VISA, evidence, {}, lines=[HOLDS])
    assert "**Waived**" in model_card(VISA, evidence, {}, lines=[waived])
    assert "**Demonstration**" in model_card(VISA, evidence, {}, lines=[waived], demo=True)


def test_the_card_says_whom_its_figures_describe(evidence: dict[str, Any]) -> None:
    card = model_card(VISA, evidence, {})
    people, rings = evidence["ranking"]["positives"], evidence["ranking"]["groups"]
    assert f"({people} people of {rings} case groups)" in card
    assert "Recall among confirmed positives" in card
    assert "minors ranked among all others though in service they go to the child procedure:" in card
    assert "against all cases without indications" in card
    assert "weighted for who was interviewed" not in card
    assert "among people without indications:" in card
    assert "among people not exploited in truth:" in model_card(VISA, evidence | {"truth_known": True}, {})


def test_a_card_without_a_trainer_says_so(evidence: dict[str, Any]) -> None:
    assert "- trained by: not recorded\n" in model_card(VISA, evidence, {})
    assert "- trained by: Officer T\n" in model_card(VISA, evidence, {"trained_by": "Officer T"})


def test_times_are_dates_and_lines_are_whole(evidence: dict[str, Any]) -> None:
    # 1 289 789 335 s after 1970 lie on the 15th of November 2010
    card = model_card(VISA, evidence, {"cutoff_us": "1289789335000000", "learned_until_us": "1289789335000000"})
    assert "- evaluated on cases from (cut-off): 2010-11-15\n" in card
    assert "1289789335" not in card
    assert "Nationality, former nationality, sex" in card


def test_a_share_that_few_people_carry_is_left_out_and_every_other_has_words(evidence: dict[str, Any]) -> None:
    cell = {"attribute": "sex", "group": "one", "metric": "recall_interviewed", "people": 7, "value": 0.5}
    few, enough = share_bounds(0.5, MIN_EFFECTIVE - 0.5), share_bounds(0.5, MIN_EFFECTIVE + 0.5)
    table = [cell | {"low": few[0], "high": few[1]}, cell | {"group": "other", "low": enough[0], "high": enough[1]}]
    card = model_card(VISA, evidence | {"fairness": evidence["fairness"] | {"table": table}}, {})
    assert "| sex | other | people with indications (recall) | 7 |" in card
    assert "| sex | one |" not in card
    assert "(1 left out)" in card


def test_every_metric_of_the_fairness_table_has_words() -> None:
    nobody = np.zeros(0, dtype=bool)
    cases = AuditedCases(nobody, np.zeros(0), np.zeros(0), {}, exploited=nobody)
    assert CHOSEN_AMONG.keys() == denominators(cases).keys()


def test_the_card_says_the_extent_to_which_the_number_is_a_chance(evidence: dict[str, Any]) -> None:
    result = evidence | {"calibration": {"effective_positives": 12.0}}
    assert "positives with an effective size of 12 " in model_card(VISA, result, {})
    assert "rests on no positives and" in model_card(VISA, evidence | {"calibration": {}}, {})
    assert "The number** is the chance" not in model_card(VISA, evidence, {})


@pytest.mark.parametrize(
    ("about", "first"),
    [
        ({}, "Synthetic data; not validated on any real visa record."),
        (
            {"prior_worlds": "52", "labels": "412"},
            "Trained first on synthetic worlds and their truth (prior: 52 worlds), then on 412 labels; not validated on any real "
            "visa record.",
        ),
        (
            {"prior_worlds": "52", "labels": "0"},
            "Trained on synthetic worlds and their truth (prior: 52 worlds) alone, no tree on a label; not validated on any "
            "real visa record.",
        ),
    ],
)
def test_the_first_line_declares_the_prior(evidence: dict[str, Any], about: dict[str, str], first: str) -> None:
    assert model_card(VISA, evidence, about).splitlines()[0] == first


def test_the_card_says_what_is_prior_and_what_is_learned(evidence: dict[str, Any]) -> None:
    parts = {"prior_share": 0.7, "label_share": 0.3, "correlation": None}
    card = model_card(VISA, evidence | {"score_parts": parts}, {})
    assert "- prior and labels: 70% of the score's variance from trees of the prior, 30%" in card
    assert "prior and labels" not in model_card(VISA, evidence, {})


def test_figures_without_evidence_are_not_shown(evidence: dict[str, Any]) -> None:
    nobody = {"positives": 0, "groups": 0}
    gain = {"checklist": {"first": 0.0, "second": 0.0, "gain": 0.0, "low": -1.0, "high": 1.0} | nobody}
    ranking = {"auc": 0.5, "low": 0.0, "high": 1.0} | nobody
    health = dict.fromkeys(("training_auc", "auc", "auc_low", "auc_high", "slope", "slope_low", "slope_high", "ratio"))
    health |= {"labels": 0, "positives": 0, "effective_labels": 0.0, "effective_positives": 0.0, "ties": 0.5, "confirmed": 0, "groups": 0}  # fmt: skip
    card = model_card(VISA, evidence | {"gain": gain, "ranking": ranking, "calibration": {}, "health": health}, {})
    assert "| checklist | no evidence |" in card
    assert "0.500 [0.000, 1.000]" not in card
    assert "(1, 1 and 0 are perfect): no evidence." in card
    assert "**Not shown to be better than chance: no confirmed positive to evaluate it.**" in card
