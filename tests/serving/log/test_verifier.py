"""The stand-alone verifier agrees with `mimamori log verify` on honest and tampered bundles.

Covers: log.bundle, log.verifier.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from sqlalchemy import text

import serving
from serving.log import verifier
from serving.log.acts import START
from serving.log.bundle import write_bundle
from serving.log.checkpoints import LATEST, LEAF_HASHES, log_key
from serving.log.configuration import SERVED_MODEL, SETTINGS
from serving.log.leaves import LONGEST_VALUE
from serving.log.signed_note import ORIGIN
from serving.store import log_leaves, sealed_rows
from tests.proof_size import cases
from tests.serving.log.conftest import SmallLog, without_triggers
from tests.serving.log.test_tampering import KINDS, Tampering

BUNDLES, SHORT = 1_000, 40
SOURCE = Path(verifier.__file__)


def test_it_is_a_single_file_without_our_code() -> None:
    source = SOURCE.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 300
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {(node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name for node in nodes}
    assert {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"__future__"} == {"cryptography"}


def appended_kinds() -> set[str]:
    """Kinds of leaves that the service's code appends, each named where it is appended or by a constant."""
    constants = {"START": START, "SETTINGS": SETTINGS, "SERVED_MODEL": SERVED_MODEL}
    kinds = set()
    for path in Path(serving.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "id", "")
            if name in {"append", "append_row", "_append_if_new", "Act"}:
                kind = node.args[0 if name == "Act" else 1]  # type: ignore[attr-defined]
                kinds.add(constants.get(kind.id, "") if isinstance(kind, ast.Name) else getattr(kind, "value", ""))
    return {kind for kind in kinds if isinstance(kind, str)} - {""}


def test_it_knows_what_the_log_seals() -> None:
    assert appended_kinds() - set(sealed_rows.KINDS) == verifier.EVENT_KINDS
    assert {name for name, kind in sealed_rows.KINDS.items() if kind.changes} == verifier.CHANGING_KINDS
    assert (verifier.ORIGIN, verifier.LONGEST_VALUE) == (ORIGIN, LONGEST_VALUE)


@pytest.mark.proof
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_both_name_the_same_ids_in_a_tampered_bundle(small_log: SmallLog, kind: Tampering, tmp_path: Path) -> None:
    random = np.random.default_rng(crc32(kind.name.encode()) + 1)
    checkpoint, key = small_log.settings.checkpoint_folder, log_key(small_log.settings).public_key()
    assert checkpoint is not None
    for _ in range(cases(BUNDLES, SHORT) // len(KINDS) + 1):
        with small_log.engine.connect() as connection, connection.begin() as transaction:
            without_triggers(connection)
            kind.apply(connection, random)
            faults = small_log.faults(connection)
            # the order of the queue repeats what is sealed, and a bundle holds what is sealed
            ours = {(fault.kind, fault.subject_id) for fault in faults if fault.kind != "queue"}
            write_bundle(connection, tmp_path)
            transaction.rollback()
        theirs = {finding[:2] for finding in verifier.verify_bundle(tmp_path, key, checkpoint / LATEST)}
        assert theirs == ours


@pytest.mark.parametrize("size", [500, 3000, 10_000])
def test_a_large_bundle_is_read_in_parts_side_by_side(
    small_log: SmallLog, tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, key = small_log.settings.checkpoint_folder, log_key(small_log.settings).public_key()
    assert folder is not None
    monkeypatch.setattr(verifier, "PART_BYTES", size)
    with small_log.engine.connect() as connection, connection.begin() as transaction:
        write_bundle(connection, tmp_path)
        root = small_log.known.checkpoint.root
        assert verifier.is_clean(tmp_path, small_log.known.checkpoint.size, root)
        assert not verifier.is_clean(tmp_path, small_log.known.checkpoint.size - 1, root)
        without_triggers(connection)
        connection.execute(text("update serving.reading set purpose = 'x' where reading_id = 7"))
        write_bundle(connection, tmp_path)
        transaction.rollback()
    assert verifier.verify_bundle(tmp_path, key, folder / LATEST) == [("reading", "7", "the row differs from its leaf")]


def test_an_honest_bundle_has_no_fault(small_log: SmallLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, key = small_log.settings.checkpoint_folder, small_log.settings.log_key_path
    assert folder is not None
    assert key is not None
    with small_log.engine.connect() as connection:
        count = len(write_bundle(connection, tmp_path))
        assert count == log_leaves.size(connection)
    words = [str(tmp_path), "--key", str(key.with_suffix(".pub")), "--checkpoint", str(folder / LATEST)]
    assert verifier.main(words) == 0
    for name in (LATEST, LEAF_HASHES):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    assert verifier.main(words[:3]) == 0
    (tmp_path / "rows.jsonl").write_text("{", encoding="ascii")
    assert verifier.main(words) == 1
    (tmp_path / LATEST).write_bytes((folder / LATEST).read_bytes().replace(b"mimamori", b"mimamary"))
    assert verifier.main(words[:3]) == 1
    assert "not signed by this key" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        verifier.main(words[1:3])


def test_no_changed_proof_is_accepted(small_log: SmallLog, tmp_path: Path) -> None:
    from serving.log.bundle import leaf_as_json  # noqa: PLC0415
    from serving.log.leaves import hashes  # noqa: PLC0415
    from serving.log.tree import inclusion_proof  # noqa: PLC0415

    folder, path = small_log.settings.checkpoint_folder, small_log.settings.log_key_path
    assert folder is not None
    assert path is not None
    with small_log.engine.connect() as connection:
        leaf = next(leaf for leaf in log_leaves.leaves(connection) if leaf.kind == "decision")
        proof = inclusion_proof(list(hashes(connection)), leaf.position)
    document = {"leaf": leaf_as_json(leaf), "inclusion": [node.hex() for node in proof],
                "checkpoint": (folder / LATEST).read_text(encoding="utf-8")}  # fmt: skip
    key = log_key(small_log.settings).public_key()
    verifier.verify_proof(document, key)
    (tmp_path / "proof.json").write_text(json.dumps(document), encoding="utf-8")
    words = ["--proof", str(tmp_path / "proof.json"), "--key", str(path.with_suffix(".pub"))]
    assert verifier.main(words) == 0
    leaf_json = document["leaf"]
    assert isinstance(leaf_json, dict)
    wrong = [{**document, "leaf": {**leaf_json, "content": leaf_json["content"].replace("visa", "entry")}},
             {**document, "leaf": {**leaf_json, "id": "other"}}, {**document, "leaf": {**leaf_json, "position": leaf.position + 1}},
             {**document, "checkpoint": None}, {**document, "inclusion": [*document["inclusion"], "00" * 32]}]  # fmt: skip
    wrong += [{**document, "inclusion": [*document["inclusion"][:at], "00" * 32, *document["inclusion"][at + 1 :]]}
              for at in range(len(proof))]  # fmt: skip
    for changed in wrong:
        with pytest.raises(verifier.Rejected):
            verifier.verify_proof(changed, key)
