"""An experiment deleted in MLflow's pages is restored when the next run is opened. Covers: tracking.registry."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlflow.entities import LifecycleStage
from mlflow.tracking import MlflowClient

from features.settings import Settings
from training.tracking.registry import Registry


def test_a_deleted_experiment_is_restored_with_its_runs_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    settings = Settings(tmp_path, None, uri, tmp_path / "signing.pem", tmp_path / "data.key")
    registry, client = Registry(settings), MlflowClient(uri)
    with registry.run("visa") as first:
        pass
    experiment = client.get_experiment_by_name("mimamori-visa")
    assert experiment is not None
    client.delete_experiment(experiment.experiment_id)
    with registry.run("visa") as second:
        pass
    restored = client.get_experiment(experiment.experiment_id)
    assert restored.lifecycle_stage == LifecycleStage.ACTIVE
    assert {run.info.run_id for run in client.search_runs([experiment.experiment_id])} == {first.run_id, second.run_id}
    assert "mimamori-visa was deleted in MLflow's pages and is restored" in caplog.text
