from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from training.gate.leakage import TREE_CASES, find_leaks, find_traces, random_sample_auc

NAMES = ("a", "b", "c", "d")


def test_a_leaked_column_is_identified_by_its_value_or_by_its_mere_presence() -> None:
    rng = np.random.default_rng(0)
    finding = (rng.random(500) < 0.2).astype(float)
    values = rng.normal(size=(500, 4))
    contributions = np.abs(rng.normal(size=(500, 4)))
    names = ("a", "b", "c", "d")
    clean = find_leaks(values, finding, contributions, names=names)
    assert clean.auc < 0.65
    assert clean.certainty < 0.8
    values[:, 1] = finding + rng.normal(scale=0.1, size=500)
    assert find_leaks(values, finding, contributions, names=names).feature == "b"
    values[:, 1] = np.where(finding == 1.0, np.nan, rng.normal(size=500))
    result = find_leaks(values, finding, contributions, names=names)
    assert (result.feature, result.auc) == ("b", 1.0)


def test_values_of_honest_files_between_others_and_gaps_are_identified_where_no_order_tells_them() -> None:
    rng = np.random.default_rng(0)
    finding = (rng.random(4000) < 0.1).astype(float)
    values = rng.random((4000, 4))
    values[rng.random((4000, 4)) < 0.5] = np.nan
    clean = find_leaks(values, finding, np.ones((4000, 4)), names=NAMES)
    assert clean.auc < 0.6
    values[finding == 1.0, 2] = rng.random(int(finding.sum())) * 0.12
    result = find_leaks(values, finding, np.ones((4000, 4)), names=NAMES)
    # of those of whom nothing was found half lie below, without a value, and 6 % bear one: 0.94 + 0.06 / 2
    assert (result.feature, result.auc) == ("c", pytest.approx(0.97, abs=0.02))
    assert result.certainty < 0.8


def test_a_tree_is_tried_on_cases_that_it_did_not_see_and_where_there_are_enough_of_them() -> None:
    rng = np.random.default_rng(0)
    finding = np.arange(200) % 4 == 0
    # noise: a tree judged on its own cases would reach 0.7
    values = rng.random((200, 4))
    assert find_traces(values, finding, names=NAMES).auc < 0.6
    few = np.arange(200) < 4
    values[:] = 1.0
    values[:2, 0], values[2:4, 0] = 0.0, 2.0
    # four are too few for five folds: the order alone speaks, of which half say so and half the reverse
    assert find_traces(values, few, names=NAMES).auc == pytest.approx(0.5)


def test_of_very_many_cases_some_are_tried() -> None:
    examined = np.arange(TREE_CASES + 10_000) % 2 == 0
    values = np.zeros((len(examined), 4))
    values[:, 3] = np.where(examined, 1.0, np.where(np.arange(len(examined)) % 4 == 1, 0.0, 2.0))
    assert find_traces(values, examined, names=NAMES).auc == 1.0


def test_a_mark_on_a_few_of_those_with_indications_and_on_nobody_else_is_identified() -> None:
    rng = np.random.default_rng(0)
    finding = (rng.random(2000) < 0.1).astype(float)
    values = rng.integers(0, 50, (2000, 4)).astype(float)
    marked = np.flatnonzero(finding == 1.0)[:30]
    values[marked, 2] = 777.0
    result = find_leaks(values, finding, np.ones((2000, 4)), names=("a", "b", "c", "d"))
    # thirty of two hundred bear it: it hardly ranks, but of thirty bearers all had indications (bound 0.05 ** (1/30))
    assert result.auc < 0.65
    assert (result.purest, result.marked) == ("c", 30)
    assert result.certainty == pytest.approx(0.05 ** (1 / 30))


def test_the_auc_of_a_feature_is_that_of_the_literature_with_ties_and_gaps() -> None:
    rng = np.random.default_rng(0)
    examined = rng.random(900) < 0.3
    values = np.zeros((900, 4))
    # gaps below, and a drift that goes one way: the order tells more than a few ranges do
    values[:, 2] = np.where((rng.random(900) < 0.2) & ~examined, np.nan, rng.integers(0, 30, 900) + 15 * examined)
    result = find_traces(values, examined, names=NAMES)
    assert (result.feature, result.examined, result.others) == ("c", examined.sum(), (~examined).sum())
    assert result.auc == pytest.approx(roc_auc_score(examined, np.nan_to_num(values[:, 2], nan=-1.0)))


def test_a_mark_on_some_of_those_examined_is_seen_whatever_was_identified_in_them() -> None:
    rng = np.random.default_rng(0)
    examined = rng.random(20_000) < 0.05
    values = rng.integers(0, 50, (20_000, 4)).astype(float)
    clean = find_traces(values, examined, names=NAMES)
    assert clean.auc < 0.55
    assert clean.certainty < 0.1
    values[np.flatnonzero(examined)[::40], 1] = 777.0
    result = find_traces(values, examined, names=NAMES)
    marked = -(-examined.sum() // 40)
    # all bearers were looked at: the bound is 0.05 ** (1/k), told of what is above the share of all
    base = examined.mean()
    assert (result.purest, result.marked) == ("b", marked)
    assert result.certainty == pytest.approx((0.05 ** (1 / marked) - base) / (1 - base))


def test_where_half_of_all_were_examined_two_thirds_of_a_value_are_no_certainty() -> None:
    examined = np.tile([True, False], 1500)
    values = np.zeros((3000, 4))
    values[np.flatnonzero(examined)[:1000], 0] = values[np.flatnonzero(~examined)[:500], 0] = 1.0
    result = find_traces(values, examined, names=NAMES)
    # 2/3 of 1,500 bearers, at best 0.64 surely: a third of the way from a half to all
    assert result.marked == 1500
    assert result.certainty == pytest.approx((0.642 - 0.5) / 0.5, abs=0.01)


def test_the_random_sample_ranks_as_everybody_does_also_where_posts_draw_unequally() -> None:
    held, alike = 0, []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        post = rng.random(20_000) < 0.5
        score = rng.normal(size=20_000) + post
        chance = np.where(post, 0.02, 0.005)
        drawn, anybody = rng.random(20_000) < chance, np.ones(20_000, dtype=bool)
        fair = random_sample_auc(score, drawn, anybody, 1 / chance)
        assert fair.interviews == drawn.sum()
        held += fair.low < 0.5 < fair.high
        alike.append(random_sample_auc(score, drawn, anybody, np.ones(20_000)).auc)
        result = random_sample_auc(np.where(drawn, score + 1, score), drawn, anybody, 1 / chance)
        assert result.low > 0.6
    # 95 of 100 intervals hold one half: 35 of 40 or more but once in a hundred times
    assert held >= 35
    # taken as if each stood for as many, the lot seems to like one post
    assert np.mean(alike) > 0.56


def test_a_sample_of_nobody_tells_nothing() -> None:
    nobody = np.zeros(10, dtype=bool)
    result = random_sample_auc(np.zeros(10), nobody, ~nobody, np.ones(10))
    assert (result.auc, result.low, result.high, result.effective_size) == (0.5, 0.0, 1.0, 0.0)
