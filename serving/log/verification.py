"""Verification of the log: every leaf, every row that a leaf seals, and the tree against an exported checkpoint.

It reports every fault with the id of the row, and goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from serving.log.checkpoints import KnownTree
from serving.log.leaves import commitment, hash_of_leaf, row_content
from serving.log.signed_note import Checkpoint
from serving.log.tree import tree_root
from serving.store import decision_search, erasures, log_leaves, sealed_rows, waiting_cases
from serving.store.log_leaves import StoredLeaf
from serving.store.sealed_rows import Pair

Progress = Callable[[int], None]
ENDED = b"{}"
"""Content of the leaf of a row that has ended."""
_STEP = 50_000
_KEY_IS_GONE = "the key of this person was destroyed, and no erasure says so"
_KEY_IS_BACK = "the key of this person was destroyed by an erasure, and is there again"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: kind and id of the row (``tree`` and a position or size for the tree), and what is wrong."""

    kind: str
    subject_id: str
    message: str

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}: {self.message}"


def verify_log(
    connection: Connection, known: KnownTree | None = None, progress: Progress = lambda leaves: None
) -> Iterator[Fault]:
    """Yield every fault of the log and of the rows that it seals; none for an honest log.

    Parameters
    ----------
    connection
        In a transaction that sees a single state (REPEATABLE READ), so that acts during the verification are no faults.
    known
        A retained checkpoint, which the tree must extend.
    progress
        Called with the count of leaves read so far.
    """
    log_leaves.see_every_row(connection)
    yield from _leaf_faults(connection, known, progress)
    for kind, rows in sealed_rows.KINDS.items():
        yield from (
            Fault(kind, name, "there twice, in the log or among the rows")
            for name in sealed_rows.repeated(connection, kind)
        )
        for pair in sealed_rows.pairs(connection, kind):
            yield from (Fault(kind, pair.subject_id, message) for message in row_faults(pair, may_end=rows.changes))
    for key_id, is_back in erasures.unexplained_keys(connection):
        yield Fault("person_key", str(key_id), _KEY_IS_BACK if is_back else _KEY_IS_GONE)
    for name in waiting_cases.faults(connection):
        yield Fault("queue", name, "its place in the queue is not what decisions, interviews and acts say")
    for number in decision_search.faults(connection):
        yield Fault("search", number, "the decision of this number is not found by the findings that it shows")


def _leaf_faults(connection: Connection, known: KnownTree | None, progress: Progress) -> Iterator[Fault]:
    """Yield leaves that are missing, do not open their commitment, or are not those of the checkpoint."""
    hashes: list[bytes] = []
    expected, known_hashes = 0, known.hashes if known else ()
    for leaf in log_leaves.leaves(connection):
        if leaf.position != expected:
            yield from _order_faults(leaf, expected)
        expected = leaf.position + 1
        hashed = hash_of_leaf(leaf.kind, leaf.subject_id, leaf.commitment)
        if commitment(leaf.nonce, leaf.content) != leaf.commitment:
            yield Fault(leaf.kind, leaf.subject_id, f"leaf {leaf.position} does not open its commitment")
        if 0 <= leaf.position < len(known_hashes) and known_hashes[leaf.position] != hashed:
            yield _other_leaf(leaf)
        hashes.append(hashed)
        if len(hashes) % _STEP == 0:
            progress(len(hashes))
    if known is not None:
        yield from _tree_faults(hashes, known.checkpoint)


def _order_faults(leaf: StoredLeaf, expected: int) -> Iterator[Fault]:
    if leaf.position < expected:
        yield Fault(leaf.kind, leaf.subject_id, f"leaf {leaf.position} is out of order")
    if leaf.position > expected:
        yield Fault("tree", f"{expected}-{leaf.position - 1}", "the leaves of these positions are missing")


def _tree_faults(hashes: list[bytes], checkpoint: Checkpoint) -> Iterator[Fault]:
    size = checkpoint.size
    if len(hashes) < size:
        yield Fault("tree", str(size), f"the log was cut to {len(hashes)} leaves; the checkpoint has {size}")
    elif tree_root(hashes[:size]) != checkpoint.root:
        yield Fault("tree", str(size), "the log does not extend the checkpoint of this size: leaves were changed")


def _other_leaf(leaf: StoredLeaf) -> Fault:
    return Fault(leaf.kind, leaf.subject_id, f"leaf {leaf.position} is not the leaf that the checkpoint has there")


def row_faults(pair: Pair, *, may_end: bool = False) -> list[str]:
    """Return what is wrong between a leaf and the row that it seals.

    Parameters
    ----------
    may_end
        Whether the row may be gone where its leaf says so, as that of a session does.
    """
    if pair.row is None:
        return [] if may_end and pair.content == ENDED else [f"leaf {pair.position} has no row: it was deleted"]
    if pair.content is None:
        return ["this row has no leaf: it was inserted past the log"]
    try:
        columns = differing_columns(pair.content, pair.row)
    except ValueError:
        return [f"leaf {pair.position} cannot be read"]
    return [f"{', '.join(columns)} of the row differ from leaf {pair.position}"] if columns else []


def differing_columns(content: bytes, row: str) -> list[str]:
    """Return the columns in which a row differs from the content of its leaf; raises `ValueError` for another content."""
    stored, present = json.loads(content), row_content(row)
    if not isinstance(stored, dict):
        raise ValueError("a leaf of a row holds its columns")
    return sorted(name for name in {*stored, *present} if stored.get(name, ...) != present.get(name, ...))
