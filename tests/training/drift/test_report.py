"""Covers: drift.report, drift.plots."""

from __future__ import annotations

from typing import Any

import pytest

from features.tables.typology import Typology
from training.drift import population_stability as stability
from training.drift.plots import draw_inputs, draw_quarters
from training.drift.report import INPUTS, QUARTERS, SLIPS, TYPOLOGIES, alarm_label, sections, title
from training.report.sections import markdown, write


@pytest.fixture
def figures() -> dict[str, Any]:
    feature = {
        "stability_index": 0.1,
        "missing_then": 0.0,
        "missing_now": 0.0,
        "slip": None,
        "grows": False,
        "alarm": False,
    }
    quarter = {"quarter": "2010Q1", "cases": 5, "mean_score": 0.1, "findings": 1, "indications": 1,
               "their_mean_score": 0.2, "typologies": {"T11": 1}}  # fmt: skip
    promise = dict.fromkeys(("precision", "recall"), 0.1)
    return {
        "subject": "visa", "same_records": True, "limit": 0.25,
        "then": {"cases": 900, "since": "2008-01-01", "until": "2010-01-01"},
        "now": {"cases": 300, "since": "2010-01-02", "until": "2011-01-01"},
        "alarms": 1, "alarmed": ["typology T11"],
        "features": [{**feature, "feature": "income", "slip": "thousand"}, {**feature, "feature": "kept", "grows": True}],
        "score": {"stability_index": 0.01, "mean_then": 0.02, "mean_now": 0.03, "alarm": False},
        "outcomes": [{"arm": "referral", "then": 0, "share_then": None, "now": 4, "share_now": 0.25}],
        "outcome_tests": [{"question": "typology", "of": "T11", "positives_then": 0, "then": 9, "positives_now": 5, "now": 9,
                           "p_value": 0.001, "detectable_ratio": None, "alarm": True}],
        "health": {
            "labels": 0, "positives": 0, "effective_labels": 0.0, "effective_positives": 0.0, "training_auc": None, "auc": 0.3,
            "auc_low": 0.2, "auc_high": 0.4, "confirmed": 30, "groups": 20, "ties": 0.1, "slope": None, "slope_low": None,
            "slope_high": None, "ratio": None,
        },
        "quarters": [{**quarter, "now": False}, {**quarter, "now": True}],
        "expected": {"capacity": 0.02, **promise, **{f"{item}_{end}": 0.1 for item in promise for end in ("low", "high")}},
    }  # fmt: skip


def test_the_report_has_words_for_typologies_measures_and_what_it_does_not_know(figures: dict[str, Any]) -> None:
    output = markdown(title(figures), sections(figures))
    assert "**1 alarm**: typology T11 (labour exploitation of men)." in output
    assert "| referral | 0 | – | 4 | 0.250 |" in output
    assert SLIPS["thousand"] in output
    assert "| kept | 0.100 | 0.0% | 0.0% | – | grows with the records |" in output
    assert alarm_label("feature income") == "feature income"


def test_a_champion_worse_than_chance_since_it_learned_is_in_bold(figures: dict[str, Any]) -> None:
    output = markdown(title(figures), sections(figures))
    assert "**WORSE THAN CHANCE: AUC 0.30 [95 % CI 0.20–0.40]; do not use this model**." in output
    assert "(30 confirmed positives in 20 case groups); calibration slope not known" in output


@pytest.mark.parametrize(
    ("same", "output"), [(True, "the very records"), (False, "not the very records"), (None, "not on record")]
)
def test_the_report_says_whether_the_champion_learned_from_these_records(
    same: bool | None, output: str, figures: dict[str, Any]
) -> None:
    assert output in sections(figures | {"same_records": same})[0].text


def test_the_page_holds_its_pictures(figures: dict[str, Any], tmp_path: Any) -> None:
    draw_quarters(tmp_path / QUARTERS, figures["quarters"])
    draw_inputs(tmp_path / INPUTS, figures["features"], figures["limit"])
    write(tmp_path, title(figures), sections(figures))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 2


def test_typologies_and_measures_are_named_as_on_the_pages() -> None:
    assert {typology.value: typology.label["en"] for typology in Typology} == TYPOLOGIES
    assert set(stability.SLIPS) == set(SLIPS)
