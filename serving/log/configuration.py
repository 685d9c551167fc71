"""What the service works with: its settings, and the models that serve; each change is a leaf."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import version

from sqlalchemy import Connection, Engine

from features.settings import Settings
from models.approval import Approval
from models.bundle import Bundle
from serving.log.leaves import append, canonical, row_content
from serving.registry.loaded_models import SUBJECTS, LoadedModels
from serving.store import log_leaves

SETTINGS, SERVED_MODEL = "settings", "served_model"


def seal_settings(engine: Engine, settings: Settings) -> None:
    """Seal what decides which cases are shown and which models may serve, if it differs from what was sealed last.

    No path and no address is sealed: they say nothing about a decision, and name machines.
    """
    keys = sorted(sha256(path.read_bytes()).hexdigest() for path in settings.trusted if path.exists())
    content = {
        "version": version("mimamori"), "clock": settings.clock, "queue_days": str(settings.queue_days),
        "own_view_share": str(settings.own_view_share),
        "practice_cases": str(settings.practice_cases),
        "trusted_keys_sha256": keys, "signs_checkpoints": settings.log_key_path is not None,
    }  # fmt: skip
    with engine.begin() as connection:
        _append_if_new(connection, SETTINGS, "service", content)


class ServedModels:
    """Seals which models serve, once a change, before the first decision by a model."""

    def __init__(self) -> None:
        self._sealed: tuple[Mapping[str, Bundle], Mapping[str, Approval]] | None = None

    def seal(self, engine: Engine, models: LoadedModels) -> None:
        """Seal the models in use with their approvals where they differ from what was sealed last."""
        state = models.bundles, models.approvals
        # loading replaces both as a whole, so that an unchanged state costs two comparisons
        if self._sealed is not None and all(a is b for a, b in zip(state, self._sealed, strict=True)):
            return
        with engine.begin() as connection:
            for subject in SUBJECTS:
                content = _served(state[0].get(subject), state[1].get(subject))
                if content is None:
                    return  # it is being replaced just now: the next decision seals it
                _append_if_new(connection, SERVED_MODEL, subject, content)
        self._sealed = state


def _served(bundle: Bundle | None, approval: Approval | None) -> dict[str, object] | None:
    """Return what is sealed of a model in use; None if model and approval are of different moments."""
    if bundle is None:
        return {"model_sha256": None}
    if approval is None or approval.bundle_sha256 != bundle.sha256:
        return None
    return {
        "model_sha256": bundle.sha256, "version": bundle.version,
        "approval": row_content(json.dumps(approval.as_json())),
    }  # fmt: skip


def _append_if_new(connection: Connection, kind: str, subject_id: str, content: Mapping[str, object]) -> None:
    log_leaves.lock(connection)
    if log_leaves.last_of(connection, kind, subject_id) != canonical(content):
        append(connection, kind, subject_id, content)
