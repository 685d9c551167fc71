"""How are people's data kept from those who only see the database? Rows sealed, keys blinded, under one data key."""

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
class Secrets:
    """The data key and what is done with it."""

    key: bytes = field(repr=False)
    _cipher: AESGCM = field(init=False, repr=False, compare=False)
    _blinder: hashlib.blake2b = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cipher", AESGCM(self.key))
        # the key is taken in once and not for every link key anew
        object.__setattr__(self, "_blinder", hashlib.blake2b(digest_size=8, key=self.key))

    @staticmethod
    def load_or_create(path: Path) -> Secrets:
        """Read the key from a file, which is made (mode 0600) if it is not there."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
        key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise ValueError(f"{path.name} does not hold a key of {_KEY_BYTES} bytes")
        return Secrets(key)

    def seal(self, content: bytes, about: bytes) -> bytes:
        """Encrypt (AES-256-GCM); ``about`` ties the result to its place."""
        nonce = secrets.token_bytes(12)
        return nonce + self._cipher.encrypt(nonce, content, about)

    def unseal(self, sealed: bytes, about: bytes) -> bytes:
        """Decrypt what `seal` made for the same place."""
        return self._cipher.decrypt(sealed[:12], sealed[12:], about)

    def blind(self, kind: int, key: int) -> int:
        """Return what stands for a link key in the database: without the data key no phone can be looked up."""
        digest = self._blinder.copy()
        digest.update(_BLINDED.pack(kind, key))
        return int.from_bytes(digest.digest(), "little", signed=True)
