"""Stand-alone verifier of an exported log; it needs Python, the library `cryptography`, and none of Mimamori's code.

    python verifier.py BUNDLE --key log.pub --checkpoint FILE     every fault of the bundle, against a retained checkpoint
    python verifier.py --proof proof.json --key log.pub           the proof of a single decision

With --witness FILE, the key of a witness (name+hash+key), the checkpoint must be cosigned by it.

Exit code 0 without faults, 1 with faults. Sources: RFC 6962; C2SP signed-note, tlog-checkpoint and tlog-cosignature.
"""

from __future__ import annotations

import argparse
import base64
import gc
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

ORIGIN = "mimamori/log"
CHANGING_KINDS = frozenset({"account", "api_key", "session", "shadow"})
"""Kinds of leaves that seal a row which may change and end: the last leaf counts, and holds ``{}`` of what has ended."""
ROW_KINDS = CHANGING_KINDS | {"decision", "queue_removal", "closing", "record", "supersession", "reading"}
"""Kinds of leaves that seal a row."""
LONGEST_VALUE = 128
"""Longer texts of a row are sealed by their SHA-256."""
QUOTED = json.encoder.encode_basestring
"""Writes a text as canonical JSON does (RFC 8785)."""
Finding = tuple[str, str, str]
"""Kind, id, and what is wrong."""


class Rejected(Exception):
    """Raised when a checkpoint or proof does not show what it should."""


def sha256(content: bytes) -> bytes:
    """Return the SHA-256 of content."""
    return hashlib.sha256(content).digest()


def leaf_hash(leaf: dict[str, Any]) -> bytes:
    """Return the hash of a leaf in the tree of RFC 6962."""
    commitment, name, kind = (QUOTED(leaf[part]) for part in ("commitment", "id", "kind"))
    return sha256(f'\x00{{"commitment":{commitment},"id":{name},"kind":{kind}}}'.encode(errors="surrogateescape"))


def root_of(hashes: list[bytes]) -> bytes:
    """Return the root of the tree over leaf hashes."""
    if not hashes:
        return sha256(b"")
    while len(hashes) > 1:
        paired = [sha256(b"\x01" + hashes[at] + hashes[at + 1]) for at in range(0, len(hashes) - 1, 2)]
        hashes = [*paired, hashes[-1]] if len(hashes) % 2 else paired
    return hashes[0]


def open_checkpoint(note: str, key: Ed25519PublicKey) -> tuple[int, bytes]:
    """Return size and root of a checkpoint; raises `Rejected` if the key did not sign it."""
    text, separator, signatures = note.rpartition("\n\n")
    body = text + "\n"
    named = sha256(ORIGIN.encode() + b"\n\x01" + key.public_bytes_raw())[:4]
    signed = [line.split(" ") for line in signatures.splitlines()]
    try:
        blobs = [base64.b64decode(parts[2], validate=True) for parts in signed if parts[:2] == ["—", ORIGIN]]
        blob = next(blob for blob in blobs if blob[:4] == named)
        key.verify(blob[4:], body.encode())
        origin, size, root = body.split("\n")[:3]
        head = int(size), base64.b64decode(root, validate=True)
    except (ValueError, IndexError, StopIteration, InvalidSignature):
        raise Rejected("the checkpoint is not signed by this key, or has another form") from None
    if origin != ORIGIN or not separator:
        raise Rejected("the checkpoint belongs to another log")
    return head


def require_cosignature(note: str, witness: str) -> None:
    """Check that a witness, given as ``name+hash+key``, cosigned a checkpoint (cosignature/v1); raises `Rejected`."""
    body, _, signatures = note.rpartition("\n\n")
    try:
        name, _, encoded = witness.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        blobs = [
            base64.b64decode(line.split(" ")[2]) for line in signatures.splitlines() if line.startswith(f"— {name} ")
        ]
        named = sha256(name.encode() + b"\n" + raw)[:4]
        blob = next(blob for blob in blobs if raw[:1] == b"\x04" and blob[:4] == named and len(blob) == 76)
        message = f"cosignature/v1\ntime {int.from_bytes(blob[4:12])}\n{body}\n"
        Ed25519PublicKey.from_public_bytes(raw[1:]).verify(blob[12:], message.encode())
    except (ValueError, IndexError, StopIteration, InvalidSignature):
        raise Rejected("the checkpoint is not cosigned by this witness") from None


def verify_inclusion(leaf: bytes, position: int, size: int, proof: list[bytes], root: bytes) -> None:
    """Check an inclusion proof (RFC 9162, 2.1.3.2); raises `Rejected`."""
    at, last, node = position, size - 1, leaf
    valid = 0 <= position < size
    for sibling in proof:
        valid = valid and last > 0 and len(sibling) == 32
        if at % 2 or at == last:
            node = sha256(b"\x01" + sibling + node)
            while at and not at % 2:
                at, last = at // 2, last // 2
        else:
            node = sha256(b"\x01" + node + sibling)
        at, last = at // 2, last // 2
    if not valid or last or node != root:
        raise Rejected("the leaf is not in the tree of the checkpoint")


def opens(leaf: dict[str, Any]) -> bool:
    """Return whether nonce and content open the commitment of a leaf."""
    content = leaf["content"].encode(errors="surrogateescape")
    return sha256(bytes.fromhex(leaf["nonce"]) + content).hex() == leaf["commitment"]


def sealed(row: str) -> dict[str, Any]:
    """Return what a leaf seals of a row, given as PostgreSQL's JSON text."""
    values = json.loads(row, parse_float=lambda number: float(number).hex(), parse_int=str)
    return {
        name: {"sha256": sha256(value.encode()).hex()}
        if isinstance(value, str) and len(value) > LONGEST_VALUE
        else value
        for name, value in values.items()
    }


def tree_faults(leaves: Iterable[dict[str, Any]], size: int, root: bytes, known: list[bytes]) -> Iterator[Finding]:
    """Yield faults of the leaves, and of the tree against size and root of a checkpoint; ``known`` are its leaf hashes."""
    hashes, at = [], 0
    for leaf in leaves:
        position, kind, name = leaf["position"], leaf["kind"], leaf["id"]
        if position > at:
            yield "tree", f"{at}-{position - 1}", "the leaves of these positions are missing"
        if position < at:
            yield kind, name, "the leaf is out of order"
        at = position + 1
        hashes.append(leaf_hash(leaf))
        if not opens(leaf):
            yield kind, name, "the leaf does not open its commitment"
        if 0 <= position < len(known) and known[position] != hashes[-1]:
            yield kind, name, "the checkpoint has another leaf at this position"
    if len(hashes) < size:
        yield "tree", str(size), f"the log was cut to {len(hashes)} leaves"
    elif root_of(hashes[:size]) != root:
        yield "tree", str(size), "the log does not extend the checkpoint"


def row_faults(leaves: list[dict[str, Any]], rows: Iterator[dict[str, Any]]) -> Iterator[Finding]:
    """Yield differences between leaves and the rows that they seal."""
    expected = {(leaf["kind"], leaf["id"]): leaf["content"] for leaf in leaves}
    repeated = Counter((leaf["kind"], leaf["id"]) for leaf in leaves if leaf["kind"] not in CHANGING_KINDS)
    seen: Counter[tuple[str, str]] = Counter()
    for row in rows:
        name = row["kind"], row["id"]
        seen[name] += 1
        if name not in expected:
            yield *name, "the row has no leaf"
            continue
        try:
            content = json.loads(expected[name].encode(errors="surrogateescape"))
        except ValueError:
            content = None
        if content != sealed(row["row"]):
            yield *name, "the row differs from its leaf"
    for name, text in expected.items():
        if not seen[name] and not (text == "{}" and name[0] in CHANGING_KINDS):
            yield *name, "the leaf has no row"
    for counts in (repeated, seen):
        yield from ((*name, "there twice") for name, count in counts.items() if count > 1)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of a file, one a line."""
    with path.open(encoding="ascii") as file:
        for line in file:
            yield json.loads(line)


def verify_bundle(bundle: Path, key: Ed25519PublicKey, checkpoint: Path) -> list[Finding]:
    """Return every fault of a bundle against a retained checkpoint; raises `Rejected` if that is not signed by the key."""
    size, root = open_checkpoint(checkpoint.read_text(encoding="utf-8"), key)
    beside = checkpoint.with_name("leaf-hashes")
    content = beside.read_bytes()[: size * 32] if beside.exists() else b""
    known = [content[at : at + 32] for at in range(0, len(content), 32)]
    if root_of(known) != root:
        known = []
    of_rows: list[dict[str, Any]] = []
    faults = list(tree_faults(keep(read_lines(bundle / "leaves.jsonl"), of_rows), size, root, known))
    return faults + list(row_faults(of_rows, read_lines(bundle / "rows.jsonl")))


def keep(leaves: Iterable[dict[str, Any]], of_rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield all leaves, and keep those that seal a row."""
    for leaf in leaves:
        if leaf["kind"] in ROW_KINDS:
            of_rows.append(leaf)
        yield leaf


def verify_proof(document: dict[str, Any], key: Ed25519PublicKey) -> None:
    """Check that the leaf of a proof is in the tree that the key signed; raises `Rejected`."""
    if not document.get("checkpoint"):
        raise Rejected("the proof has no signed checkpoint")
    size, root = open_checkpoint(document["checkpoint"], key)
    leaf, proof = document["leaf"], [bytes.fromhex(node) for node in document["inclusion"]]
    if not opens(leaf):
        raise Rejected("the content of the leaf was changed")
    verify_inclusion(leaf_hash(leaf), leaf["position"], size, proof, root)


def main(arguments: list[str] | None = None) -> int:
    """Verify what the command line names; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, nargs="?")
    parser.add_argument("--key", type=Path, required=True, help="public key of the log, PEM")
    parser.add_argument("--checkpoint", type=Path, help="a retained checkpoint; that of the bundle proves less")
    parser.add_argument("--witness", type=Path, help="key of a witness that must have cosigned the checkpoint")
    parser.add_argument("--proof", type=Path, help="a proof as the API answers it")
    given = parser.parse_args(arguments)
    gc.disable()  # a million leaves are read once, and nothing refers to itself
    key = load_pem_public_key(given.key.read_bytes())
    if not isinstance(key, Ed25519PublicKey) or (given.bundle is None) == (given.proof is None):
        parser.error("give an Ed25519 public key, and either a bundle or a proof")
    try:
        proof = None if given.proof is None else json.loads(given.proof.read_text(encoding="utf-8"))
        checkpoint = None if proof is not None else given.checkpoint or given.bundle / "checkpoint"
        if given.witness is not None:
            note = proof["checkpoint"] if checkpoint is None else checkpoint.read_text(encoding="utf-8")
            require_cosignature(note, given.witness.read_text(encoding="utf-8"))
        faults: list[Finding] = [] if checkpoint is None else verify_bundle(given.bundle, key, checkpoint)
        if proof is not None:
            verify_proof(proof, key)
    except Rejected as error:
        faults = [("checkpoint", "", str(error))]
    except (ValueError, KeyError, TypeError) as error:
        faults = [("file", "", f"a file of the bundle or proof cannot be read ({type(error).__name__})")]
    for kind, name, message in faults:
        sys.stdout.write(f"{kind} {name}: {message}\n")
    sys.stdout.write(f"{len(faults)} faults\n" if faults else "no fault\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
