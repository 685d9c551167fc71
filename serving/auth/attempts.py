"""Limits on attempts to sign in, per person, key and address; beyond them nothing is looked up or compared."""

from __future__ import annotations

import hashlib

from fastapi import Request
from sqlalchemy import Engine

from serving.auth.names import canonical_name
from serving.refusals import Refusal
from serving.store import attempts

MINUTES = 15
PER_PERSON_AND_ADDRESS = 10
PER_PERSON = 50
"""From all addresses: high enough that a stranger does not easily keep a person out."""
PER_KEY = 30
PER_ADDRESS = 100
"""Several people share an address."""


def count_attempt(engine: Engine, request: Request, name: str) -> None:
    """Count an attempt to sign in under a name, before its password is compared.

    Raises `Refusal` 429 beyond a limit, whether or not there is such an account.
    """
    pair, person, address = _buckets(request, name)
    _count(engine, {pair: PER_PERSON_AND_ADDRESS, person: PER_PERSON, address: PER_ADDRESS})


def forgive_attempts(engine: Engine, request: Request, name: str) -> None:
    """Forget the attempts under a name, after its password was given, and the latest of the address."""
    pair, person, address = _buckets(request, name)
    with engine.begin() as connection:
        attempts.clear_attempts(connection, [pair, person])
        attempts.take_back(connection, address)
        attempts.delete_old(connection, MINUTES)


def count_person(engine: Engine, name: str) -> None:
    """Count an attempt under a name that comes from a terminal.

    Raises `Refusal` 429 beyond the limit of a person at an address.
    """
    _count(engine, {_bucket("terminal", canonical_name(name).lower()): PER_PERSON_AND_ADDRESS})


def forgive_person(engine: Engine, name: str) -> None:
    """Forget the attempts from a terminal, after the password was given."""
    with engine.begin() as connection:
        attempts.clear_attempts(connection, [_bucket("terminal", canonical_name(name).lower())])


def count_wrong_key(engine: Engine, request: Request, token: str) -> None:
    """Count a request with a key that opens nothing.

    Raises `Refusal` 429 beyond the limit of this key or of the address; a key in use is never kept out by others.
    """
    _count(engine, {_bucket("key", token): PER_KEY, _bucket("address", _address(request)): PER_ADDRESS})


def count_address(engine: Engine, request: Request) -> None:
    """Count an attempt that names nobody yet.

    Raises `Refusal` 429 beyond the limit of the address.
    """
    _count(engine, {_bucket("address", _address(request)): PER_ADDRESS})


def _count(engine: Engine, limits: dict[bytes, int]) -> None:
    with engine.begin() as connection:
        counts = attempts.add_attempts(connection, list(limits), MINUTES)
        if any(counts[bucket] > limit for bucket, limit in limits.items()):
            # the transaction is undone: a refused attempt prolongs nothing
            raise Refusal(429, "attempts", "too many attempts", expected=f"another attempt after {MINUTES} minutes")


def _buckets(request: Request, name: str) -> tuple[bytes, bytes, bytes]:
    name, address = canonical_name(name).lower(), _address(request)
    return _bucket("person and address", f"{name}\n{address}"), _bucket("person", name), _bucket("address", address)


def _bucket(kind: str, content: str) -> bytes:
    """Return a bucket's name: a hash, so that neither mistyped passwords nor addresses are stored."""
    return hashlib.sha256(f"{kind}\n{content}".encode()).digest()


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
