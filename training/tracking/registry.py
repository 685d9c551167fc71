"""Where are runs and models stored? MLflow experiments, runs, registry and aliases; with `signature` the only import of MLflow."""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.data.code_dataset_source import CodeDatasetSource
from mlflow.data.meta_dataset import MetaDataset
from mlflow.entities import LifecycleStage
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from mlflow.types import ColSpec, DataType, Schema

from features.catalogue import Catalogue
from features.settings import Settings
from models.mlflow_loader import WITHOUT_HISTORY
from training.tracking.provenance import DataUse, code_version, shipped_rooms
from training.tracking.signature import signature_of

log = logging.getLogger("mimamori")
CHALLENGER, CHAMPION = "challenger", "champion"
EVALUATED_ON = "evaluated_on"
"""Tag of a run: which cases evaluated its model, by which labels."""
SERVED = "served"
"""Folder of the artifacts of the MLflow model: bundle, signer's public key, subject."""
_NOBODY = {"mlflow.user": "mimamori"}
"""In place of the login name that MLflow would write."""
COMMANDS = {"train": "mimamori train", "report": "mimamori train --report", "drift": "mimamori drift"}
"""Command of a kind of run, in place of the path of the program; nested runs share it."""
_OF_THE_MACHINE = ("mlflow.source.git.repoURL", "mlflow.gitRepoURL", "mlflow.source.git.branch")
"""Tags from the working folder; the address of a clone may be a local path or contain a password."""
_REQUIREMENTS = (
    "cryptography",
    "numba",
    "numpy",
    "pandas",
    "phonenumbers",
    "pyarrow",
    "rapidfuzz",
    "rfc8785",
    "scikit-learn",
)


class NoSuchModel(Exception):
    """Raised when a model version or alias is not in the registry."""


class Run:
    """An open run, to which figures are logged."""

    def __init__(self, client: MlflowClient, subject: str, run: mlflow.entities.Run, tags: Mapping[str, str]) -> None:
        self._client, self._subject, self._tags = client, subject, tags
        self.run_id, self._experiment_id = run.info.run_id, run.info.experiment_id

    def log(
        self,
        *,
        parameters: Mapping[str, object] | None = None,
        metrics: Mapping[str, float] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Log parameters, metrics and tags."""
        mlflow.log_params({key: str(value)[:500] for key, value in (parameters or {}).items()})
        mlflow.log_metrics(dict(metrics or {}))
        mlflow.set_tags(dict(tags or {}))

    def child(
        self,
        name: str,
        *,
        parameters: Mapping[str, object] | None = None,
        metrics: Mapping[str, float] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Log a nested run of the same code and data."""
        run_tags = {**self._tags, **(tags or {})}
        with mlflow.start_run(experiment_id=self._experiment_id, run_name=name, nested=True, tags=run_tags) as run:
            forget_the_machine(self._client, run.info.run_id)
            self.log(parameters=parameters, metrics=metrics)

    def log_data(self, data: DataUse, catalogue: Catalogue) -> None:
        """Log data with their schema, without content or path."""
        schema = Schema([ColSpec(DataType.double, name) for name in catalogue.names])
        source = CodeDatasetSource(tags={"rows": str(data.rows)})
        # of two with one name and digest MLflow keeps the first, so the use is part of the name
        named = f"{data.name}, {data.context}"
        mlflow.log_input(MetaDataset(source, named, data.sha256[:32], schema), context=data.context)

    def register(
        self, artifacts: Path, catalogue: Catalogue, example: pd.DataFrame, description: str, *, challenger: bool = True
    ) -> str:
        """Log a folder (`SERVED`, papers, plots …) and register its model, by default as challenger; returns the new version.

        ``example`` contains synthetic records as texts, ``description`` the text of the version in the registry.
        """
        mlflow.log_artifacts(str(artifacts))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # about type hints in MLflow's own code
            info = mlflow.pyfunc.log_model(
                name=self._subject,
                loader_module="models.mlflow_loader",
                data_path=str(artifacts / SERVED),
                code_paths=list(shipped_rooms()),
                signature=signature_of(catalogue),
                input_example=(example, {WITHOUT_HISTORY: True}),
                pip_requirements=list(_REQUIREMENTS),
                tags=_source_tags(self._tags["kind"]),
            )
        try:
            self._client.create_registered_model(self._subject)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        created = self._client.create_model_version(
            self._subject,
            info.model_uri,
            self.run_id,
            model_id=info.model_id,
            tags={"catalogue": catalogue.sha256},
            description=description,
        )
        if challenger:
            self._client.set_registered_model_alias(self._subject, CHALLENGER, created.version)
        return str(created.version)


class Registry:
    """MLflow for this project."""

    def __init__(self, settings: Settings) -> None:
        settings.home.mkdir(parents=True, exist_ok=True)
        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        mlflow.environment_variables.MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)
        mlflow.set_tracking_uri(settings.mlflow_uri)
        mlflow.set_system_metrics_sampling_interval(1)
        mlflow.set_system_metrics_samples_before_logging(1)
        self._client = MlflowClient()
        self._artifacts = (settings.home / "mlflow-artifacts").as_uri()

    @contextmanager
    def run(self, subject: str, *, what: str = "", tags: Mapping[str, str] | None = None) -> Iterator[Run]:
        """Open a run in the subject's experiment, with system metrics until it closes.

        Parameters
        ----------
        what
            Part of its name after subject, day and kind, as the scheme and seed of a training.
        tags
            ``kind`` is one of `COMMANDS`, ``train`` by default. The version of a ``model_sha256`` is tagged as
            ``compared_with``.
        """
        self._leave_the_run_of_mlflow_run()
        given = {"kind": "train", **(tags or {})}
        if "model_sha256" in given:
            given["compared_with"] = self._version_with(subject, given["model_sha256"])
            what = what or f"since {given['compared_with']}"
        name = f"mimamori-{subject}"
        experiment = self._client.get_experiment_by_name(name)
        number = experiment.experiment_id if experiment else self._client.create_experiment(name, self._artifacts)
        if experiment and experiment.lifecycle_stage == LifecycleStage.DELETED:
            # deleted in MLflow's pages, which keep it; a run cannot be opened in it, nor another made under its name
            self._client.restore_experiment(number)
            log.warning("the experiment %s was deleted in MLflow's pages and is restored, with its runs", name)
        run_tags = {**_source_tags(given["kind"]), **code_version(), **given}
        named = " ".join([subject, datetime.now(UTC).date().isoformat(), given["kind"], *([what] if what else [])])
        with mlflow.start_run(experiment_id=number, run_name=named, tags=run_tags, log_system_metrics=True) as run:
            forget_the_machine(self._client, run.info.run_id)
            yield Run(self._client, subject, run, run_tags)

    def _version_with(self, subject: str, sha256: str) -> str:
        """Name of the version whose bundle has this hash, or the start of the hash."""
        for version in self._client.search_model_versions(f"name = '{subject}'"):
            run_id = version.run_id
            if run_id and self._client.get_run(run_id).data.tags.get("bundle_sha256") == sha256:
                return f"{subject} version {version.version}"
        return f"{subject} {sha256[:12]}"

    def _leave_the_run_of_mlflow_run(self) -> None:
        """Leave the run that `mlflow run` opened for this command, without login name and paths in it."""
        opened = os.environ.pop("MLFLOW_RUN_ID", None)
        if opened is not None:
            for key, value in _source_tags("train").items():
                self._client.set_tag(opened, key, value)
            forget_the_machine(self._client, opened)

    def find(self, subject: str, which: str) -> tuple[str, dict[str, float]]:
        """Version and metrics of its run, of an alias or version number.

        Raises
        ------
        NoSuchModel
            If it does not exist.
        """
        try:
            if which.isdigit():
                model = self._client.get_model_version(subject, which)
            else:
                model = self._client.get_model_version_by_alias(subject, which)
        except MlflowException:
            raise NoSuchModel(
                f"no model {subject}@{which}; `mimamori train DIR --subject {subject}` makes one"
            ) from None
        metrics = dict(self._client.get_run(model.run_id).data.metrics) if model.run_id else {}
        return str(model.version), metrics

    def evaluated_on(self, subject: str, version: str) -> str:
        """Cases that evaluated a version, by its run's tag (`training.tracking.challengers`); empty for versions of before."""
        run_id = self._client.get_model_version(subject, version).run_id
        return str(self._client.get_run(run_id).data.tags.get(EVALUATED_ON, "")) if run_id else ""

    def download(self, subject: str, version: str, target: Path, name: str = f"{SERVED}/bundle") -> Path:
        """Download a folder of a version's run; raises `NoSuchModel` if missing."""
        model = self._client.get_model_version(subject, version)
        try:
            return Path(mlflow.artifacts.download_artifacts(f"runs:/{model.run_id}/{name}", dst_path=str(target)))
        except (MlflowException, OSError):
            raise NoSuchModel(f"{subject} version {version} has no {name}; train it again") from None

    def keep(self, subject: str, version: str, folder: Path, name: str) -> None:
        """Add the files of a folder to a version's run."""
        model = self._client.get_model_version(subject, version)
        self._client.log_artifacts(model.run_id, str(folder), name)

    def notes(self, subject: str, version: str) -> dict[str, str]:
        """Tags of a version: approvals, waiver, verdict of the gate."""
        return dict(self._client.get_model_version(subject, version).tags)

    def note(self, subject: str, version: str, key: str, value: object) -> None:
        """Set a tag of a version; anything but text is written as JSON."""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self._client.set_model_version_tag(subject, version, key, text)

    def set_champion(self, subject: str, version: str) -> None:
        """Set the alias ``champion``."""
        self._client.set_registered_model_alias(subject, CHAMPION, version)


def _source_tags(kind: str) -> dict[str, str]:
    return {**_NOBODY, "mlflow.source.name": COMMANDS[kind]}


def forget_the_machine(client: MlflowClient, run_id: str) -> None:
    """Remove MLflow's tags about the location of the code."""
    for key in client.get_run(run_id).data.tags.keys() & set(_OF_THE_MACHINE):
        client.delete_tag(run_id, key)
