"""What is a trained model? A signed folder: trees, calibration, profile, golden rows; checked whole before it scores."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from numpy.typing import NDArray

from features.catalogue import Catalogue
from models.calibration import Calibration
from models.forest import Forest, raw_scores
from models.input_profile import UNLIKE_LIMIT, InputProfile
from models.manifest import FILES, Golden, Manifest, manifest_bytes, read_golden, read_manifest
from models.manifest import NAME as _MANIFEST
from models.shap_values import base_value, contributions
from models.shelving import SIGNATURE as _SIGNATURE
from models.shelving import copy_bundle, read_files
from models.signing import verify
from models.tree_text import BundleRejected, parse_forest

_CLOSE = 1e-12
"""Scores pass through exp(), whose last bit differs between processors; raw scores must agree in every bit."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Scores of n rows and how they came about: ``base_value + contributions.sum(axis=1) = raw_score``."""

    raw_score: NDArray[np.float64]
    base_value: float
    contributions: NDArray[np.float64]
    score: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified model."""

    subject: str
    version: str
    sha256: str
    catalogue: Catalogue
    forest: Forest
    base_value: float
    calibration: Calibration
    profile: InputProfile
    about: Mapping[str, str]

    def explain(self, values: NDArray[np.float64]) -> Explained:
        """Score float64[n, f] and say why, in one computation; raises `ValueError` for another shape."""
        if values.ndim != 2 or values.shape[1] != len(self.catalogue.names) or values.dtype != np.float64:
            raise ValueError(f"expected float64 rows of {len(self.catalogue.names)} features")
        raw = raw_scores(self.forest, values)
        return Explained(raw, self.base_value, contributions(self.forest, values), self.calibration.scores(raw))

    def unlike(self, row: NDArray[np.float64]) -> list[tuple[str, str]]:
        """Return (feature, kind) for each value unlike those seen at training."""
        return [(self.catalogue.names[index], kind) for index, kind in self.profile.unlike(row)]

    def too_unlike(self, row: NDArray[np.float64]) -> bool:
        """Say whether so much is unlike the training rows that no score should be given."""
        return len(self.profile.unlike(row)) > UNLIKE_LIMIT * len(self.catalogue.names)


def save_bundle(
    folder: Path,
    *,
    version: str,
    booster_text: str,
    catalogue: Catalogue,
    calibration: Calibration,
    profile: InputProfile,
    golden_values: NDArray[np.float64],
    about: Mapping[str, object],
    key: Ed25519PrivateKey,
) -> str:
    """Write a model into an empty folder and sign it.

    Parameters
    ----------
    golden_values
        float64[k, f]: rows whose scores are kept with the model and must come out the same wherever it is loaded.

    Returns
    -------
    str
        The sha256 of the manifest, which names the model for ever.
    """
    folder.mkdir(parents=True, exist_ok=True)
    forest = parse_forest(booster_text, catalogue.names)
    (folder / "model.txt").write_text(booster_text, encoding="ascii", newline="\n")
    (folder / "golden.json").write_bytes(_golden(forest, calibration, golden_values).as_bytes())
    files = {name: _description((folder / name).read_bytes()) for name in FILES}
    told = {name: str(value) for name, value in about.items()}
    manifest = manifest_bytes(catalogue, Manifest(version, files, calibration, profile, told))
    read_manifest(manifest, catalogue)  # what would be refused later is refused now
    (folder / _MANIFEST).write_bytes(manifest)
    (folder / _SIGNATURE).write_bytes(key.sign(manifest).hex().encode())
    return hashlib.sha256(manifest).hexdigest()


def load_bundle(folder: Path, *, trusted: Sequence[Ed25519PublicKey], catalogue: Catalogue) -> Bundle:
    """Check and load a model.

    Raises
    ------
    BundleRejected
        If a file is missing, added or changed, no trusted key signed it, it was made for another catalogue, its trees
        are not well formed, or its golden rows do not come out bit for bit.
    """
    content = read_files(folder)
    try:
        signature = bytes.fromhex(content[_SIGNATURE].decode("ascii"))
    except ValueError:
        signature = b""
    if content[_SIGNATURE] != signature.hex().encode() or not any(
        verify(key, signature, content[_MANIFEST]) for key in trusted
    ):
        raise BundleRejected("no trusted key signed it", _SIGNATURE, "a signature by a key of this installation")
    manifest = read_manifest(content[_MANIFEST], catalogue)
    for name in FILES:
        if manifest.files[name] != _description(content[name]):
            raise BundleRejected("its bytes were changed", name, "the size and hash in the manifest")
    forest = parse_forest(content["model.txt"].decode("latin-1"), catalogue.names)
    golden = read_golden(content["golden.json"], len(catalogue.names))
    _compare(golden, _golden(forest, manifest.calibration, golden.values))
    return Bundle(
        catalogue.subject, manifest.version, hashlib.sha256(content[_MANIFEST]).hexdigest(), catalogue, forest,
        base_value(forest), manifest.calibration, manifest.profile, manifest.about,
    )  # fmt: skip


def _golden(forest: Forest, calibration: Calibration, values: NDArray[np.float64]) -> Golden:
    raw = raw_scores(forest, values)
    return Golden(values, raw, calibration.scores(raw), contributions(forest, values).sum(axis=1))


def _compare(kept: Golden, now: Golden) -> None:
    same = kept.raw_scores.tobytes() == now.raw_scores.tobytes()
    for then, again in ((kept.scores, now.scores), (kept.contribution_sums, now.contribution_sums)):
        same = same and bool(np.allclose(then, again, rtol=_CLOSE, atol=_CLOSE))
    if not same:
        raise BundleRejected("golden rows do not come out the same", "golden.json", "the scores kept with the model")


def _description(content: bytes) -> dict[str, object]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


__all__ = ["Bundle", "BundleRejected", "Explained", "copy_bundle", "load_bundle", "save_bundle"]
