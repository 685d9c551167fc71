"""The witness: a second office that signs only a log which extends everything that it signed before.

It has its own key and its own folder. It reads exported checkpoints alone, never the database.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from serving.log.checkpoints import LATEST, LEAF_HASHES, known_tree, replace_file
from serving.log.cosignature import WitnessKey, cosign, cosigned_at
from serving.log.signed_note import Checkpoint, NoteRejected, open_checkpoint
from serving.log.tree import tree_root

COSIGNED = "cosigned"
"""Last checkpoint that the witness signed, in its own folder; beside it the leaf hashes below that."""


class Refused(Exception):
    """Raised when the witness does not sign; says why."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Name and key of a witness, its folder, and the log that it watches."""

    name: str
    key: Ed25519PrivateKey
    folder: Path
    log_key: Ed25519PublicKey

    @property
    def public_key(self) -> WitnessKey:
        """Key by which others check the cosignatures."""
        return WitnessKey(self.name, self.key.public_key())

    def sign(self, exported: Path, at: int) -> tuple[Checkpoint, bool]:
        """Cosign the checkpoint of a folder if it extends the last that was cosigned.

        Parameters
        ----------
        exported
            Folder with ``checkpoint`` and ``leaf-hashes``, as the service writes them.
        at
            Seconds since 1970.

        Returns
        -------
        Checkpoint, bool
            And whether it is new; the same checkpoint is signed once.

        Raises `Refused` for a fork, a shorter log, or anything that cannot be checked; what was refused is kept.
        """
        with _alone(self.folder):
            try:
                note = (exported / LATEST).read_text(encoding="utf-8")
                return self._sign(note, exported, at)
            except (OSError, UnicodeDecodeError) as error:
                raise Refused(f"the checkpoint cannot be read ({type(error).__name__})") from None
            except (NoteRejected, Refused) as error:
                # both signed heads together prove a fork; the same head refused again is the same file
                replace_file(self.folder / f"refused-{sha256(note.encode()).hexdigest()[:16]}", note.encode())
                raise Refused(str(error)) from None

    def _sign(self, note: str, exported: Path, at: int) -> tuple[Checkpoint, bool]:
        checkpoint, last = open_checkpoint(note, self.log_key), self.last()
        if last == checkpoint:
            return checkpoint, False
        hashes = known_tree(note, exported / LEAF_HASHES, self.log_key).hashes
        if len(hashes) != checkpoint.size:
            raise Refused(
                "the leaf hashes beside the checkpoint are not those of its root: nothing shows what it extends"
            )
        if last is not None:
            _require_extension(last, checkpoint, hashes)
        self._keep(cosign(note, self.name, self.key, at), checkpoint.size, hashes)
        return checkpoint, True

    def last(self) -> Checkpoint | None:
        """Return the last checkpoint that was cosigned, None before the first; raises `NoteRejected` if it was changed."""
        path = self.folder / COSIGNED
        if not path.exists():
            return None
        note = path.read_text(encoding="utf-8")
        cosigned_at(note, self.public_key)
        return open_checkpoint(note, self.log_key)

    def _keep(self, note: str, size: int, hashes: tuple[bytes, ...]) -> None:
        """Write what was signed under its size, and the last of all at the end: a crash before leaves the former."""
        replace_file(self.folder / LEAF_HASHES, b"".join(hashes[:size]))
        replace_file(self.folder / f"{COSIGNED}-{size}", note.encode())
        replace_file(self.folder / COSIGNED, note.encode())


def _require_extension(last: Checkpoint, checkpoint: Checkpoint, hashes: tuple[bytes, ...]) -> None:
    if checkpoint.size < last.size:
        raise Refused(f"the log has {checkpoint.size:,} leaves, and had {last.size:,} when this witness last signed it")
    if tree_root(hashes[: last.size]) != last.root:
        raise Refused(f"the log is a fork: its first {last.size:,} leaves are not those that this witness signed")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let a single process at a time compare and sign."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
