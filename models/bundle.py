"""What is a trained model? A signed folder of trees, calibration, profile and golden rows, checked whole before it scores."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from features.arrays import Floats, Ints
from features.catalogue import Catalogue
from features.catalogue import catalogue as today
from features.catalogue.renames import present_names
from models.calibration import Calibration
from models.input_profile import UNLIKE_LIMIT, InputProfile
from models.manifest import FILES, PEERS, Golden, Manifest, expect, manifest_bytes, read_golden, read_manifest
from models.manifest import NAME as _MANIFEST
from models.peers import Peers, read_peers
from models.scorer import Explanation, Scorer
from models.signatures import verify
from models.storage import SIGNATURE as _SIGNATURE
from models.storage import copy_bundle, read_files
from models.tree_text import BundleRejected, parse_forest

_CLOSE = 1e-12
"""Scores pass through exp(), whose last bit differs between processors; raw scores must agree in every bit."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified model.

    Attributes
    ----------
    catalogue
        The features that the model reads, in its order; an older model reads fewer than there are today.
    columns
        int64[f]: where these stand in today's catalogue.
    peers
        What is usual by status of residence; None in a bundle from before findings.
    """

    subject: str
    version: str
    sha256: str
    catalogue: Catalogue
    columns: Ints
    scorer: Scorer
    profile: InputProfile
    about: Mapping[str, str]
    peers: Peers | None = None

    def explain(self, values: Floats) -> Explanation:
        """Scores and contributions of rows of today's catalogue; raises `ValueError` for another shape."""
        return self.scorer.explain(self.read(values))

    def read(self, values: Floats) -> Floats:
        """What the model reads, float64[n, f], of rows of today's catalogue; raises `ValueError` for another shape."""
        width = len(today(self.subject).names)
        if values.ndim != 2 or values.shape[1] != width or values.dtype != np.float64:
            raise ValueError(f"expected float64 rows of {width} features")
        return values if len(self.columns) == width else np.ascontiguousarray(values[:, self.columns])

    def unlike(self, row: Floats) -> list[tuple[str, str]]:
        """Feature and kind (``missing`` or ``range``) of each value unlike the training rows."""
        return [(self.catalogue.names[index], kind) for index, kind in self.profile.unlike(row[self.columns])]

    def too_unlike(self, row: Floats) -> bool:
        """Whether too many values are unlike the training rows for any score."""
        return len(self.profile.unlike(row[self.columns])) > UNLIKE_LIMIT * len(self.catalogue.names)


def unsigned_bundle(scorer: Scorer, catalogue: Catalogue, profile: InputProfile, peers: Peers | None) -> Bundle:
    """Model in memory, for an evaluation before it is signed; it is never served."""
    columns = np.arange(len(catalogue.names))
    return Bundle(catalogue.subject, "", "", catalogue, columns, scorer, profile, {}, peers)


def save_bundle(
    folder: Path, *, version: str, booster_text: str, catalogue: Catalogue, calibration: Calibration,
    profile: InputProfile, golden_values: Floats, about: Mapping[str, object], key: Ed25519PrivateKey,
    peers: Peers | None = None,
) -> str:  # fmt: skip
    """Write a model into an empty folder and sign it; returns the sha256 of the manifest, the model's name for ever.

    Parameters
    ----------
    golden_values
        float64[k, f]: rows whose scores are stored and must be the same wherever the bundle is loaded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scorer = Scorer(parse_forest(booster_text, catalogue.names), calibration)
    (folder / "model.txt").write_text(booster_text, encoding="ascii", newline="\n")
    (folder / "golden.json").write_bytes(_golden(scorer, golden_values).as_bytes())
    if peers is not None:
        (folder / PEERS).write_bytes(peers.as_bytes())
    names = FILES if peers is None else (*FILES, PEERS)
    files = {name: _entry((folder / name).read_bytes()) for name in names}
    texts = {name: str(value) for name, value in about.items()}
    described = Manifest(
        version, catalogue.names, files, calibration, profile, texts, tabulated=scorer.tables is not None
    )
    manifest = manifest_bytes(catalogue, described)
    read_manifest(manifest, catalogue)  # refuse now what would be refused at loading
    (folder / _MANIFEST).write_bytes(manifest)
    (folder / _SIGNATURE).write_bytes(key.sign(manifest).hex().encode())
    return hashlib.sha256(manifest).hexdigest()


def load_bundle(folder: Path, *, trusted: Sequence[Ed25519PublicKey], catalogue: Catalogue) -> Bundle:
    """Check and load a model.

    Raises
    ------
    BundleRejected
        If a file is missing, added or changed, no trusted key signed it, it belongs to another catalogue, its trees
        are not well formed, or its golden rows do not give the stored scores.
    """
    content = read_files(folder)
    _check_signature(content, trusted)
    manifest = read_manifest(content[_MANIFEST], catalogue)
    expect(set(manifest.files) == set(content) - {_MANIFEST, _SIGNATURE}, "files", "those of the folder")
    for name in manifest.files:
        if manifest.files[name] != _entry(content[name]):
            raise BundleRejected("its bytes were changed", name, "the size and hash in the manifest")
    forest = parse_forest(content["model.txt"].decode("latin-1"), manifest.features)
    scorer = Scorer(forest, manifest.calibration, manifest.tabulated)
    expect(
        (scorer.tables is not None) == manifest.tabulated,
        "explanation",
        "no tables for a forest that is too large for them",
    )
    golden = read_golden(content["golden.json"], len(manifest.features))
    _compare(golden, _golden(scorer, golden.values))
    peers = read_peers(content[PEERS], len(manifest.features)) if PEERS in content else None
    sha256 = hashlib.sha256(content[_MANIFEST]).hexdigest()
    names = present_names(manifest.features)
    columns = np.array([catalogue.names.index(name) for name in names])
    return Bundle(
        catalogue.subject, manifest.version, sha256, catalogue.edition(names), columns, scorer, manifest.profile, manifest.about,
        peers,
    )  # fmt: skip


def _check_signature(content: Mapping[str, bytes], trusted: Sequence[Ed25519PublicKey]) -> None:
    try:
        signature = bytes.fromhex(content[_SIGNATURE].decode("ascii"))
    except ValueError:
        signature = b""
    canonical = content[_SIGNATURE] == signature.hex().encode()
    if not canonical or not any(verify(key, signature, content[_MANIFEST]) for key in trusted):
        raise BundleRejected("no trusted key signed it", _SIGNATURE, "a signature by a key of this installation")


def _golden(scorer: Scorer, values: Floats) -> Golden:
    explained = scorer.explain(values)
    return Golden(values, explained.raw_score, explained.score, explained.contributions.sum(axis=1))


def _compare(stored: Golden, now: Golden) -> None:
    same = stored.raw_scores.tobytes() == now.raw_scores.tobytes()
    for then, again in ((stored.scores, now.scores), (stored.contribution_sums, now.contribution_sums)):
        same = same and bool(np.allclose(then, again, rtol=_CLOSE, atol=_CLOSE))
    if not same:
        raise BundleRejected("golden rows give other scores", "golden.json", "the scores stored with the model")


def _entry(content: bytes) -> dict[str, object]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


__all__ = ["Bundle", "BundleRejected", "Explanation", "copy_bundle", "load_bundle", "save_bundle", "unsigned_bundle"]
