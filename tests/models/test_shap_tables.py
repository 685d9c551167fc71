"""Tables give the contributions of the walk through the trees, which is the plain reference, and of LightGBM."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest

from features import parallel
from features.arrays import Floats, Ints
from features.catalogue import catalogue
from models import shap_tables, shap_values
from models.forest import Forest
from models.shap_tables import tables_of
from models.tree_text import parse_forest

NAMES = catalogue("visa").names
FEATURES = 5
"""Fewer than conditions, so that a path often has a feature twice."""


def random_tree(rng: np.random.Generator, depth: int) -> dict[str, Ints | Floats]:
    """A tree of at most this depth, with every kind of missing value; now and then a constant."""
    nodes: list[list[float]] = []
    leaves: list[tuple[float, float]] = []

    def grown(room: int, *, top: bool = False) -> tuple[int, float]:
        if room == 0 or rng.random() < (0.1 if top else 0.25):
            leaves.append((float(rng.normal()), float(rng.integers(1, 50))))
            return -len(leaves), leaves[-1][1]
        at = len(nodes)
        threshold, decision = rng.choice([-1.0, 0.0, 1e-36, 0.5]), rng.choice([0, 2, 4, 6, 8, 10])
        nodes.append([float(rng.integers(FEATURES)), threshold, decision, 0, 0, 0])
        (left, left_cover), (right, right_cover) = grown(room - 1), grown(room - 1)
        nodes[at][3:] = [left, right, left_cover + right_cover]
        return at, left_cover + right_cover

    grown(depth, top=True)
    columns = np.array(nodes).reshape(-1, 6).T
    feature, decision, left, right = (columns[at].astype(np.int64) for at in (0, 2, 3, 4))
    return {
        "feature": feature, "threshold": columns[1], "decision": decision, "left": left, "right": right,
        "node_cover": columns[5], "value": np.array(leaves)[:, 0], "leaf_cover": np.array(leaves)[:, 1],
    }  # fmt: skip


def random_rows(rng: np.random.Generator, count: int) -> Floats:
    return rng.choice([-2.0, -1.0, 0.0, 1e-36, -1e-36, 0.5, 3.0, np.nan], (count, FEATURES))


def tabulated(forest: Forest, rows: Floats) -> Floats:
    tables = tables_of(forest)
    assert tables is not None
    return shap_tables.contributions(tables, rows)


@pytest.mark.parametrize("depth", range(1, 7))
@pytest.mark.parametrize("seed", range(5))
def test_random_forests_give_the_contributions_of_the_walk(depth: int, seed: int) -> None:
    rng = np.random.default_rng([depth, seed])
    forest = Forest.of([random_tree(rng, depth) for _ in range(12)], FEATURES)
    rows = random_rows(rng, 300)
    assert np.abs(tabulated(forest, rows) - shap_values.contributions(forest, rows)).max() < 1e-9


def test_a_trained_forest_gives_lightgbms_contributions(booster: lgb.Booster, values: Floats) -> None:
    forest = parse_forest(booster.model_to_string(), NAMES)
    theirs = np.asarray(booster.predict(values, pred_contrib=True))
    assert np.abs(tabulated(forest, values) - theirs[:, :-1]).max() < 1e-9


def test_constant_trees_contribute_nothing() -> None:
    forest = Forest.of([random_tree(np.random.default_rng(0), 0) for _ in range(3)], FEATURES)
    assert not tabulated(forest, np.ones((4, FEATURES))).any()


def test_a_row_has_the_same_bits_alone_among_many_and_with_other_threads(
    booster: lgb.Booster, values: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    forest = parse_forest(booster.model_to_string(), NAMES)
    rows = np.concatenate([values, values])  # enough for slices
    assert len(rows) >= parallel.PARALLEL_CASES
    many = tabulated(forest, rows)
    for row in range(0, len(rows), 97):
        assert tabulated(forest, rows[row : row + 1])[0].tobytes() == many[row].tobytes()
    for threads in (1, 3):
        monkeypatch.setattr(parallel, "processors", lambda threads=threads: threads)
        assert tabulated(forest, rows).tobytes() == many.tobytes()


def test_groups_hold_every_leaf_and_few_conditions(booster: lgb.Booster) -> None:
    forest = parse_forest(booster.model_to_string(), NAMES)
    groups = list(shap_tables._groups(forest))
    assert sum(len(group.leaves) for group in groups) == len(forest.value)
    assert max(len(group.nodes) for group in groups) <= shap_tables.CONDITIONS


def test_a_forest_too_large_for_tables_has_none(booster: lgb.Booster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shap_tables, "LARGEST_BYTES", 1000)
    assert tables_of(parse_forest(booster.model_to_string(), NAMES)) is None
