"""Covers: models.forest, models.shap_values, models.tree_text. Our trees against two independent libraries: LightGBM's raw score bit for bit, shap's values to 1e-9."""

from __future__ import annotations

import warnings

import lightgbm as lgb
import numpy as np
import pytest
import shap
from numpy.typing import NDArray

from features.catalogue import catalogue
from models.forest import raw_scores
from models.shap_values import base_value, contributions
from models.tree_text import BundleRejected, parse_forest

NAMES = catalogue("visa").names


def hard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = values.copy()
    rows[:100, 2] = np.nan
    rows[100], rows[101], rows[102] = 1e300, -1e300, 1e-40
    return rows


def test_the_raw_score_equals_lightgbms_bit_for_bit(booster: lgb.Booster, values: NDArray[np.float64]) -> None:
    rows = hard(values)
    forest = parse_forest(booster.model_to_string(), NAMES)
    assert raw_scores(forest, rows).tobytes() == booster.predict(rows, raw_score=True).tobytes()


def test_contributions_equal_shaps_and_add_up_to_the_raw_score(
    booster: lgb.Booster, values: NDArray[np.float64]
) -> None:
    rows = hard(values)
    forest = parse_forest(booster.model_to_string(), NAMES)
    explainer = shap.TreeExplainer(booster, feature_perturbation="tree_path_dependent")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = explainer.shap_values(rows)
    ours = contributions(forest, rows)
    assert np.abs(ours - (theirs[1] if isinstance(theirs, list) else theirs)).max() < 1e-9
    assert np.abs(ours.sum(axis=1) + base_value(forest) - raw_scores(forest, rows)).max() < 1e-9


def test_a_row_has_the_same_bits_alone_and_among_many(booster: lgb.Booster, values: NDArray[np.float64]) -> None:
    forest = parse_forest(booster.model_to_string(), NAMES)
    many = contributions(forest, values)
    for row in range(0, 200, 20):
        assert contributions(forest, values[row : row + 1])[0].tobytes() == many[row].tobytes()


def test_an_edited_text_is_refused_or_read_as_finite_trees_but_never_breaks(booster: lgb.Booster) -> None:
    content = bytearray(booster.model_to_string().encode())
    rng = np.random.default_rng(1)
    refused = 0
    for _ in range(300):
        edited = bytearray(content)
        edited[int(rng.integers(0, len(content)))] = int(rng.integers(1, 256))
        try:
            forest = parse_forest(edited.decode("latin-1"), NAMES)
        except BundleRejected:
            refused += 1
        else:
            assert np.isfinite(raw_scores(forest, np.zeros((1, len(NAMES))))).all()
    assert refused > 50


def test_a_tree_that_refers_to_itself_is_refused(booster: lgb.Booster) -> None:
    lines = booster.model_to_string().split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("left_child="))
    lines[at] = "left_child=" + " ".join("0" for _ in lines[at].split(" "))
    with pytest.raises(BundleRejected, match="one tree"):
        parse_forest("\n".join(lines), NAMES)
