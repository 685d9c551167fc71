"""What is a trained model? A signed folder: trees, calibration, profile, golden rows; checked whole before it scores."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from numpy.typing import NDArray

from features.catalogue import Catalogue
from models.calibration import Calibration
from models.forest import Forest, raw_scores
from models.input_profile import UNLIKE_LIMIT, InputProfile
from models.shap_values import base_value, contributions
from models.signing import verify
from models.tree_text import SIZE_LIMIT, BundleRejected, parse_forest

FILES = ("model.txt", "golden.json")
_MANIFEST, _SIGNATURE = "manifest.json", "signature"
_KEYS = {"subject", "version", "catalogue", "features", "files", "calibration", "profile", "about"}


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
    about: Mapping[str, object]

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
    golden = {
        "values": [[value.hex() for value in row] for row in golden_values.tolist()],
        "raw_scores": [raw.hex() for raw in raw_scores(forest, golden_values).tolist()],
    }
    (folder / "model.txt").write_text(booster_text, encoding="ascii", newline="\n")
    (folder / "golden.json").write_bytes(rfc8785.dumps(golden))
    manifest = rfc8785.dumps(
        {
            "subject": catalogue.subject,
            "version": version,
            "catalogue": catalogue.fingerprint,
            "features": list(catalogue.names),
            "files": {name: _description((folder / name).read_bytes()) for name in FILES},  # type: ignore[misc]
            "calibration": {name: value.hex() for name, value in asdict(calibration).items()},
            "profile": {name: [value.hex() for value in values] for name, values in asdict(profile).items()},
            "about": dict(about),  # type: ignore[arg-type]
        }
    )
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
    expected = {*FILES, _MANIFEST, _SIGNATURE}
    try:
        present = {path.name for path in folder.iterdir()}
        if present != expected:
            raise BundleRejected("other files than those of a model", folder.name, ", ".join(sorted(expected)))
        content = {name: _read(folder / name) for name in expected}
        signature = bytes.fromhex(content[_SIGNATURE].decode("ascii"))
    except (OSError, ValueError) as error:
        raise BundleRejected(f"cannot be read ({type(error).__name__})", folder.name, "a model folder") from None
    if content[_SIGNATURE].hex() != signature.hex().encode().hex() or not any(
        verify(key, signature, content[_MANIFEST]) for key in trusted
    ):
        raise BundleRejected("no trusted key signed it", _SIGNATURE, "a signature by a key of this installation")
    manifest = json.loads(content[_MANIFEST])
    if set(manifest) != _KEYS or rfc8785.dumps(manifest) != content[_MANIFEST]:
        raise BundleRejected("unknown or missing entries", _MANIFEST, ", ".join(sorted(_KEYS)))
    for name in FILES:
        if manifest["files"].get(name) != _description(content[name]):
            raise BundleRejected("its bytes were changed", name, "the size and hash in the manifest")
    if manifest["catalogue"] != catalogue.fingerprint or tuple(manifest["features"]) != catalogue.names:
        raise BundleRejected(
            "made for another catalogue", _MANIFEST, f"catalogue {catalogue.fingerprint[:12]}; train again"
        )
    forest = parse_forest(content["model.txt"].decode("ascii"), catalogue.names)
    golden = json.loads(content["golden.json"])
    rows = np.array([[float.fromhex(value) for value in row] for row in golden["values"]])
    if [raw.hex() for raw in raw_scores(forest, rows).tolist()] != golden["raw_scores"]:
        raise BundleRejected("golden rows do not come out the same", "golden.json", "the same bits")
    return Bundle(
        catalogue.subject,
        manifest["version"],
        hashlib.sha256(content[_MANIFEST]).hexdigest(),
        catalogue,
        forest,
        base_value(forest),
        Calibration(**{name: float.fromhex(value) for name, value in manifest["calibration"].items()}),
        InputProfile(**{name: tuple(map(float.fromhex, values)) for name, values in manifest["profile"].items()}),
        manifest["about"],
    )


def copy_bundle(source: Path, target: Path) -> None:
    """Put a model folder in place of another in one step, so that no reader meets half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(dir=target.parent))
    for name in (*FILES, _MANIFEST, _SIGNATURE):
        (staged / name).write_bytes((source / name).read_bytes())
    if target.exists():
        old = Path(tempfile.mkdtemp(dir=target.parent))
        target.rename(old / "old")
        staged.rename(target)
        for path in sorted(old.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        old.rmdir()
    else:
        staged.rename(target)


def _read(path: Path) -> bytes:
    if path.stat().st_size > SIZE_LIMIT:
        raise BundleRejected("too large", path.name, f"at most {SIZE_LIMIT} bytes")
    return path.read_bytes()


def _description(content: bytes) -> dict[str, object]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


__all__ = ["Bundle", "BundleRejected", "Explained", "copy_bundle", "load_bundle", "save_bundle"]
