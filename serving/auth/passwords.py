"""Passwords: hashed by argon2, compared in the same time whether or not there is an account."""

from __future__ import annotations

import base64
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from serving.refusals import busy

HASHES_AT_ONCE = 4
"""Each takes 64 MiB and a core: more at once would let sign-in take the machine from the service."""
WAIT_SECONDS = 2.0
_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_SLOTS = threading.BoundedSemaphore(HASHES_AT_ONCE)


def new_password() -> str:
    """Return a random password of 120 bits in groups that can be read out.

    >>> len(new_password())
    29
    """
    characters = base64.b32encode(secrets.token_bytes(15)).decode().lower()
    return "-".join(characters[at : at + 4] for at in range(0, len(characters), 4))


def password_hash(password: str) -> str:
    """Return the stored form of a password."""
    with _slot():
        return _HASHER.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Return whether a password is the stored; without a stored one it is compared with another, and False.

    Raises `Refusal` 503 if too many are being compared.
    """
    other = _other()
    with _slot():
        try:
            matches = _HASHER.verify(stored or other, password)
        except (VerificationError, InvalidHashError):
            return False
    return matches and stored is not None


@cache
def _other() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))


@contextmanager
def _slot() -> Iterator[None]:
    if not _SLOTS.acquire(timeout=WAIT_SECONDS):
        raise busy()
    try:
        yield
    finally:
        _SLOTS.release()
