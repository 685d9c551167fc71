from __future__ import annotations

import numpy as np
import pytest

from features.catalogue import catalogue
from models.forest import raw_scores
from models.tree_text import parse_forest
from training.evaluate import calibration_error, precision_at, recall_at
from training.fit import fit
from training.splits import DAY_US, TooFewLabels, split_by_time


def test_parts_lie_apart_by_the_label_delay() -> None:
    as_of = np.arange(1000) * DAY_US
    positive = (np.arange(1000) % 5 == 0).astype(float)
    split = split_by_time(as_of, positive, 30 * DAY_US)
    assert as_of[split.fit].max() < as_of[split.calibrate].min() - 30 * DAY_US
    assert as_of[split.calibrate].max() < as_of[split.test].min() - 30 * DAY_US
    assert not split.shared


def test_too_few_labels_say_how_many_are_needed() -> None:
    with pytest.raises(TooFewLabels, match="3 positive and 97 negative"):
        split_by_time(np.arange(100), np.r_[np.ones(3), np.zeros(97)], 0)


@pytest.fixture(scope="module")
def matrix() -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    rng = np.random.default_rng(0)
    values = rng.integers(0, 5, (3000, len(catalogue("visa").names))).astype(float)
    at = catalogue("visa").names.index("guarantor_findings_ever_count")
    return values, (values[:, at] + rng.normal(size=3000) > 4).astype(float)


def test_the_model_has_the_same_bytes_with_one_and_two_threads(matrix: tuple[np.ndarray, np.ndarray]) -> None:  # type: ignore[type-arg]
    values, positive = matrix
    split = split_by_time(np.arange(3000) * DAY_US, positive, 0)
    texts = {fit(values, positive, split, catalogue("visa"), seed=1, threads=threads).text for threads in (1, 2, 2)}
    assert len(texts) == 1


def test_a_confirmed_case_more_never_lowers_the_score(matrix: tuple[np.ndarray, np.ndarray]) -> None:  # type: ignore[type-arg]
    values, positive = matrix
    split = split_by_time(np.arange(3000) * DAY_US, positive, 0)
    forest = parse_forest(
        fit(values, positive, split, catalogue("visa"), seed=1, threads=2).text, catalogue("visa").names
    )
    for index, direction in enumerate(catalogue("visa").monotone):
        more = values[:300].copy()
        more[:, index] += 1
        change = raw_scores(forest, more) - raw_scores(forest, values[:300])
        assert direction == 0 or (direction * change >= 0).all()


def test_figures_at_capacity_by_hand() -> None:
    score = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0])
    positive = np.array([1, 0, 1, 0, 0, 0, 0, 0, 0, 0], dtype=float)
    assert recall_at(score, positive, 0.1) == 0.5  # one interview, one of two found
    assert precision_at(score, positive, 0.2) == 0.5  # two interviews, one found
    assert calibration_error(positive, positive) == 0.0
