"""Stand-alone verifier of an exported log; it needs Python, the library `cryptography`, and none of Mimamori's code.

    python verifier.py BUNDLE --key log.pub --checkpoint FILE     every fault of the bundle, against a retained checkpoint
    python verifier.py --proof proof.json --key log.pub           the proof of a single decision

With --witness FILE (name+hash+key), that witness must have cosigned the checkpoint. Exit code 1 with faults, 0 without.
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
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

ORIGIN = "mimamori/log"
# the last leaf of these counts, {} of what has ended; events have no row
CHANGING_KINDS = {"account", "account_language", "api_key", "session", "shadow"}
EVENT_KINDS = {"log_start", "log_accepted", "settings", "served_model", "model_approval", "interview", "correction", "entry_alarm"}  # fmt: skip
LONGEST_VALUE = 128  # longer texts of a row are sealed by their SHA-256
DECODED = json.JSONDecoder(parse_float=lambda number: float(number).hex(), parse_int=str).decode
CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
PART_BYTES = 16_000_000  # bytes of a file that a process reads at a time
QUOTED = json.encoder.encode_basestring  # writes a text as canonical JSON does (RFC 8785)
Finding = tuple[str, str, str]  # kind, id, and what is wrong
Digest = tuple[str, bytes]  # kind and id of a row on two lines, and the hash of the row as it is sealed


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
        lines = [line for line in signatures.splitlines() if line.startswith(f"— {name} ")]
        blobs = [base64.b64decode(line.split(" ")[2]) for line in lines]
        start = sha256(name.encode() + b"\n" + raw)[:4]
        blob = next(blob for blob in blobs if raw[:1] == b"\x04" and blob.startswith(start) and len(blob) == 76)
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
    """Return what a leaf seals of a row, given as PostgreSQL's JSON text: each number as the text that names it exactly."""
    values: dict[str, Any] = DECODED(row)
    for name, value in values.items():
        if isinstance(value, str) and len(value) > LONGEST_VALUE:
            values[name] = {"sha256": sha256(value.encode()).hex()}
    return values


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


def row_faults(leaves: list[dict[str, Any]], rows: Iterable[dict[str, Any]]) -> Iterator[Finding]:
    """Yield differences between leaves and the rows that they seal."""
    expected = {(leaf["kind"], leaf["id"]): leaf["content"] for leaf in leaves}
    repeated = Counter((leaf["kind"], leaf["id"]) for leaf in leaves if leaf["kind"] not in CHANGING_KINDS)
    seen: Counter[tuple[str, str]] = Counter()
    for row in rows:
        name = row["kind"], row["id"]
        seen[name] += 1
        if name not in expected:
            yield *name, "the row has no leaf"
        elif expected[name] != CANONICAL(sealed(row["row"])):
            yield *name, "the row differs from its leaf"
    for name, text in expected.items():
        if not seen[name] and not (text == "{}" and name[0] in CHANGING_KINDS):
            yield *name, "the leaf has no row"
    for counts in (repeated, seen):
        yield from ((*name, "there twice") for name, count in counts.items() if count > 1)


def lines_of(path: Path, begin: int = 0, end: int = sys.maxsize) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects whose lines begin in a stretch of a file."""
    with path.open("rb") as file:
        file.seek(max(begin - 1, 0))
        at = file.tell() + len(file.readline()) if begin else 0
        while at < end and (line := file.readline()):
            at += len(line)
            yield json.loads(line.decode("ascii"))


def digests_of_leaves(part: tuple[Path, int, int]) -> tuple[list[int], bytes, list[Digest]] | None:
    """Return positions and hashes of leaves, and kind, id and content of those that seal a row; None with a fault."""
    leaves = list(lines_of(*part))
    digests = [
        (f"{leaf['kind']}\n{leaf['id']}", sha256(leaf["content"].encode(errors="surrogateescape")))
        for leaf in leaves
        if leaf["kind"] not in EVENT_KINDS
    ]
    positions = [leaf["position"] for leaf in leaves]
    return (positions, b"".join(map(leaf_hash, leaves)), digests) if all(map(opens, leaves)) else None


def digests_of_rows(part: tuple[Path, int, int]) -> list[Digest] | None:
    """Return kind and id of each row, and the hash of what its leaf must seal; None for rows that no leaf seals."""
    rows = list(lines_of(*part))
    digests = [(f"{row['kind']}\n{row['id']}", sha256(CANONICAL(sealed(row["row"])).encode())) for row in rows]
    return digests if all(row["kind"] not in EVENT_KINDS for row in rows) else None


def is_clean(bundle: Path, size: int, root: bytes) -> bool:
    """Return whether a bundle has no fault, on all processors; which faults there are takes a second, slower reading."""
    of_leaves, of_rows = (
        [(path, begin, begin + PART_BYTES) for begin in range(0, path.stat().st_size, PART_BYTES)]
        for path in (bundle / "leaves.jsonl", bundle / "rows.jsonl")
    )
    with ProcessPoolExecutor() if len(of_leaves) > 1 else nullcontext() as pool:
        apply = pool.map if pool else map
        leaves, rows = apply(digests_of_leaves, of_leaves), apply(digests_of_rows, of_rows)
        hashes: list[bytes] = []
        expected: dict[str, bytes] = {}
        changing = tuple(f"{kind}\n" for kind in CHANGING_KINDS)
        for part in leaves:
            if part is None or part[0] != list(range(len(hashes), len(hashes) + len(part[0]))):
                return False
            hashes += [part[1][at : at + 32] for at in range(0, len(part[1]), 32)]
            for name, content in part[2]:
                if name in expected and not name.startswith(changing):
                    return False
                expected[name] = content
                if content == sha256(b"{}") and name.startswith(changing):
                    del expected[name]
        if root_of(hashes[:size]) != root:
            return False
        sealed_rows = (some is not None and all(expected.pop(name, None) == row for name, row in some) for some in rows)
        return all(sealed_rows) and not expected


def verify_bundle(bundle: Path, key: Ed25519PublicKey, checkpoint: Path) -> list[Finding]:
    """Return every fault of a bundle against a retained checkpoint; raises `Rejected` if that is not signed by the key."""
    size, root = open_checkpoint(checkpoint.read_text(encoding="utf-8"), key)
    if is_clean(bundle, size, root):
        return []
    beside = checkpoint.with_name("leaf-hashes")
    content = beside.read_bytes()[: size * 32] if beside.exists() else b""
    known = [content[at : at + 32] for at in range(0, len(content), 32)]
    leaves, rows = (list(lines_of(bundle / name)) for name in ("leaves.jsonl", "rows.jsonl"))
    of_tree = tree_faults(leaves, size, root, known if root_of(known) == root else [])
    return [*of_tree, *row_faults([leaf for leaf in leaves if leaf["kind"] not in EVENT_KINDS], rows)]


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
        faults: list[Finding] = []
        if given.proof is not None:
            proof = json.loads(given.proof.read_text(encoding="utf-8"))
            note = proof["checkpoint"] or ""
            verify_proof(proof, key)
        else:
            checkpoint = given.checkpoint or given.bundle / "checkpoint"
            note = checkpoint.read_text(encoding="utf-8")
            faults = verify_bundle(given.bundle, key, checkpoint)
        if given.witness is not None:
            require_cosignature(note, given.witness.read_text(encoding="utf-8"))
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
