"""The fairness report by the API and on its page, of interviews whose arms and findings are known.

Covers: measures.fairness_report, measures.period, measures.model_drift, api.measures, pages.fairness, pages.interval_chart,
decisions.case_groups, store.outcomes.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from features.languages import texts
from serving.measures.model_drift import DriftFigure
from serving.pages.interval_chart import Interval, interval_chart
from serving.registry.mlflow_registry import ModelVersion, RegistryError
from tests.serving.conftest import Service
from tests.serving.measures.conftest import BY_HAND, BY_SCORE, DRAWN, PREFERRED, PROBABILITY, YEAR

WORDS = texts("pages.fairness")


@pytest.fixture(scope="module")
def report(measured: Service) -> dict[str, Any]:
    answer = measured.client.get("/v1/audit/fairness", params=YEAR, headers=measured.headers("auditor"))
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def row(report: dict[str, Any], question: str, attribute: str = "all", group: str = "everybody") -> dict[str, Any]:
    [found] = [
        each for each in report["disparities"]
        if (each["question"], each["attribute"], each["group"]) == (question, attribute, group)
    ]  # fmt: skip
    return found  # type: ignore[no-any-return]


def test_stored_outcomes_become_rates_by_their_inclusion_probabilities(report: dict[str, Any]) -> None:
    called, stands_for = BY_SCORE + BY_HAND, DRAWN / PROBABILITY
    positive = len(range(0, BY_SCORE, 8))
    assert report["interviews"] == called + DRAWN
    assert row(report, "called_in")["share"] == pytest.approx(called / (called + stands_for))
    assert row(report, "without_indication")["share"] == pytest.approx((called - positive) / called)
    assert row(report, "by_hand")["share"] == pytest.approx(BY_HAND / (BY_HAND + stands_for))
    assert row(report, "missed")["share"] == 0.0


def test_officers_who_call_in_a_group_by_hand_raise_its_alarm_alone(report: dict[str, Any]) -> None:
    alarms = [(each["question"], each["group"]) for each in report["disparities"] if each["alarm"]]
    assert alarms == [("by_hand", PREFERRED)]


def test_small_groups_show_neither_rate_nor_size(report: dict[str, Any]) -> None:
    hidden = [each for each in report["disparities"] if each["share"] is None]
    assert hidden
    assert all(each["people"] == "fewer than 10" for each in hidden)


def test_the_models_promise_stands_beside_what_came_of_it(report: dict[str, Any]) -> None:
    found = {(each["subject"], each["figure"]): each for each in report["drift"]}
    score = found["visa", "score"]
    # 33 of 260 had indications, a score of 0.2 was promised
    assert score["offline"] == pytest.approx([0.2] * 3)
    assert score["live"][0] == pytest.approx(33 / 260)
    assert score["differs"]
    assert found["visa", "with_indications"]["offline"] is None
    assert found["entry", "score"]["live"] is None


@pytest.mark.parametrize(("offline", "live", "differs"), [((0.2, 0.1, 0.3), (0.4, 0.3, 0.5), False), ((0.2, 0.1, 0.3), (0.4, 0.31, 0.5), True), (None, (0.4, 0.3, 0.5), False)])  # fmt: skip
def test_a_figure_differs_where_intervals_do_not_touch(offline: Any, live: Any, differs: bool) -> None:
    assert DriftFigure("visa", "score", offline, live, 40).differs is differs


@pytest.mark.parametrize("period", [{"from": "2012-13-01"}, {"from": "2012-02-01", "to": "2012-01-01"}, {"to": "0001-01-01"}, {"from": "1990-01-01", "to": "2020-01-01"}])  # fmt: skip
def test_a_period_that_cannot_be_read_is_refused(measured: Service, period: dict[str, str]) -> None:
    answer = measured.client.get("/v1/audit/fairness", params=period, headers=measured.headers("auditor"))
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "period"


def test_nobody_but_an_auditor_reads_it(measured: Service) -> None:
    for role in ("officer", "scientist", "feed"):
        assert measured.client.get("/v1/audit/fairness", headers=measured.headers(role)).status_code == 403


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_names_the_alarm_and_draws_each_question(measured: Service, language: str) -> None:
    measured.client.cookies.clear()
    measured.sign_in("auditor")
    page = measured.client.get("/fairness", params={**YEAR, "lang": language}).text
    listed = page.partition('id="alarms"')[2].partition("</section>")[0]
    assert WORDS["question_by_hand"][language] in listed
    assert PREFERRED in listed
    # everybody is in a chart for each of five questions
    assert page.count('class="chart intervals"') == 5
    assert "A-MEASURED" not in page
    empty = measured.client.get("/fairness", params={"from": "1999-01-01", "to": "1999-12-31", "lang": language}).text
    assert WORDS["too_few"][language] in empty


def test_a_chart_places_shares_along_its_axis() -> None:
    chart = interval_chart([Interval("a<b", 0.5, 0.25, 1.0, 0.5, alarm=True), Interval("c", 0.0, 0.0, 0.5)], "shares")
    dots = [float(x) for x in re.findall(r'circle cx="([\d.]+)"', chart)]
    # the axis runs from 330 to 830: a half is in the middle
    assert np.allclose(dots, [580.0, 330.0])
    assert "a&lt;b" in chart
    assert chart.count('class="expected"') == 1


def test_validation_figures_are_read_on_request_and_stay_empty_where_mlflow_is_silent(
    measured: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = {"recall_at_2_0pct": 0.4, "recall_at_2_0pct_low": 0.3, "recall_at_2_0pct_high": 0.5}
    version = ModelVersion("3", "run", None, None, None, None, metrics=metrics)

    def answer(_: object, subject: str, alias: str) -> ModelVersion:
        if subject == "entry":
            raise RegistryError("no answer")
        assert alias == "champion"
        return version

    monkeypatch.setattr("serving.measures.model_drift.version_by_alias", answer)
    given = {**YEAR, "validation": "true"}
    report = measured.client.get("/v1/audit/fairness", params=given, headers=measured.headers("auditor")).json()
    found = {(each["subject"], each["figure"]): each for each in report["drift"]}
    assert found["visa", "called_in_of_positive"]["offline"] == [0.4, 0.3, 0.5]
    # all 33 with indications were called in: its lower bound of 0.89 lies above 0.5
    assert found["visa", "called_in_of_positive"]["differs"]
    assert found["entry", "called_in_of_positive"]["offline"] is None
