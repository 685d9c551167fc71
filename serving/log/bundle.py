"""Exported bundle of the log: leaves, rows and signed head as files, which `serving/log/verifier.py` checks alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from serving.log.leaves import hash_of_leaf
from serving.store import log_leaves, sealed_rows
from serving.store.log_leaves import StoredLeaf

LEAVES, ROWS = "leaves.jsonl", "rows.jsonl"


def leaf_as_json(leaf: StoredLeaf) -> dict[str, object]:
    """Return a leaf as bundles and the API show it; content that is no text keeps its bytes as surrogates."""
    return {
        "position": leaf.position, "kind": leaf.kind, "id": leaf.subject_id, "commitment": leaf.commitment.hex(),
        "nonce": leaf.nonce.hex(), "content": leaf.content.decode(errors="surrogateescape"),
    }  # fmt: skip


def write_bundle(connection: Connection, folder: Path, until: int | None = None) -> list[bytes]:
    """Write leaves and the rows that they seal, and return the hashes of the leaves.

    Parameters
    ----------
    connection
        In a transaction that sees a single state (REPEATABLE READ).
    until
        Size of the log up to which is written; None for all of it. Of rows that change, such a part holds the state that
        their last leaf in it seals: the rows themselves may have changed since.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log_leaves.see_every_row(connection)
    hashes: list[bytes] = []
    ids: dict[str, dict[str, str]] = {}
    with (folder / LEAVES).open("w", encoding="ascii") as file:
        for leaf in log_leaves.leaves(connection, limit=until):
            shown = leaf_as_json(leaf)
            file.write(json.dumps(shown) + "\n")
            hashes.append(hash_of_leaf(leaf.kind, leaf.subject_id, leaf.commitment))
            if until is not None and leaf.kind in sealed_rows.KINDS:
                ids.setdefault(leaf.kind, {})[leaf.subject_id] = str(shown["content"])
    with (folder / ROWS).open("w", encoding="ascii") as file:
        for kind in sealed_rows.KINDS:
            rows = (
                sealed_rows.rows(connection, kind) if until is None else _rows_of(connection, kind, ids.get(kind, {}))
            )
            for subject_id, row in rows:
                file.write(json.dumps({"kind": kind, "id": subject_id, "row": row}) + "\n")
    return hashes


def _rows_of(connection: Connection, kind: str, content_of: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the rows that leaves of a part of the log seal; ``content_of`` is what the last leaf of each says."""
    if sealed_rows.KINDS[kind].changes:
        yield from ((name, content) for name, content in sorted(content_of.items()) if content != "{}")
    else:
        yield from (row for row in sealed_rows.rows(connection, kind) if row[0] in content_of)
