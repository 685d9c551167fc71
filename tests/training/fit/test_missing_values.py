"""Absence is no ground: a gap scores like the value without a sign, in the trees as they are stored."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest

from features.catalogue import catalogue
from models.forest import raw_scores
from models.tree_text import parse_forest
from training.fit.leaf_rounding import rounded_trees
from training.fit.missing_values import missing_without_sign, without_missing

VISA = catalogue("visa")
AT = {name: column for column, name in enumerate(VISA.names)}
COUNT, LOW, FREE = (AT[name] for name in ("network_persons_count", "courtship_days", "is_spouse_flag"))


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    rng = np.random.default_rng(3)
    values = np.full((3000, len(VISA.names)), np.nan)
    for column in (COUNT, LOW, FREE):
        present = rng.random(3000) < 0.7
        values[present, column] = rng.integers(0, 5, present.sum())
    return values


@pytest.fixture(scope="module")
def text(rows: np.ndarray) -> str:
    positive = (np.nan_to_num(rows[:, COUNT]) > 2) | (rows[:, LOW] < 2) | np.isnan(rows[:, FREE])
    data = lgb.Dataset(without_missing(rows, VISA), positive.astype(float), feature_name=list(VISA.names))
    trees = lgb.train({"objective": "binary", "verbosity": -1, "num_threads": 1}, data, 12)
    return missing_without_sign(rounded_trees(trees), VISA)


def scores(text: str, rows: np.ndarray) -> np.ndarray:
    return raw_scores(parse_forest(text, VISA.names), rows)


def test_rows_with_gaps_score_like_rows_without(text: str, rows: np.ndarray) -> None:
    assert scores(text, rows).tobytes() == scores(text, without_missing(rows, VISA)).tobytes()


@pytest.mark.parametrize(("column", "value"), [(COUNT, 0.0), (LOW, 36_500.0)])
def test_a_gap_counts_like_the_value_without_a_sign(text: str, rows: np.ndarray, column: int, value: float) -> None:
    gap, filled = rows.copy(), rows.copy()
    gap[:, column], filled[:, column] = np.nan, value
    assert scores(text, gap).tobytes() == scores(text, filled).tobytes()


def test_a_feature_without_a_finding_keeps_its_gaps(text: str, rows: np.ndarray) -> None:
    assert np.isnan(without_missing(rows, VISA)[:, FREE]).sum() == np.isnan(rows[:, FREE]).sum()
    gap = rows.copy()
    gap[:, FREE] = np.nan
    assert scores(text, gap).mean() > scores(text, rows).mean() + 0.1  # absence has a sign here, as the labels say


def test_lightgbm_reads_the_rewritten_text_alike(text: str, rows: np.ndarray) -> None:
    again = lgb.Booster(model_str=text + "\nparameters:\nend of parameters\n")
    assert np.abs(again.predict(rows, raw_score=True) - scores(text, rows)).max() < 1e-9
