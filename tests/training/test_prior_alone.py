"""`mimamori train` on records with too few labels. Covers: training.commands, training.challenger, training.run_evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from features.catalogue import catalogue
from features.settings import Settings
from features.tables import Records
from features.tables.folder import empty_records, write_folder
from models.bundle import load_bundle
from models.signatures import load_or_create_key
from tests.training.cases import audit, matrix, outcomes
from training.challenger import _background
from training.commands import train
from training.fit.cases import Cases
from training.fit.prior_trees import load_prior
from training.fit.trainer import TrainingConfig, train_model
from training.labels.splits import last_split
from training.sampling.schemes import INTERVIEWED_ONLY
from training.tracking.registry import CHALLENGER, Registry

VISA = catalogue("visa")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("alone")
        patch.setenv("MIMAMORI_HOME", str(folder / "home"))
        patch.delenv("MIMAMORI_MLFLOW_URI", raising=False)
        yield folder


@pytest.fixture(scope="module")
def silent(home: Path, small_records: Records) -> Path:
    """Folder of a small world in which nobody was ever interviewed."""
    tables = {**small_records.tables, "outcomes": small_records["outcomes"].slice(0, 0)}
    write_folder(home / "records", Records(tables))
    return home / "records"


def test_with_too_few_labels_the_prior_alone_is_registered_and_every_output_says_so(silent: Path, home: Path) -> None:
    words = [str(silent), "--subject", "visa", "--threads", "1", "--report", "--report-out", str(home / "report")]
    result = CliRunner().invoke(train, words)
    assert result.exit_code == 0, result.output
    prior = load_prior(VISA)
    assert prior is not None
    assert f"visa: 0 positives; the prior alone ({prior.worlds} worlds) is registered as v1" in result.output
    assert "visa: not shown to be better than chance: no confirmed positive to evaluate it" in result.output
    settings = Settings.from_environment()
    registry = Registry(settings)
    version, metrics = registry.find("visa", CHALLENGER)
    assert "confirmed_auc" not in metrics
    assert not [name for name in metrics if name.startswith("recall_gain")]
    key = load_or_create_key(settings.signing_key_path).public_key()
    bundle = load_bundle(registry.download("visa", version, home / "fetched"), trusted=[key], catalogue=VISA)
    assert (bundle.about["labels"], bundle.about["prior_worlds"]) == ("0", str(prior.worlds))
    assert bundle.peers is not None
    report = (home / "report" / "visa" / "report.md").read_text(encoding="utf-8")
    assert "## Can the registered model be relied on?" in report
    assert "The prior alone was evaluated" in report


def test_without_the_prior_too_few_labels_fail(silent: Path) -> None:
    result = CliRunner().invoke(train, [str(silent), "--subject", "visa", "--threads", "1", "--no-prior"])
    assert result.exit_code == 1
    assert "not trained: 0 positive and 0 negative labels are known" in result.output


def test_peers_are_unlabelled_training_rows_before_the_cutoff() -> None:
    built = matrix(900)
    recorded = outcomes(built, share=0.4)
    split = last_split(recorded)
    model = train_model(built, split, TrainingConfig())
    cases = Cases(empty_records(), built, recorded, audit(built))
    background = _background(cases, split, model)
    assert background is not None
    values, statuses = background
    assert len(values) == len(statuses) > 200
    rows = [row for row in model.sample.full.rows.tolist() if np.isnan(split.labels.positive[row])]
    assert np.array_equal(values, built.values[rows])
    assert built.as_of[rows].max() < split.cutoff_us
    # of interviewed cases alone no row represents the others: the evaluation cases are the peers
    alone = train_model(built, split, TrainingConfig(scheme=INTERVIEWED_ONLY))
    assert _background(cases, split, alone) is None
