from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from features.tables import Records
from features.tables.folder import write_folder
from training.gate.vignettes import prior_bundle, vignettes


@pytest.fixture(scope="module")
def folder(world: Records, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("records")
    write_folder(path, world)
    return path


def test_the_prior_is_checked_a_line_for_each_story_that_fails(folder: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke(vignettes, ["both", "--peers", str(folder), "--out", str(tmp_path / "page.html")])
    *failing, visa, entry = run.stdout.splitlines()
    assert visa.startswith("visa: ")
    assert entry.startswith("entry: ")
    assert run.exit_code == (1 if failing else 0)
    assert len(failing) == len({line.partition(":")[0] for line in failing})
    assert (tmp_path / "page.html").exists()


def test_without_peers_the_summary_says_what_was_not_checked() -> None:
    run = CliRunner().invoke(vignettes, ["visa"])
    assert "not checked: the model has no peers" in run.output
    assert prior_bundle("visa").peers is None


def test_a_bundle_has_a_single_subject_and_its_own_peers(folder: Path) -> None:
    for words in (["both", "--bundle", str(folder)], ["visa", "--bundle", str(folder), "--peers", str(folder)]):
        assert CliRunner().invoke(vignettes, words).exit_code == 2
