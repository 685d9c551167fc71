"""Which models are serving? The champions on the shelf, swapped whole, and never for one that is refused."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from features.catalogue import catalogue
from features.settings import Settings
from models.bundle import Bundle, BundleRejected, load_bundle
from models.shelving import KEPT
from models.signing import NoTrustedKey, trusted_keys

log = logging.getLogger("mimamori")
SUBJECTS = ("visa", "entry")
_EARLIER_HELD = 4


@dataclass(slots=True)
class Shelf:
    """The models in use, and why one on disk is not."""

    settings: Settings
    bundles: dict[str, Bundle] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    _stamps: dict[str, object] = field(default_factory=dict)
    _earlier: OrderedDict[str, Bundle] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def reload(self) -> None:
        """Look at the champions' folders and take those that changed and can be trusted; the others stay.

        While one thread does, the others go on with the models in use.
        """
        if not self._lock.acquire(blocking=not self.bundles):
            return
        try:
            for subject in SUBJECTS:
                self._look(subject, self.settings.home / "champions" / subject)
        finally:
            self._lock.release()

    def _look(self, subject: str, folder: Path) -> None:
        stamp = _stamp(folder)
        if stamp is None or self._stamps.get(subject) == stamp:
            return
        try:
            bundle = load_bundle(folder, trusted=trusted_keys(self.settings.trusted), catalogue=catalogue(subject))
        except (BundleRejected, NoTrustedKey) as error:
            if _stamp(folder) != stamp:
                return  # it was moved meanwhile: the next look decides
            if isinstance(error, BundleRejected):
                self._stamps[subject] = stamp
            self.refused = {**self.refused, subject: str(error)}
            log.error("model %s refused, the one in use stays: %s", subject, error)
            return
        self._stamps[subject] = stamp
        self.refused = {one: why for one, why in self.refused.items() if one != subject}
        # one assignment: a request sees the old model or the new one, never a mixture
        self.bundles = {**self.bundles, subject: bundle}

    def model_by_hash(self, sha256: str, subject: str) -> Bundle | None:
        """Return the model of that hash, in use or kept from earlier; None if it is neither."""
        found = next((bundle for bundle in self.bundles.values() if bundle.sha256 == sha256), None)
        if found is not None or sha256 in self._earlier:
            return found or self._earlier[sha256]
        folder = self.settings.home / KEPT / sha256
        if not folder.exists():
            return None
        try:
            found = load_bundle(folder, trusted=trusted_keys(self.settings.trusted), catalogue=catalogue(subject))
        except (BundleRejected, NoTrustedKey) as error:
            log.warning("kept model %s cannot be used: %s", sha256[:12], error)
            return None
        if found.sha256 != sha256:
            log.warning("kept model %s is another one", sha256[:12])
            return None
        with self._lock:
            self._earlier[sha256] = found
            while len(self._earlier) > _EARLIER_HELD:
                self._earlier.popitem(last=False)
        return found


def _stamp(folder: Path) -> object | None:
    """Return what changes whenever the folder's content may have; None while it is not there or on the move."""
    try:
        real = folder.resolve(strict=True)
        return (real, *sorted((path.name, path.lstat().st_mtime_ns, path.lstat().st_size) for path in real.iterdir()))
    except OSError:
        return None
