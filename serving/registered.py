"""What does the registry say of a model? Its run, figures, gate and waivers. The only file of serving that imports MLflow.

What serves is never loaded from here without being verified: MLflow carries models, it is not trusted with them.
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

_PATIENCE_SECONDS = 5
_ABSENT = {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}
_lock = Lock()


class NotRegistered(Exception):
    """Raised when the registry has no such model, or does not answer."""


@dataclass(frozen=True, slots=True)
class Registered:
    """One version as the registry knows it.

    Attributes
    ----------
    run_url
        Its run in the MLflow UI; None if no UI is named in the settings.
    lines
        What the gate said, line by line.
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


def find(settings: Settings, subject: str, alias: str) -> Registered | None:
    """Return the version that an alias names; None if there is none.

    Raises
    ------
    NotRegistered
        If the registry does not answer.
    """
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 (takes seconds to load; few pages need it)

    client = _client(settings)
    try:
        found = client.get_model_version_by_alias(subject, alias)
    except MlflowException as error:
        if error.error_code in _ABSENT:
            return None
        raise NotRegistered(f"the registry does not answer ({error.error_code})") from None
    except Exception as error:
        raise NotRegistered(f"the registry does not answer ({type(error).__name__})") from None
    run = client.get_run(found.run_id)
    approvals = json.loads(found.tags.get("approvals", "[]"))
    return Registered(
        str(found.version), found.run_id, _run_url(settings, run.info.experiment_id, found.run_id),
        run.data.tags.get("bundle_sha256"), found.tags.get("gate"), found.tags.get("waiver"),
        [str(one.get("who", "")) for one in approvals], dict(run.data.metrics), _gate_lines(client, found.run_id),
    )  # fmt: skip


def fetch(settings: Settings, subject: str, which: str, place: Path) -> tuple[str, Path]:
    """Bring a version's model folder here; it is not verified yet.

    Returns
    -------
    str, Path
        The version, and the folder.

    Raises
    ------
    NotRegistered
        If there is no such version, or it has no model folder.
    """
    client = _client(settings)
    try:
        named = (
            client.get_model_version(subject, which)
            if which.isdigit()
            else client.get_model_version_by_alias(subject, which)
        )
    except Exception as error:
        code = getattr(error, "error_code", "")
        if code in _ABSENT:
            raise NotRegistered(f"no model {subject}@{which}") from None
        raise NotRegistered(f"the registry does not answer ({code or type(error).__name__})") from None
    try:
        return str(named.version), Path(client.download_artifacts(named.run_id, "served/bundle", str(place)))
    except Exception as error:
        raise NotRegistered(f"{subject}@{which} cannot be fetched ({type(error).__name__})") from None


def _client(settings: Settings) -> MlflowClient:
    with _lock:
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        from mlflow import environment_variables as patience  # noqa: PLC0415
        from mlflow.tracking import MlflowClient  # noqa: PLC0415

        patience.MLFLOW_HTTP_REQUEST_TIMEOUT.set(_PATIENCE_SECONDS)
        patience.MLFLOW_HTTP_REQUEST_MAX_RETRIES.set(0)
        patience.MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)
        return MlflowClient(tracking_uri=settings.mlflow_uri, registry_uri=settings.mlflow_uri)


def _run_url(settings: Settings, experiment_id: str, run_id: str) -> str | None:
    return settings.mlflow_ui and f"{settings.mlflow_ui}/#/experiments/{experiment_id}/runs/{run_id}"


def _gate_lines(client: MlflowClient, run_id: str) -> Sequence[Mapping[str, Any]]:
    with tempfile.TemporaryDirectory() as place:
        try:
            told = Path(client.download_artifacts(run_id, "gate/gate.json", place))
            lines: list[dict[str, Any]] = json.loads(told.read_bytes())["lines"]
        except Exception:  # not judged yet, or the store of artifacts is away
            return []
    return lines
