"""How does an installation take over a model that another key signed? It checks that signature, and signs anew."""

from __future__ import annotations

import shutil
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from features.catalogue import catalogue
from models.bundle import Bundle, load_bundle
from models.manifest import NAME as MANIFEST
from models.signatures import trusted_keys
from models.storage import SIGNATURE

REFERENCE = Path(__file__).with_name("reference")
"""Folder of the reference models by subject, and of the published key that signs them."""
PUBLISHED_KEY = REFERENCE / "demonstration.pub"


def adopt_model(
    folder: Path, out: Path, subject: str, *, signed_by: Ed25519PublicKey, key: Ed25519PrivateKey
) -> Bundle:
    """Copy a model into an empty folder under a signature of one's own; its hash stays the same.

    The new signature says where the model comes from, not that it may serve: that takes an approval.

    Raises
    ------
    BundleRejected
        If the other key did not sign it, or its files were changed.
    """
    load_bundle(folder, trusted=[signed_by], catalogue=catalogue(subject))
    shutil.copytree(folder, out)
    (out / SIGNATURE).write_bytes(key.sign((out / MANIFEST).read_bytes()).hex().encode())
    return load_bundle(out, trusted=[key.public_key()], catalogue=catalogue(subject))


def adopt_reference(out: Path, subject: str, key: Ed25519PrivateKey) -> Bundle:
    """Adopt the reference model of a subject; raises `BundleRejected` as `adopt_model` does."""
    [published] = trusted_keys([PUBLISHED_KEY])
    return adopt_model(REFERENCE / subject, out, subject, signed_by=published, key=key)
