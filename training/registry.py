"""Where are runs and models kept? MLflow: tracking, registry, aliases. The only file of training that imports it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from features.settings import Settings

CHALLENGER, CHAMPION = "challenger", "champion"


class NoSuchModel(Exception):
    """Raised when a model version or alias is not in the registry."""


class Registry:
    """MLflow as this project uses it."""

    def __init__(self, settings: Settings) -> None:
        settings.home.mkdir(parents=True, exist_ok=True)
        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        mlflow.set_tracking_uri(settings.mlflow_uri)
        self._client = MlflowClient()
        self._artifacts = (settings.home / "mlflow-artifacts").as_uri()

    def log_run(
        self,
        subject: str,
        *,
        parameters: Mapping[str, object],
        metrics: Mapping[str, float],
        tags: Mapping[str, str],
        artifacts: Path,
    ) -> str:
        """Log one run with everything in a folder (plots, papers, the bundle) and register its bundle.

        Returns
        -------
        str
            The new model version, which gets the alias ``challenger``.
        """
        name = f"mimamori-{subject}"
        experiment = self._client.get_experiment_by_name(name)
        number = experiment.experiment_id if experiment else self._client.create_experiment(name, self._artifacts)
        with mlflow.start_run(experiment_id=number) as run:
            mlflow.log_params({key: str(value)[:500] for key, value in parameters.items()})
            mlflow.log_metrics(dict(metrics))
            mlflow.set_tags(dict(tags))
            mlflow.log_artifacts(str(artifacts))
        try:
            self._client.create_registered_model(subject)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        version = self._client.create_model_version(subject, f"{run.info.artifact_uri}/bundle", run.info.run_id)
        self._client.set_registered_model_alias(subject, CHALLENGER, version.version)
        return str(version.version)

    def find(self, subject: str, which: str) -> tuple[str, dict[str, float]]:
        """Return (version, metrics of its run) of an alias or version number.

        Raises
        ------
        NoSuchModel
            If there is none.
        """
        try:
            if which.isdigit():
                version = self._client.get_model_version(subject, which)
            else:
                version = self._client.get_model_version_by_alias(subject, which)
        except MlflowException:
            raise NoSuchModel(
                f"no model {subject}@{which}; `mimamori train DIR --subject {subject}` makes one"
            ) from None
        metrics = dict(self._client.get_run(version.run_id).data.metrics) if version.run_id else {}
        return str(version.version), metrics

    def download(self, subject: str, version: str, target: Path) -> Path:
        """Fetch the bundle of a version into a folder."""
        found = self._client.get_model_version(subject, version)
        return Path(mlflow.artifacts.download_artifacts(f"runs:/{found.run_id}/bundle", dst_path=str(target)))

    def crown(self, subject: str, version: str, waiver: str | None = None) -> None:
        """Let the alias ``champion`` name a version; a waiver is kept as its tag."""
        if waiver is not None:
            self._client.set_model_version_tag(subject, version, "waiver", waiver)
        self._client.set_registered_model_alias(subject, CHAMPION, version)
