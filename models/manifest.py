"""Is this the manifest of a model, and are these its golden rows? Strict readers: a good signature does not make bad numbers good."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import rfc8785

from features.arrays import Floats
from features.catalogue import Catalogue
from features.catalogue.renames import FORMER_SHA256, RENAMED_FEATURES
from models.calibration import Calibration
from models.input_profile import InputProfile
from models.tree_text import BundleRejected

NAME = "manifest.json"
FILES = ("model.txt", "golden.json")
PEERS = "peers.json"
"""File that bundles from before findings lack."""
_KEYS = {"subject", "version", "catalogue", "features", "files", "calibration", "profile", "about"}
_EXPLANATION = "explanation"
TABLES = "tables"
"""Contributions by `models.shap_tables`. A manifest without the field, as all from before it, means `models.shap_values`."""
_GOLDEN = {"values", "raw_scores", "scores", "contribution_sums"}
_VERSION = re.compile(r"[A-Za-z0-9._-]{1,64}")
_FORMER_ABOUT = {"taught_with": "sampling", "lot": "random_sample_frame", "trained_until_us": "learned_until_us"}
"""Keys of ``about`` in older bundles and their names today; the present key wins where both are there."""
_SLOPES, _INTERCEPTS, _FLOORS = (1e-3, 1e3), (-1e3, 1e3), (0.0, 0.5)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Signed description of a model: ``files`` maps a name to its sha256 and size; ``features`` as in its trees.

    ``tabulated`` says by which of two methods, equal but for the last bits, its contributions are computed.
    """

    version: str
    features: tuple[str, ...]
    files: Mapping[str, Mapping[str, object]]
    calibration: Calibration
    profile: InputProfile
    about: Mapping[str, str]
    tabulated: bool = False


@dataclass(frozen=True, slots=True)
class Golden:
    """Rows stored with a model, float64[k, f], and the figures that they must give, float64[k] each."""

    values: Floats
    raw_scores: Floats
    scores: Floats
    contribution_sums: Floats

    def as_bytes(self) -> bytes:
        """Canonical JSON of the rows, every number as ``float.hex()``."""
        columns = {name: hexes(values.tolist()) for name, values in asdict(self).items() if name != "values"}
        return rfc8785.dumps({"values": [hexes(row) for row in self.values.tolist()], **columns})


def manifest_bytes(catalogue: Catalogue, manifest: Manifest) -> bytes:
    """Canonical JSON of a manifest (RFC 8785), the form that is signed."""
    return rfc8785.dumps(
        {
            "subject": catalogue.subject,
            "version": manifest.version,
            "catalogue": catalogue.sha256,
            "features": list(manifest.features),
            "files": {name: dict(entry) for name, entry in manifest.files.items()},  # type: ignore[arg-type]
            "calibration": {name: value.hex() for name, value in asdict(manifest.calibration).items()},
            "profile": {name: hexes(values) for name, values in asdict(manifest.profile).items()},
            "about": dict(manifest.about),
            **({_EXPLANATION: TABLES} if manifest.tabulated else {}),
        }
    )


def read_manifest(content: bytes, catalogue: Catalogue) -> Manifest:
    """Read a manifest whose signature is good.

    Raises
    ------
    BundleRejected
        If anything in it is not as training writes it for this catalogue, under present or former feature names.
    """
    given = read_canonical(content, NAME, _KEYS, optional={_EXPLANATION})
    expect(given.get(_EXPLANATION, TABLES) == TABLES, _EXPLANATION, f"{TABLES}, or no such entry")
    if given["subject"] != catalogue.subject:
        raise BundleRejected("trained for another subject", NAME, f"a model for {catalogue.subject}")
    if not _fits(given["catalogue"], given["features"], catalogue):
        raise BundleRejected("trained for another catalogue", NAME, f"catalogue {catalogue.sha256[:12]}; train again")
    version, about, files = given["version"], given["about"], given["files"]
    named = isinstance(version, str) and _VERSION.fullmatch(version) is not None
    expect(named, "version", "1 to 64 letters, digits, . _ -")
    plain = isinstance(about, dict) and all(isinstance(value, str) for value in about.values())
    expect(plain, "about", "texts by name")
    expect(isinstance(files, dict) and set(files) - {PEERS} == set(FILES), "files", ", ".join(FILES))
    calibration, profile = _calibration(given["calibration"]), _profile(given["profile"], len(given["features"]))
    about = {_FORMER_ABOUT[name]: about[name] for name in _FORMER_ABOUT if name in about} | {
        name: value for name, value in about.items() if name not in _FORMER_ABOUT
    }
    return Manifest(version, tuple(given["features"]), files, calibration, profile, about, _EXPLANATION in given)


def _fits(catalogue_sha256: object, features: object, catalogue: Catalogue) -> bool:
    """Whether a manifest names this catalogue, or an earlier one whose features are all still here, under whatever name."""
    if not isinstance(features, list) or not all(isinstance(name, str) for name in features):
        return False
    if catalogue_sha256 == catalogue.sha256:
        return features == list(catalogue.names)
    former = catalogue_sha256 is not None and catalogue_sha256 == FORMER_SHA256.get(catalogue.subject)
    return former and {RENAMED_FEATURES.get(name, name) for name in features} <= set(catalogue.names)


def read_golden(content: bytes, n_features: int) -> Golden:
    """Read golden rows, with ``n_features`` values each.

    Raises
    ------
    BundleRejected
        If there is none, or a number is not finite where it must be.
    """
    given = read_canonical(content, "golden.json", _GOLDEN)
    rows = given["values"]
    expect(isinstance(rows, list) and len(rows) > 0, "golden rows", "at least one", "golden.json")
    values = np.array([read_floats(row, n_features, "values", "golden.json", missing=True) for row in rows])
    names = ("raw_scores", "scores", "contribution_sums")
    return Golden(values, *(np.array(read_floats(given[name], len(rows), name, "golden.json")) for name in names))


def _calibration(given: object) -> Calibration:
    # bundles from before the floor existed have none
    expect(
        isinstance(given, dict) and {"slope", "intercept"} <= set(given) <= {"slope", "intercept", "floor"},
        "calibration", "slope, intercept and floor",
    )  # fmt: skip
    numbers = [given["slope"], given["intercept"], given.get("floor", (0.0).hex())]  # type: ignore[attr-defined, index]
    slope, intercept, floor = read_floats(numbers, 3, "calibration", NAME)
    limits = (("slope", slope, _SLOPES), ("intercept", intercept, _INTERCEPTS), ("floor", floor, _FLOORS))
    for name, value, (low, high) in limits:
        expect(low <= value <= high, f"calibration's {name}", f"{low} to {high}")
    return Calibration(slope, intercept, floor)


def _profile(given: object, n_features: int) -> InputProfile:
    names = ("low", "high", "missing")
    expect(isinstance(given, dict) and set(given) == set(names), "profile", ", ".join(names))
    low, high, missing = (read_floats(given[name], n_features, f"profile's {name}", NAME) for name in names)  # type: ignore[index]
    expect(all(a <= b for a, b in zip(low, high, strict=True)), "profile", "no lowest value above the highest")
    expect(all(0.0 <= part <= 1.0 for part in missing), "profile's missing shares", "0 to 1")
    return InputProfile(tuple(low), tuple(high), tuple(missing))


def read_canonical(content: bytes, where: str, keys: set[str], *, optional: Set[str] = frozenset()) -> dict[str, Any]:
    """Read an object with these keys in canonical JSON; raises `BundleRejected` for any other content."""
    try:
        given = json.loads(content)
        good = isinstance(given, dict) and keys <= set(given) <= keys | optional and rfc8785.dumps(given) == content
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        good = False
    if not good:
        raise BundleRejected("unknown or missing entries, or not in canonical form", where, ", ".join(sorted(keys)))
    return given


def read_floats(given: object, count: int, what: str, where: str, *, missing: bool = False) -> list[float]:
    """Numbers as ``float.hex()`` wrote them; NaN only where ``missing`` allows it."""
    expect(isinstance(given, list) and len(given) == count, what, f"{count} numbers", where)
    values = []
    for text in given:  # type: ignore[attr-defined]
        try:
            value = float.fromhex(text)
        except (TypeError, ValueError, OverflowError):
            value = math.inf
        good = (math.isfinite(value) and value.hex() == text) or (missing and text == "nan")
        expect(good, what, f"{count} finite numbers in hexadecimal", where)
        values.append(value)
    return values


def hexes(values: Any) -> list[str]:
    """Every number as ``float.hex()``."""
    return [value.hex() for value in values]


def expect(good: bool, what: str, expected: str, where: str = NAME) -> None:
    """Raise `BundleRejected` unless the content is good."""
    if not good:
        raise BundleRejected(f"{what} cannot be used", where, expected)
