"""Covers: prior.worlds, prior.fit, prior.commands, fit.prior_trees, fit.columns."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from features.catalogue import catalogue
from models.tree_text import parse_forest
from synthetic_data.scenario import load_scenario
from tests.conftest import run
from training.fit import prior_trees
from training.fit.columns import UNEXPLAINED
from training.prior.worlds import draw_settings, with_false_matches


def test_every_drawn_setting_is_one_that_worlds_accept() -> None:
    for seed in range(200):
        load_scenario("default", draw_settings(np.random.default_rng(seed)))


def test_worlds_differ_in_every_setting_that_has_a_range() -> None:
    drawn = [draw_settings(np.random.default_rng(seed)) for seed in range(60)]
    constant = {name for name in drawn[0] if len({settings[name] for settings in drawn}) == 1}
    assert constant == {"minimum_exploited", "minimum_identified"}


def test_some_cases_match_an_entry_about_another_person_and_nothing_else_changes() -> None:
    names, rng = catalogue("visa").names, np.random.default_rng(4)
    values = np.full((50_000, len(names)), np.nan, dtype=np.float32)
    columns = [names.index(f"watchlist_{kind}_count") for kind in ("traveller", "sponsor", "phone", "address")]
    values[:, columns] = 0.0
    values[0, columns] = 3.0
    given = values.copy()
    out = with_false_matches(values, names, rng)
    assert values.tobytes() == given.tobytes()
    assert (out[0, columns] == 3.0).all()
    assert 0.0 < (out[1:, columns[1]] == 1.0).mean() < 0.01
    others = np.setdiff1d(np.arange(len(names)), columns)
    assert np.isnan(out[:, others]).all()


def test_the_command_writes_a_prior_of_explained_features_that_training_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run("prior", "--worlds", "2", "--applications", "1500", "--out", str(tmp_path / "out"), "--keep", str(tmp_path / "rows"),
               home=tmp_path / "home").stdout  # fmt: skip
    assert said.count("prior of 2 worlds") == 2
    monkeypatch.setattr(prior_trees, "FOLDER", tmp_path / "out")
    prior_trees.load_prior.cache_clear()
    for subject in ("visa", "entry"):
        prior = prior_trees.load_prior(catalogue(subject))
        assert prior is not None
        split_on = {catalogue(subject).names[at] for at in prior.forest.feature.tolist()}
        assert split_on
        assert not split_on & UNEXPLAINED
        assert parse_forest(prior.text, catalogue(subject).names) is not None
    prior_trees.load_prior.cache_clear()


def test_a_prior_of_another_catalogue_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "prior_visa.txt").write_text("tree")
    (tmp_path / "prior_visa.json").write_text(json.dumps({"catalogue": "another"}))
    monkeypatch.setattr(prior_trees, "FOLDER", tmp_path)
    prior_trees.load_prior.cache_clear()
    assert prior_trees.load_prior(catalogue("visa")) is None
    prior_trees.load_prior.cache_clear()
