"""A model that another key signed serves here under a signature of one's own, and only if it is the published one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features.catalogue import catalogue
from models.adoption import PUBLISHED_KEY, REFERENCE, adopt_model, adopt_reference
from models.bundle import load_bundle
from models.signatures import trusted_keys
from models.tree_text import BundleRejected

OWN = Ed25519PrivateKey.generate()


@pytest.mark.parametrize("subject", ["visa", "entry"])
def test_the_reference_models_are_signed_by_the_published_key_alone(subject: str, tmp_path: Path) -> None:
    adopted = adopt_reference(tmp_path / "model", subject, OWN)
    [published] = trusted_keys([PUBLISHED_KEY])
    shipped = load_bundle(REFERENCE / subject, trusted=[published], catalogue=catalogue(subject))
    assert adopted.sha256 == shipped.sha256
    assert adopted.peers is not None
    with pytest.raises(BundleRejected, match="no trusted key"):
        load_bundle(REFERENCE / subject, trusted=[OWN.public_key()], catalogue=catalogue(subject))
    with pytest.raises(BundleRejected, match="no trusted key"):
        load_bundle(tmp_path / "model", trusted=[published], catalogue=catalogue(subject))


def test_a_changed_or_foreign_model_is_not_adopted(tmp_path: Path) -> None:
    [published] = trusted_keys([PUBLISHED_KEY])
    shutil.copytree(REFERENCE / "visa", tmp_path / "changed")
    trees = tmp_path / "changed" / "model.txt"
    trees.write_bytes(trees.read_bytes().replace(b"shrinkage=1", b"shrinkage=2", 1))
    for folder, signer in ((tmp_path / "changed", published), (REFERENCE / "visa", OWN.public_key())):
        with pytest.raises(BundleRejected):
            adopt_model(folder, tmp_path / "out", "visa", signed_by=signer, key=OWN)
    assert not (tmp_path / "out").exists()
