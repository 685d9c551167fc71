"""Who signed a model? Ed25519 keys in PEM files: the private key signs at training, the public key verifies in serving."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

Ed25519Key = Ed25519PrivateKey


class NoTrustedKey(Exception):
    """Raised when a trusted key cannot be read."""


def load_or_create_key(path: Path) -> Ed25519PrivateKey:
    """Key in a file, created with mode 0600 if missing; its public half is written beside it.

    Raises
    ------
    ValueError
        If the file is no Ed25519 key.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path.name} is not an Ed25519 key; remove it or name another with MIMAMORI_SIGNING_KEY")
    public = public_path(path)
    if not public.exists():
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return key


def public_path(private: Path) -> Path:
    """Path of the public half of a key file."""
    return private.with_suffix(".pub")


def trusted_keys(paths: Sequence[Path]) -> list[Ed25519PublicKey]:
    """Public keys whose signatures on models count.

    Raises
    ------
    NoTrustedKey
        If a file is missing or holds anything but a public Ed25519 key.
    """
    keys = []
    for path in paths:
        try:
            key = load_pem_public_key(path.read_bytes())
        except (OSError, ValueError):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise NoTrustedKey(
                f"{path.name} is no public Ed25519 key in PEM; copy the .pub file that training wrote, or name it with "
                "MIMAMORI_TRUSTED_KEYS"
            )
        keys.append(key)
    return keys


def verify(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    """Whether the key signed the content."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True
