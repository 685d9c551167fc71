"""Signed notes and checkpoints in the text form of C2SP: which tree did the key of this log sign?

Source: C2SP signed-note and tlog-checkpoint (https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint).
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from serving.log.tree import HASH_BYTES

ORIGIN = "mimamori/log"
"""Name of the log and of its key, the first line of every checkpoint."""
_ED25519 = b"\x01"
_KEY_HASH_BYTES = 4
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_BODY = re.compile(r"([^\s+]+)\n(0|[1-9][0-9]*)\n([A-Za-z0-9+/]+={0,2})\n")


class NoteRejected(Exception):
    """Raised when a text is no signed note, or no key signed it that should have."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Size and root of a tree."""

    size: int
    root: bytes


def key_hash(name: str, key: Ed25519PublicKey) -> bytes:
    """Return the four bytes by which a signature line names its key."""
    return sha256(name.encode() + b"\n" + _ED25519 + key.public_bytes_raw()).digest()[:_KEY_HASH_BYTES]


def verifier_key(name: str, key: Ed25519PublicKey) -> str:
    """Return a public key as other tools for signed notes read it."""
    return f"{name}+{key_hash(name, key).hex()}+{b64encode(_ED25519 + key.public_bytes_raw()).decode()}"


def sign_note(body: str, name: str, key: Ed25519PrivateKey) -> str:
    """Return a text with the signature of a key; the text ends in a line break."""
    signature = key_hash(name, key.public_key()) + key.sign(body.encode())
    return f"{body}\n— {name} {b64encode(signature).decode()}\n"


def open_note(note: str, name: str, key: Ed25519PublicKey) -> str:
    """Return the text of a note that a key signed; signatures of other keys are ignored.

    Raises `NoteRejected` if the note has another form, no signature of the key, or a wrong signature.
    """
    body, separator, lines = note.rpartition("\n\n")
    signatures = [_SIGNATURE.fullmatch(line) for line in lines.removesuffix("\n").split("\n")]
    if not separator or not lines.endswith("\n") or not all(signatures):
        raise NoteRejected("this is no signed note: a text, an empty line, and signature lines were expected")
    text = body + "\n"
    for line in signatures:
        if line is not None and line[1] == name:
            signature = _decoded(line[2])
            if signature[:_KEY_HASH_BYTES] == key_hash(name, key):
                _require_signature(key, signature[_KEY_HASH_BYTES:], text)
                return text
    raise NoteRejected(f"no signature of the key {verifier_key(name, key)}")


def _require_signature(key: Ed25519PublicKey, signature: bytes, text: str) -> None:
    try:
        key.verify(signature, text.encode())
    except InvalidSignature:
        raise NoteRejected("the signature is wrong: the note was changed") from None


def sign_checkpoint(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """Return a checkpoint as a signed note."""
    body = f"{ORIGIN}\n{checkpoint.size}\n{b64encode(checkpoint.root).decode()}\n"
    return sign_note(body, ORIGIN, key)


def open_checkpoint(note: str, key: Ed25519PublicKey) -> Checkpoint:
    """Return the checkpoint that a key signed; lines after the root are extensions and are ignored.

    Raises `NoteRejected` if it is not signed by the key, or is no checkpoint of this log.
    """
    parts = _BODY.match(open_note(note, ORIGIN, key))
    if parts is None or parts[1] != ORIGIN:
        raise NoteRejected(f"this is no checkpoint of {ORIGIN}: origin, size and root were expected, a line each")
    root = _decoded(parts[3])
    if len(root) != HASH_BYTES:
        raise NoteRejected("the root of the checkpoint is not 32 bytes")
    return Checkpoint(int(parts[2]), root)


def _decoded(value: str) -> bytes:
    try:
        return b64decode(value, validate=True)
    except binascii.Error:
        raise NoteRejected("the note holds broken base64") from None
