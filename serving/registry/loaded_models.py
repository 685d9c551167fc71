"""Loaded models: the champions in use, replaced whole, and never by a model that is refused."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from features.catalogue import catalogue
from features.settings import Settings
from models.bundle import Bundle, BundleRejected, load_bundle
from models.signatures import NoTrustedKey, trusted_keys
from models.storage import KEPT

log = logging.getLogger("mimamori")
SUBJECTS = ("visa", "entry")
_EARLIER_LOADED = 4


@dataclass(slots=True)
class LoadedModels:
    """Models in use by subject, and the reasons for which a model on disk is refused."""

    settings: Settings
    bundles: dict[str, Bundle] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    _stamps: dict[str, object] = field(default_factory=dict)
    _earlier: OrderedDict[str, Bundle] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def reload(self) -> None:
        """Load champions whose folders changed and that can be trusted; the others stay in use.

        While one thread loads, the others go on with the models in use.
        """
        if not self._lock.acquire(blocking=not self.bundles):
            return
        try:
            for subject in SUBJECTS:
                self._reload(subject, self.settings.home / "champions" / subject)
        finally:
            self._lock.release()

    def by_hash(self, sha256: str, subject: str) -> Bundle | None:
        """Return a model in use or kept from earlier, None if there is none with this hash."""
        loaded = next((bundle for bundle in self.bundles.values() if bundle.sha256 == sha256), None)
        if loaded is not None or sha256 in self._earlier:
            return loaded or self._earlier[sha256]
        folder = self.settings.home / KEPT / sha256
        kept = self._load_kept(folder, sha256, subject) if folder.exists() else None
        if kept is not None:
            with self._lock:
                self._earlier[sha256] = kept
                while len(self._earlier) > _EARLIER_LOADED:
                    self._earlier.popitem(last=False)
        return kept

    def _load(self, folder: Path, subject: str) -> Bundle:
        return load_bundle(folder, trusted=trusted_keys(self.settings.trusted), catalogue=catalogue(subject))

    def _reload(self, subject: str, folder: Path) -> None:
        stamp = _stamp(folder)
        if stamp is None or self._stamps.get(subject) == stamp:
            return
        try:
            bundle = self._load(folder, subject)
        except (BundleRejected, NoTrustedKey) as error:
            if _stamp(folder) != stamp:
                return  # it was moved meanwhile: the next reload decides
            if isinstance(error, BundleRejected):
                self._stamps[subject] = stamp
            self.refused = {**self.refused, subject: str(error)}
            log.error("model %s refused, the one in use stays: %s", subject, error)
            return
        self._stamps[subject] = stamp
        self.refused = {name: reason for name, reason in self.refused.items() if name != subject}
        # a single assignment: a request sees the old model or the new one, never a mixture
        self.bundles = {**self.bundles, subject: bundle}

    def _load_kept(self, folder: Path, sha256: str, subject: str) -> Bundle | None:
        try:
            bundle = self._load(folder, subject)
        except (BundleRejected, NoTrustedKey) as error:
            log.warning("kept model %s cannot be used: %s", sha256[:12], error)
            return None
        if bundle.sha256 != sha256:
            log.warning("kept model %s has another hash", sha256[:12])
            return None
        return bundle


def _stamp(folder: Path) -> object | None:
    """Return a value that changes with the folder's content; None while it is absent or being moved."""
    try:
        real = folder.resolve(strict=True)
        return (real, *sorted((path.name, path.lstat().st_mtime_ns, path.lstat().st_size) for path in real.iterdir()))
    except OSError:
        return None
