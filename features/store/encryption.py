"""Encryption of records and blinding of link keys, under a single data key."""

from __future__ import annotations

import hashlib
import os
import secrets
import struct
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES = 32
_BLINDED = struct.Struct("<Hq")


@dataclass(frozen=True, slots=True)
class DataKey:
    """Data key, with the operations under it."""

    key: bytes = field(repr=False)
    _cipher: AESGCM = field(init=False, repr=False, compare=False)
    _blinder: hashlib.blake2b = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cipher", AESGCM(self.key))
        # keyed once and copied for every link key
        object.__setattr__(self, "_blinder", hashlib.blake2b(digest_size=8, key=self.key))

    @staticmethod
    def load_or_create(path: Path) -> DataKey:
        """Read the key from a file; create it (mode 0600) if it is not there."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
        key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise ValueError(f"{path.name} does not hold a key of {_KEY_BYTES} bytes")
        return DataKey(key)

    def encrypt(self, content: bytes, context: bytes) -> bytes:
        """Encrypt (AES-256-GCM), bound to a context."""
        nonce = secrets.token_bytes(12)
        return nonce + self._cipher.encrypt(nonce, content, context)

    def decrypt(self, encrypted: bytes, context: bytes) -> bytes:
        """Decrypt what `encrypt` returned for the same context."""
        return self._cipher.decrypt(encrypted[:12], encrypted[12:], context)

    def blind(self, kind: int, key: int) -> int:
        """Return the keyed hash that replaces a link key in the database."""
        digest = self._blinder.copy()
        digest.update(_BLINDED.pack(kind, key))
        return int.from_bytes(digest.digest(), "little", signed=True)
