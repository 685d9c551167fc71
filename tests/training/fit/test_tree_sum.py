from __future__ import annotations

import lightgbm as lgb
import numpy as np

from features.catalogue import catalogue
from models.forest import raw_scores
from models.tree_text import parse_forest
from training.fit.leaf_rounding import LEAF_STEP, rounded_trees
from training.fit.tree_sum import tree_sum

VISA = catalogue("visa")


def trees(seed: int, rounds: int) -> tuple[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(400, len(VISA.names)))
    positive = (values[:, seed] + rng.normal(size=400) > 0).astype(float)
    dataset = lgb.Dataset(values, positive, feature_name=list(VISA.names))
    settings = {"objective": "binary", "num_leaves": 8, "max_depth": 3, "verbosity": -1, "num_threads": 1}
    return rounded_trees(lgb.train(settings, dataset, rounds)), values


def test_the_sum_of_two_models_is_a_model_with_the_sum_of_their_scores() -> None:
    (first, values), (second, _) = trees(1, 7), trees(2, 5)
    raw = [raw_scores(parse_forest(text, VISA.names), values) for text in (first, second)]
    joined = parse_forest(tree_sum([(first, 1.0), (second, 2.0)]), VISA.names)
    assert len(joined.leaf_start) - 1 == 7 + 5
    # leaves are whole multiples of the step, so that sums are exact in any order
    np.testing.assert_array_equal(raw_scores(joined, values), raw[0] + 2.0 * raw[1])


def test_a_weight_of_a_half_keeps_whole_steps_and_a_weight_of_nought_leaves_no_tree() -> None:
    (first, values), (second, _) = trees(1, 7), trees(2, 5)
    half = parse_forest(tree_sum([(first, 0.5), (second, 0.0)]), VISA.names)
    assert len(half.leaf_start) - 1 == 7
    steps = raw_scores(half, values) / LEAF_STEP
    np.testing.assert_array_equal(steps, np.round(steps))
    full = raw_scores(parse_forest(first, VISA.names), values)
    assert np.abs(raw_scores(half, values) - full / 2).max() <= 7 * LEAF_STEP / 2


def test_a_single_part_is_itself() -> None:
    text, _ = trees(3, 4)
    assert tree_sum([(text, 1.0)]) == text
