"""Who vouches for a model? Ed25519 keys in PEM files that only their owner can read."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

Ed25519Key = Ed25519PrivateKey


def load_or_create_key(path: Path) -> Ed25519PrivateKey:
    """Return the key in a file, which is made (mode 0600) if it is not there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path.name} is not an Ed25519 key; remove it or name another with MIMAMORI_SIGNING_KEY")
    return key


def verify(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    """Say whether the key signed the content."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True
