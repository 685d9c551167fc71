"""Exported bundle of the log: leaves, rows and signed head as files, which `serving/log/verifier.py` checks alone."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import Connection

from serving.store import log_leaves, sealed_rows
from serving.store.log_leaves import StoredLeaf

LEAVES, ROWS = "leaves.jsonl", "rows.jsonl"


def leaf_as_json(leaf: StoredLeaf) -> dict[str, object]:
    """Return a leaf as bundles and the API show it; content that is no text keeps its bytes as surrogates."""
    return {
        "position": leaf.position, "kind": leaf.kind, "id": leaf.subject_id, "commitment": leaf.commitment.hex(),
        "nonce": leaf.nonce.hex(), "content": leaf.content.decode(errors="surrogateescape"),
    }  # fmt: skip


def write_bundle(connection: Connection, folder: Path) -> int:
    """Write all leaves and all rows that they seal, and return the count of leaves.

    Parameters
    ----------
    connection
        In a transaction that sees a single state (REPEATABLE READ).
    """
    folder.mkdir(parents=True, exist_ok=True)
    log_leaves.see_every_row(connection)
    count = 0
    with (folder / LEAVES).open("w", encoding="ascii") as file:
        for leaf in log_leaves.leaves(connection):
            file.write(json.dumps(leaf_as_json(leaf)) + "\n")
            count += 1
    with (folder / ROWS).open("w", encoding="ascii") as file:
        for kind in sealed_rows.KINDS:
            for subject_id, row in sealed_rows.rows(connection, kind):
                file.write(json.dumps({"kind": kind, "id": subject_id, "row": row}) + "\n")
    return count
