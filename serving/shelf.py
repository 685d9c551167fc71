"""Which models are serving? The champions on the shelf, swapped whole, and never for one that is refused."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from features.catalogue import catalogue
from features.settings import Settings
from models.bundle import Bundle, BundleRejected, load_bundle
from models.signing import load_or_create_key

log = logging.getLogger("mimamori")


@dataclass(slots=True)
class Shelf:
    """The models in use, and why one on disk is not."""

    settings: Settings
    bundles: dict[str, Bundle] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    _stamps: dict[str, float] = field(default_factory=dict)

    def reload(self) -> None:
        """Look at the champions' folders and take those that changed and can be trusted; the others stay."""
        key = load_or_create_key(self.settings.signing_key_path).public_key()
        for subject in ("visa", "entry"):
            folder = self.settings.home / "champions" / subject
            if not folder.exists():
                continue
            stamp = max(path.stat().st_mtime_ns for path in (folder, *folder.iterdir()))
            if self._stamps.get(subject) == stamp:
                continue
            self._stamps[subject] = stamp
            try:
                bundle = load_bundle(folder, trusted=[key], catalogue=catalogue(subject))
            except BundleRejected as error:
                self.refused[subject] = str(error)
                log.error("model %s refused, the one in use stays: %s", subject, error)
                continue
            self.refused.pop(subject, None)
            # one assignment: a request sees the old model or the new one, never a mixture
            self.bundles = {**self.bundles, subject: bundle}

    def model_by_hash(self, sha256: str) -> Bundle | None:
        """Return the model of that hash, in use or kept from earlier; None if it is neither."""
        found = next((bundle for bundle in self.bundles.values() if bundle.sha256 == sha256), None)
        folder = self.settings.home / "kept" / sha256
        if found is not None or not folder.exists():
            return found
        key = load_or_create_key(self.settings.signing_key_path).public_key()
        for subject in ("visa", "entry"):
            try:
                return load_bundle(folder, trusted=[key], catalogue=catalogue(subject))
            except BundleRejected as error:
                log.warning("kept model %s is not one for %s: %s", sha256[:12], subject, error)
        return None
