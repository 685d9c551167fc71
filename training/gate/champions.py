"""Which model serves, and which served before? The champion history, consistent after a kill at any point.

The files are a link that is swapped atomically; ``champions.json`` records their versions. A promotion is announced there
before the link is swapped and recorded once the files are in place; a rollback is recorded first.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from features.settings import Settings
from models.bundle import BundleRejected, copy_bundle
from models.manifest import NAME as MANIFEST

_HISTORY = "champions.json"
_HASH_LENGTH = 12

ChampionHistory = dict[str, list[dict[str, str]]]
"""Subject to its champions, the latest last: version and sha256 of the manifest."""


def champion_folder(settings: Settings, subject: str) -> Path:
    """Folder from which a subject's model is served."""
    return settings.home / "champions" / subject


def archive_folder(settings: Settings, sha256: str) -> Path:
    """Folder in which a model stays once it has served."""
    return settings.home / "kept" / sha256


def champion_hash(settings: Settings, subject: str) -> str:
    """sha256 of the serving manifest; empty without a champion."""
    manifest = champion_folder(settings, subject) / MANIFEST
    return hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.exists() else ""


@contextmanager
def champion_lock(settings: Settings) -> Iterator[None]:
    """Lock under which approvals and champions change; not reentrant."""
    with (settings.home / "champions.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def announce(settings: Settings, subject: str, version: str, sha256: str) -> None:
    """Record the next champion, under the lock and before the files change."""
    write_history(settings, _read(settings) | {_next(subject): [{"version": version, "sha256": sha256}]})


def settled(settings: Settings, subject: str, versions: Mapping[str, str] | None = None) -> ChampionHistory:
    """Champion history, under the lock, with interrupted promotions completed or dropped.

    An announced model counts if its files serve. Files that serve without a record are archived and recorded, under the
    version in ``versions`` for their hash or the start of the hash.
    """
    history, serving = _read(settings), champion_hash(settings, subject)
    announced = history.pop(_next(subject), [])
    past = history.get(subject, [])
    changed = bool(announced)
    if announced and announced[-1]["sha256"] == serving:
        history[subject] = [*past, announced[-1]]
    elif serving and not past and _archived(settings, subject, serving):
        version = (versions or {}).get(serving, serving[:_HASH_LENGTH])
        history[subject] = [{"version": version, "sha256": serving}]
        changed = True
    if changed:
        write_history(settings, history)
    return history


def write_history(settings: Settings, history: ChampionHistory) -> None:
    """Replace the record atomically, under the lock."""
    staged = settings.home / f"{_HISTORY}.new"
    with staged.open("w", encoding="utf-8") as file:
        file.write(json.dumps(history, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    staged.replace(settings.home / _HISTORY)


def _read(settings: Settings) -> ChampionHistory:
    path = settings.home / _HISTORY
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _next(subject: str) -> str:
    return f"{subject}_next"


def _archived(settings: Settings, subject: str, serving: str) -> bool:
    try:
        copy_bundle(champion_folder(settings, subject), archive_folder(settings, serving))
    except BundleRejected:
        return False
    return True
