from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from training.evaluation.health import Health, TrainingLabels

NAN = float("nan")


def frame(positive: list[int], others: int) -> tuple[pd.DataFrame, np.ndarray]:  # type: ignore[type-arg]
    """Confirmed positives, each a case group, at these scores among others scored 0, 1, 2 …; a tenth of a score is a chance."""
    score = np.concatenate([np.array(positive) + 0.5, np.arange(others)])
    label = np.concatenate([np.ones(len(positive)), np.zeros(others)])
    group = np.where(label == 1.0, np.arange(len(label)), -1)
    return pd.DataFrame({"label": label, "weight": 1.0, "case_group": group}), (score + 1) / (others + 10)


@pytest.mark.parametrize(
    ("positive", "alarm"),
    [
        ([0, 0, 1, 1, 2, 2, 3, 3], "WORSE THAN CHANCE"),  # 2 of 40 others lie below them on average
        ([5, 15, 20, 25, 35, 10, 30, 18], "not shown to be better than chance: AUC 0.5"),
        ([36, 37, 38, 36, 37, 38, 36, 38], ""),
        ([36, 37, 38], "not shown to be better than chance: AUC 0.95 [95 % CI 0.00–1.00]"),  # three groups
        ([], "not shown to be better than chance: no confirmed positive"),
    ],
)
def test_the_interval_of_the_auc_against_chance_is_stated(positive: list[int], alarm: str) -> None:
    cases, score = frame(positive, 40)
    health = Health.of(cases, score)
    assert health.alarm.startswith(alarm)
    assert bool(health.alarm) is bool(alarm)


def test_a_figure_in_sample_is_marked_and_labels_count_by_weight_and_case_group() -> None:
    cases, score = frame([36, 37, 38, 36, 37], 40)
    training = TrainingLabels(
        score=np.array([0.9, 0.8, 0.1, 0.2, 0.3]), label=np.array([1.0, 1.0, 0.0, 0.0, NAN]),
        weight=np.array([0.5, 0.5, 1.0, 1.0, 1.0]), confirmed=np.array([True, False, False, False, False]),
        case_group=np.array([0, 0, -1, -1, -1]),
    )  # fmt: skip
    health = Health.of(cases, score, training)
    assert (health.labels, health.positives) == (4, 2)
    assert health.effective_labels == pytest.approx(3.0**2 / 2.5)  # 0.5 + 0.5 + 1 + 1, and their squares
    assert health.effective_positives == 1.0  # two of a case group
    assert "in sample 1.00" in health.line
    assert "labels 4 (effective 4), positives 2 (effective 1)" in health.line
    assert health.metrics()["confirmed_auc_in_sample"] == 1.0


def test_ties_are_the_share_of_cases_with_the_score_of_another() -> None:
    cases, score = frame([1, 2], 8)
    score[:4] = 0.3
    assert Health.of(cases, score).ties == 4 / 10


def test_what_is_not_known_is_absent_from_metrics_and_null_in_json() -> None:
    cases, score = frame([], 40)
    health = Health.of(cases, score)
    assert "AUC not known; no tree learned from labels" in health.line
    assert "calibration slope not known" in health.line
    assert "confirmed_auc" not in health.metrics()
    figures = json.loads(json.dumps(health.as_json(), allow_nan=False))
    again = Health.read(figures)
    assert again is not None
    assert again.line == health.line
    assert Health.read({}) is None  # evidence of before


def test_calibration_is_known_with_five_labels_of_either_class() -> None:
    cases, score = frame([10, 20, 30, 35, 38], 40)
    expected = score.sum() / 5
    assert Health.of(cases, score).ratio == pytest.approx(expected)
    assert f"expected over observed {expected:.2f}" in Health.of(cases, score).line
    few, scores = frame([10, 20, 30, 35], 40)
    assert np.isnan(Health.of(few, scores).ratio)
