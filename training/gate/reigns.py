"""Which model serves, and which did before? The record beside the files, true again after a kill at any point.

The files are a link that is swapped in one step; ``champions.json`` says whose they are. Who is about to serve stands in
it apart, before the link is swapped, and joins the others once the files are in place; who goes back is written first.
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

_REIGNS = "champions.json"
_HASH_LENGTH = 12

Reigns = dict[str, list[dict[str, str]]]
"""By subject who served, the latest last: the version and the sha256 of the manifest."""


def place_of(settings: Settings, subject: str) -> Path:
    """Return the folder from which a subject's model is served."""
    return settings.home / "champions" / subject


def kept_at(settings: Settings, sha256: str) -> Path:
    """Return the folder in which a model stays once it served."""
    return settings.home / "kept" / sha256


def champion_hash(settings: Settings, subject: str) -> str:
    """Return which files serve now: the sha256 of their manifest; nothing where none do."""
    manifest = place_of(settings, subject) / MANIFEST
    return hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.exists() else ""


@contextmanager
def one_at_a_time(settings: Settings) -> Iterator[None]:
    """Hold the lock under which approvals and champions change; not to be taken twice."""
    with (settings.home / "champions.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def announce(settings: Settings, subject: str, version: str, sha256: str) -> None:
    """Write down who is about to serve, under the lock and before the files change."""
    write_reigns(settings, _read(settings) | {_next(subject): [{"version": version, "sha256": sha256}]})


def settled(settings: Settings, subject: str, versions: Mapping[str, str] | None = None) -> Reigns:
    """Return the record, under the lock, after whatever was broken off is finished or taken back.

    Who was announced served if the files are in place, and never did otherwise. Files that serve without any record are
    kept and recorded, under the version that ``versions`` gives for their hash, or the first signs of the hash.
    """
    reigns, serving = _read(settings), champion_hash(settings, subject)
    announced = reigns.pop(_next(subject), [])
    past = reigns.get(subject, [])
    changed = bool(announced)
    if announced and announced[-1]["sha256"] == serving:
        reigns[subject] = [*past, announced[-1]]
    elif serving and not past and _kept(settings, subject, serving):
        version = (versions or {}).get(serving, serving[:_HASH_LENGTH])
        reigns[subject] = [{"version": version, "sha256": serving}]
        changed = True
    if changed:
        write_reigns(settings, reigns)
    return reigns


def write_reigns(settings: Settings, reigns: Reigns) -> None:
    """Put a record in place of the one before in one step, under the lock."""
    staged = settings.home / f"{_REIGNS}.new"
    with staged.open("w", encoding="utf-8") as file:
        file.write(json.dumps(reigns, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    staged.replace(settings.home / _REIGNS)


def _read(settings: Settings) -> Reigns:
    path = settings.home / _REIGNS
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _next(subject: str) -> str:
    return f"{subject}_next"


def _kept(settings: Settings, subject: str, serving: str) -> bool:
    try:
        copy_bundle(place_of(settings, subject), kept_at(settings, serving))
    except BundleRejected:
        return False
    return True
