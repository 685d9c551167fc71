from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from training.fairness.proxies import auc_with_interval, audit_proxies, reasons_as_shown, within_strata


def test_the_auc_and_its_interval_are_those_of_the_literature() -> None:
    rng = np.random.default_rng(0)
    own = rng.random(400) < 0.3
    predicted = np.round(rng.normal(size=400) + own, 1)  # with ties
    auc, low, high = auc_with_interval(own, predicted)
    assert auc == pytest.approx(roc_auc_score(own, predicted), abs=1e-12)
    drawn = []
    for _ in range(500):
        rows = rng.integers(0, 400, 400)
        drawn.append(roc_auc_score(own[rows], predicted[rows]))
    assert (low, high) == pytest.approx(tuple(np.quantile(drawn, (0.025, 0.975))), abs=0.02)


def test_a_difference_between_statuses_is_not_shown_within_them() -> None:
    status = np.repeat(np.array(["a", "b"]), 500)
    rng = np.random.default_rng(0)
    own = rng.random(1000) < np.where(status == "a", 0.9, 0.1)
    predicted = (status == "a") + rng.normal(scale=0.01, size=1000)
    assert auc_with_interval(own, predicted)[0] > 0.85
    assert within_strata(own, predicted, status) == pytest.approx(0.5, abs=0.06)


def test_a_score_that_reveals_a_nationality_is_detected_and_another_is_not() -> None:
    rng = np.random.default_rng(0)
    nationality = rng.choice(["PHL", "THA"], 1000)
    contributions = rng.normal(size=(1000, 8))
    status = np.full(1000, "student")
    fair = audit_proxies(contributions.sum(axis=1), contributions, {"nationality": nationality}, status, rng)
    assert max(item.auc for item in fair) < 0.58
    contributions[:, 3] += 5.0 * (nationality == "PHL")
    result = audit_proxies(contributions.sum(axis=1), contributions, {"nationality": nationality}, status, rng)
    assert min(item.auc for item in result) > 0.8


def test_only_the_five_largest_contributions_are_read_as_reasons() -> None:
    shown = reasons_as_shown(np.zeros(1), np.array([[9.0, -8.0, 7.0, 6.0, -5.0, 4.0, 3.0]]))
    assert shown.tolist() == [[0.0, 9.0, -8.0, 7.0, 6.0, -5.0]]


def test_a_figure_is_the_mean_over_disjoint_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.fairness.proxies.MAX_CASES", 1_000)
    rng = np.random.default_rng(5)
    contributions = rng.normal(size=(3_100, 3))
    nationality = np.where(rng.random(3_100) < 0.3, "JPX", "JPY").astype(np.str_)
    status = np.full(3_100, "student")
    (score, reasons) = audit_proxies(
        contributions.sum(axis=1), contributions, {"nationality": nationality}, status, np.random.default_rng(6)
    )
    assert score.people == pytest.approx(0.7 * 3_000, abs=60)  # nobody twice
    assert 0.04 < score.high - score.low < 0.06  # of one sample of 1,000 it is 0.08
    assert abs(score.auc - 0.5) < 0.05
    assert abs(reasons.auc_within_status - reasons.auc) < 1e-9


def test_a_group_that_is_too_small_in_a_sample_has_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.fairness.proxies.MAX_CASES", 1_000)
    rng = np.random.default_rng(5)
    nationality = np.repeat(["JPX", "JPY", "JPZ"], [1_500, 1_350, 150]).astype(np.str_)
    score = rng.normal(size=3_000)
    result = audit_proxies(score, score[:, None], {"nationality": nationality}, np.full(3_000, "student"), rng)
    assert {item.group for item in result} == {"JPX", "JPY"}


def test_nobody_known_to_be_no_victim_gives_no_figure() -> None:
    nobody = np.empty(0, dtype=np.str_)
    assert audit_proxies(np.empty(0), np.empty((0, 8)), {"sex": nobody}, nobody, np.random.default_rng(0)) == []
