"""MLflow's record of a model version: run, metrics, gate, approvals. The only file of serving that imports MLflow.

What it downloads is verified by the caller before use: MLflow carries models, it is not trusted with them.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from features.settings import Settings

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_TIMEOUT_SECONDS = 5
_ABSENT = {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}
_lock = Lock()


class RegistryError(Exception):
    """Raised when the registry lacks a model, or does not answer."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A version in the registry.

    Attributes
    ----------
    run_url
        Its run in the MLflow UI; None if the settings name no UI.
    lines
        Results of the gate, line by line.
    """

    version: str
    run_id: str
    run_url: str | None
    sha256: str | None
    gate: str | None
    waiver: str | None
    approvals: Sequence[str] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    lines: Sequence[Mapping[str, Any]] = ()


def version_by_alias(settings: Settings, subject: str, alias: str) -> ModelVersion | None:
    """Return the version of an alias, None if the alias is not set.

    Raises `RegistryError` if the registry does not answer.
    """
    client = _client(settings)
    try:
        entry = client.get_model_version_by_alias(subject, alias)
    except Exception as error:
        code = getattr(error, "error_code", None)
        if code in _ABSENT:
            return None
        raise _no_answer(error) from None
    try:
        run = client.get_run(entry.run_id)
    except Exception as error:
        if getattr(error, "error_code", None) in _ABSENT:
            raise RegistryError(
                f"the run of {subject}@{alias} was deleted for good in MLflow; train again, or set another version"
            ) from None
        raise _no_answer(error) from None
    url = settings.mlflow_ui and f"{settings.mlflow_ui}/#/experiments/{run.info.experiment_id}/runs/{entry.run_id}"
    approvals = [str(approval.get("who", "")) for approval in json.loads(entry.tags.get("approvals", "[]"))]
    return ModelVersion(
        str(entry.version), entry.run_id, url, run.data.tags.get("bundle_sha256"), entry.tags.get("gate"),
        entry.tags.get("waiver"), approvals, dict(run.data.metrics), _gate_lines(client, entry.run_id),
    )  # fmt: skip


def download_bundle(settings: Settings, subject: str, version: str, folder: Path) -> tuple[str, Path]:
    """Download a version's model folder, unverified.

    Parameters
    ----------
    version
        A version number or an alias.

    Returns
    -------
    str, Path
        The version number, and the model folder.

    Raises `RegistryError` if the version or its model folder is missing.
    """
    client = _client(settings)
    by_name = client.get_model_version if version.isdigit() else client.get_model_version_by_alias
    try:
        entry = by_name(subject, version)
    except Exception as error:
        if getattr(error, "error_code", "") in _ABSENT:
            raise RegistryError(f"no model {subject}@{version}") from None
        raise _no_answer(error) from None
    try:
        return str(entry.version), Path(client.download_artifacts(entry.run_id, "served/bundle", str(folder)))
    except Exception as error:
        raise RegistryError(f"{subject}@{version} cannot be downloaded ({type(error).__name__})") from None


def _no_answer(error: Exception) -> RegistryError:
    return RegistryError(f"the registry does not answer ({getattr(error, 'error_code', '') or type(error).__name__})")


def _client(settings: Settings) -> MlflowClient:
    with _lock:
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        from mlflow import environment_variables as variables  # noqa: PLC0415 (takes seconds to load; few pages need it)
        from mlflow.tracking import MlflowClient  # noqa: PLC0415

        variables.MLFLOW_HTTP_REQUEST_TIMEOUT.set(_TIMEOUT_SECONDS)
        variables.MLFLOW_HTTP_REQUEST_MAX_RETRIES.set(0)
        variables.MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)
        return MlflowClient(tracking_uri=settings.mlflow_uri, registry_uri=settings.mlflow_uri)


def _gate_lines(client: MlflowClient, run_id: str) -> Sequence[Mapping[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        try:
            path = Path(client.download_artifacts(run_id, "gate/gate.json", folder))
            lines: list[dict[str, Any]] = json.loads(path.read_bytes())["lines"]
        except Exception:  # not evaluated yet, or the artifacts cannot be read
            return []
    return lines
