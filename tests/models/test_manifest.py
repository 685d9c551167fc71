"""Bundles trained under former feature names."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features.arrays import Floats
from features.catalogue import Catalogue, catalogue
from features.catalogue.renames import FORMER_SHA256, RENAMED_FEATURES
from models.bundle import Bundle, BundleRejected, load_bundle, save_bundle
from models.calibration import Calibration
from models.input_profile import InputProfile

KEY = Ed25519PrivateKey.generate()
VISA = catalogue("visa")
FORMER = "f" * 64


@pytest.fixture
def former(tmp_path: Path, booster: lgb.Booster, values: Floats) -> Path:
    """A bundle whose first feature has its former name, in the manifest and in the trees."""
    text = booster.model_to_string(num_iteration=8).partition("end of trees\n")[0] + "end of trees\n"
    about = {"taught_with": "background", "lot": "all-files", "trained_until_us": "1", "learned_until_us": "2"}
    save_bundle(
        tmp_path, version="1", booster_text=text, catalogue=VISA, calibration=Calibration(1.2, -0.4),
        profile=InputProfile.of(values), golden_values=values[:5], about=about, key=KEY,
    )  # fmt: skip
    given = json.loads((tmp_path / "manifest.json").read_bytes())
    given["catalogue"], given["features"][0] = FORMER, "old_name"
    content = text.replace(VISA.names[0], "old_name").encode()
    (tmp_path / "model.txt").write_bytes(content)
    given["files"]["model.txt"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    (tmp_path / "manifest.json").write_bytes(rfc8785.dumps(given))
    (tmp_path / "signature").write_bytes(KEY.sign(rfc8785.dumps(given)).hex().encode())
    return tmp_path


def load(folder: Path) -> Bundle:
    return load_bundle(folder, trusted=[KEY.public_key()], catalogue=VISA)


def test_a_bundle_under_former_feature_names_gives_the_same_scores(
    former: Path, booster: lgb.Booster, values: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RENAMED_FEATURES, "old_name", VISA.names[0])
    monkeypatch.setitem(FORMER_SHA256, "visa", FORMER)
    expected = booster.predict(values[:50], raw_score=True, num_iteration=8)
    assert np.asarray(expected).tobytes() == load(former).explain(values[:50]).raw_score.tobytes()


def test_a_name_or_catalogue_that_is_not_a_former_name_is_refused(
    former: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BundleRejected, match="another catalogue"):
        load(former)
    monkeypatch.setitem(FORMER_SHA256, "visa", FORMER)
    with pytest.raises(BundleRejected, match="another catalogue"):
        load(former)


def test_former_keys_of_about_are_read_under_their_present_names(former: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RENAMED_FEATURES, "old_name", VISA.names[0])
    monkeypatch.setitem(FORMER_SHA256, "visa", FORMER)
    about = load(former).about
    assert about == {"sampling": "background", "random_sample_frame": "all-files", "learned_until_us": "2"}


def test_a_bundle_of_a_smaller_catalogue_reads_its_own_columns(
    former: Path, booster: lgb.Booster, values: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown = Catalogue("visa", tuple(reversed(VISA.features)))  # the same features elsewhere: the bundle finds its own
    monkeypatch.setitem(RENAMED_FEATURES, "old_name", VISA.names[0])
    monkeypatch.setitem(FORMER_SHA256, "visa", FORMER)
    bundle = load_bundle(former, trusted=[KEY.public_key()], catalogue=grown)
    expected = booster.predict(values[:50], raw_score=True, num_iteration=8)
    rows = np.ascontiguousarray(values[:50, ::-1])
    assert (
        np.asarray(expected).tobytes()
        == bundle.scorer.explain(np.ascontiguousarray(rows[:, bundle.columns])).raw_score.tobytes()
    )
    assert bundle.catalogue.names == VISA.names
