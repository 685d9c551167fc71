"""Cosignatures of a witness on checkpoints: who else saw this tree, and when?

Source: C2SP tlog-cosignature, cosignature/v1 (https://c2sp.org/tlog-cosignature).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from serving.log.signed_note import NoteRejected

_TIMESTAMPED_ED25519 = b"\x04"
_KEY_HASH_BYTES, _TIME_BYTES, _SIGNATURE_BYTES = 4, 8, 64
NAME = re.compile(r"[^\s+]+")
"""A name of a key, as signed notes allow it."""


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """Name and public key of a witness."""

    name: str
    key: Ed25519PublicKey

    @property
    def hash(self) -> bytes:
        """Four bytes by which a signature line names the key."""
        content = self.name.encode() + b"\n" + _TIMESTAMPED_ED25519 + self.key.public_bytes_raw()
        return sha256(content).digest()[:_KEY_HASH_BYTES]

    def __str__(self) -> str:
        encoded = b64encode(_TIMESTAMPED_ED25519 + self.key.public_bytes_raw()).decode()
        return f"{self.name}+{self.hash.hex()}+{encoded}"


def read_witness_key(text: str) -> WitnessKey:
    """Return the public key of a witness from its text, ``name+hash+key``; raises `NoteRejected` for another text."""
    name, _, rest = text.strip().partition("+")
    hashed, _, encoded = rest.partition("+")
    try:
        content = b64decode(encoded, validate=True)
        witness = WitnessKey(name, Ed25519PublicKey.from_public_bytes(content[1:]))
    except (Base64Error, ValueError):
        raise NoteRejected("this is no key of a witness: name+hash+key was expected") from None
    if content[:1] != _TIMESTAMPED_ED25519 or hashed != witness.hash.hex() or not NAME.fullmatch(name):
        raise NoteRejected("this is no key of a witness: its type or hash is another")
    return witness


def cosign(note: str, name: str, key: Ed25519PrivateKey, at: int) -> str:
    """Return a signed checkpoint with the cosignature of a witness at a moment, seconds since 1970."""
    witness = WitnessKey(name, key.public_key())
    signature = witness.hash + at.to_bytes(_TIME_BYTES) + key.sign(_message(note, at))
    return f"{note}— {name} {b64encode(signature).decode()}\n"


def cosigned_at(note: str, witness: WitnessKey) -> int:
    """Return when a witness cosigned a checkpoint, seconds since 1970; raises `NoteRejected` if it did not."""
    _, _, lines = note.rpartition("\n\n")
    for line in lines.splitlines():
        signature = _signature_of(line, witness)
        if signature is not None:
            at = int.from_bytes(signature[:_TIME_BYTES])
            try:
                witness.key.verify(signature[_TIME_BYTES:], _message(note, at))
            except InvalidSignature:
                raise NoteRejected("the cosignature of the witness is wrong: the checkpoint was changed") from None
            return at
    raise NoteRejected(f"the checkpoint has no cosignature of the witness {witness}")


def _signature_of(line: str, witness: WitnessKey) -> bytes | None:
    """Return time and signature of a line that names the key of the witness."""
    begin = f"— {witness.name} "
    try:
        blob = b64decode(line.removeprefix(begin), validate=True) if line.startswith(begin) else b""
    except Base64Error:
        return None
    length = _KEY_HASH_BYTES + _TIME_BYTES + _SIGNATURE_BYTES
    is_its = len(blob) == length and blob[:_KEY_HASH_BYTES] == witness.hash
    return blob[_KEY_HASH_BYTES:] if is_its else None


def _message(note: str, at: int) -> bytes:
    body = note.rpartition("\n\n")[0]
    return f"cosignature/v1\ntime {at}\n{body}\n".encode()
