"""Leaves of the sealed log: what is written about an act, its canonical bytes, and the hash that the tree holds.

A leaf commits to a nonce and the content. Without both, it says nothing about a person, and every proof stays valid.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from serving.log.tree import leaf_hash
from serving.store import log_leaves, sealed_rows
from serving.store.log_leaves import StoredLeaf

LONGEST_VALUE = 128
"""Characters of a text that a leaf holds as it is; a longer text is sealed by its SHA-256."""
_NONCE_BYTES = 16
_decoded = json.JSONDecoder(parse_float=lambda number: float(number).hex(), parse_int=str).decode
_quoted = json.encoder.encode_basestring


@dataclass(frozen=True, slots=True)
class Act:
    """An act to be sealed: its kind, the id of what it concerns, and everything that was stored about it."""

    kind: str
    subject_id: str
    content: Mapping[str, object]


def append(connection: Connection, kind: str, subject_id: str, content: Mapping[str, object]) -> None:
    """Seal an act in the transaction of the act.

    Call it as late in the transaction as possible: other acts wait from here to the commit.

    Parameters
    ----------
    content
        JSON values; numbers as the texts that name them exactly.
    """
    append_all(connection, [Act(kind, subject_id, content)])


def append_row(connection: Connection, kind: str, subject_id: str, row: str) -> None:
    """Seal a stored row, given as PostgreSQL's JSON text of all its columns."""
    append_all(connection, [Act(kind, subject_id, row_content(row))])


def append_state(connection: Connection, kind: str, subject_ids: Iterable[object]) -> None:
    """Seal the present state of rows that may change, ``{}`` of those that have ended; the last act of a transaction.

    Parameters
    ----------
    kind
        A kind of `serving.store.sealed_rows.KINDS`.
    """
    ids = [str(subject_id) for subject_id in subject_ids]
    stored = sealed_rows.rows_of(connection, kind, ids) if ids else {}
    append_all(connection, [Act(kind, key, row_content(stored[key]) if key in stored else {}) for key in ids])


def append_all(connection: Connection, acts: Iterable[Act]) -> None:
    """Seal acts in order, in the transaction of the acts."""
    log_leaves.insert(connection, [_stored(act) for act in acts])


def _stored(act: Act) -> StoredLeaf:
    nonce, content = os.urandom(_NONCE_BYTES), canonical(act.content)
    return StoredLeaf(-1, act.kind, act.subject_id, commitment(nonce, content), nonce, content)


def row_content(row: str) -> dict[str, object]:
    """Return the content of a row's leaf from PostgreSQL's JSON text of the row; floats are named bit for bit.

    >>> row_content('{"score": 0.25, "position": 7, "post": null}')
    {'score': '0x1.0000000000000p-2', 'position': '7', 'post': None}
    """
    values: dict[str, Any] = _decoded(row)
    return {name: _short(value) for name, value in values.items()}


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        return {"sha256": sha256(value.encode()).hexdigest()}
    return value


def canonical(content: Mapping[str, object]) -> bytes:
    """Return the canonical JSON of RFC 8785; contents hold no bare numbers and ASCII names alone."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def commitment(nonce: bytes, content: bytes) -> bytes:
    """Return what a leaf commits to."""
    return sha256(nonce + content).digest()


def hash_of_leaf(kind: str, subject_id: str, committed: bytes) -> bytes:
    """Return the hash of a leaf in the tree."""
    # canonical JSON of three texts; a million of them are written within seconds
    entry = f'{{"commitment":"{committed.hex()}","id":{_quoted(subject_id)},"kind":{_quoted(kind)}}}'
    return leaf_hash(entry.encode())


def hashes(connection: Connection, first: int = 0) -> Iterable[bytes]:
    """Yield the leaf hashes from a position on, in order."""
    for kind, subject_id, committed in log_leaves.commitments(connection, first):
        yield hash_of_leaf(kind, subject_id, committed)
