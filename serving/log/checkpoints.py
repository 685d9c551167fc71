"""Exported checkpoints: a folder outside the database with the signed head of the log, and the hash of every leaf below it.

The root of the checkpoint vouches for the hashes; with them a verification names the very leaves that were changed.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, Engine

from features.settings import Settings
from models.signatures import load_or_create_key
from serving.log.leaves import append, hashes
from serving.log.log_tree import LogTree
from serving.log.signed_note import ORIGIN, Checkpoint, NoteRejected, open_checkpoint, sign_checkpoint, verifier_key
from serving.log.tree import HASH_BYTES, tree_root
from serving.store import log_leaves

LATEST = "checkpoint"
LEAF_HASHES = "leaf-hashes"


class NoLogKey(Exception):
    """Raised when the key of the log is not set or cannot be used."""


class LogNotExtended(Exception):
    """Raised when the log in the database does not extend its last exported checkpoint."""


@dataclass(frozen=True, slots=True)
class KnownTree:
    """A checkpoint, with its leaf hashes where they were exported too."""

    checkpoint: Checkpoint
    hashes: tuple[bytes, ...] = ()


def log_key(settings: Settings) -> Ed25519PrivateKey:
    """Return the key that signs checkpoints, created at its first use; raises `NoLogKey`."""
    path = settings.log_key_path
    if path is None:
        raise NoLogKey("MIMAMORI_LOG_KEY must name the file, outside MIMAMORI_HOME, of the key that signs checkpoints")
    try:
        key = load_or_create_key(path)
    except ValueError:
        raise NoLogKey(f"{path.name} is no Ed25519 key; name another file with MIMAMORI_LOG_KEY") from None
    text = verifier_key(ORIGIN, key.public_key())
    path.with_suffix(".vkey").write_text(f"{text}\n", encoding="utf-8")
    return key


def read_known_tree(path: Path, key: Ed25519PublicKey) -> KnownTree:
    """Return an exported checkpoint; leaf hashes beside it are used if its root vouches for them.

    Raises `NoteRejected` if the key did not sign it.
    """
    return known_tree(read_text(path), path.with_name(LEAF_HASHES), key)


def read_text(path: Path) -> str:
    """Return the text of a checkpoint or key; raises `NoteRejected` for a file that holds none."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise NoteRejected(f"{path.name} is no text") from None


def known_tree(note: str, beside: Path, key: Ed25519PublicKey) -> KnownTree:
    """Return a signed checkpoint with the leaf hashes of a file, if its root vouches for them; raises `NoteRejected`."""
    checkpoint = open_checkpoint(note, key)
    content = beside.read_bytes()[: checkpoint.size * HASH_BYTES] if beside.exists() else b""
    known = tuple(content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES))
    return KnownTree(checkpoint, known if tree_root(known) == checkpoint.root else ())


def last_export(settings: Settings) -> KnownTree | None:
    """Return the last exported checkpoint, None before the first; raises `NoLogKey` and `NoteRejected`."""
    folder = settings.checkpoint_folder
    if settings.log_key_path is None or folder is None or not (folder / LATEST).exists():
        return None
    return read_known_tree(folder / LATEST, log_key(settings).public_key())


def require_extension(connection: Connection, known: KnownTree | None) -> None:
    """Check that the log extends an exported checkpoint; raises `LogNotExtended` if it does not."""
    if known is None:
        return
    size, root = known.checkpoint.size, known.checkpoint.root
    stored = list(islice(hashes(connection), size))
    if len(stored) < size:
        raise LogNotExtended(f"the log has {len(stored):,} leaves, its last exported checkpoint {size:,}")
    if tree_root(stored) != root:
        raise LogNotExtended(f"the first {size:,} leaves of the log are not those of its last exported checkpoint")


class Exporter:
    """Writes checkpoints of a log into a folder; reads each leaf once."""

    def __init__(self, folder: Path, key: Ed25519PrivateKey) -> None:
        self.folder = folder
        self._key = key
        self._tree = LogTree()
        self._written: Checkpoint | None = None

    def export(self, connection: Connection) -> Checkpoint:
        """Write the checkpoint of the log as this transaction sees it, and return it.

        Raises `LogNotExtended`, and writes nothing, if the folder's checkpoint is not a beginning of the log.
        """
        checkpoint, stored = self._tree.refresh(connection)
        before = self._before()
        if before == checkpoint:
            return checkpoint
        # what this object wrote, it has extended itself
        is_new = before is not None and before != self._written
        if before and is_new and (before.size > checkpoint.size or tree_root(stored[: before.size]) != before.root):
            raise LogNotExtended(f"the log does not extend the checkpoint of {before.size} leaves in the folder")
        self._write(checkpoint, stored)
        return checkpoint

    def _before(self) -> Checkpoint | None:
        latest = self.folder / LATEST
        if not latest.exists():
            return None
        return open_checkpoint(latest.read_text(encoding="utf-8"), self._key.public_key())

    def _write(self, checkpoint: Checkpoint, hashes_now: list[bytes]) -> None:
        """Write the hashes first, the latest checkpoint last: a crash between leaves hashes that begin with its own."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path, stored = self.folder / LEAF_HASHES, self._written.size if self._written else 0
        if stored and path.exists() and path.stat().st_size == stored * HASH_BYTES:
            with path.open("ab") as file:
                file.write(b"".join(hashes_now[stored:]))
        else:
            replace_file(path, b"".join(hashes_now))
        note = sign_checkpoint(checkpoint, self._key).encode()
        replace_file(self.folder / f"{LATEST}-{dt.datetime.now(dt.UTC):%Y-%m-%d}", note)
        replace_file(self.folder / LATEST, note)
        self._written = checkpoint


def accept_log(engine: Engine, folder: Path, key: Ed25519PrivateKey, former: Checkpoint, reason: str) -> Checkpoint:
    """Seal in the log that it goes on without extending its last checkpoint, and why; sign the new head.

    The former checkpoint stays in the folder under its size.
    """
    with engine.begin() as connection:
        log_leaves.lock(connection)
        size = log_leaves.size(connection)
        content = {
            "checkpoint_size": str(former.size), "checkpoint_root": former.root.hex(), "log_size": str(size),
            "log_root": tree_root(list(hashes(connection))).hex(), "reason": reason,
        }  # fmt: skip
        append(connection, "log_accepted", str(size), content)
    for name in (LATEST, LEAF_HASHES):
        if (folder / name).exists():
            (folder / name).replace(folder / f"{name}-refused-{former.size}")
    with engine.connect() as connection:
        return Exporter(folder, key).export(connection)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file beside and put it in place: readers see the former or the new content, whole."""
    beside = path.with_name(f"{path.name}.new")
    with beside.open("wb") as file:
        file.write(content)
        os.fsync(file.fileno())
    beside.replace(path)
