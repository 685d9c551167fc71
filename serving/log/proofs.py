"""Proof of a decision: its leaf with the hashes up to the signed root, alone or packed with all that checks it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection

from features.settings import Settings
from serving.log import verifier
from serving.log.bundle import leaf_as_json
from serving.log.checkpoints import NoLogKey, log_key
from serving.log.log_tree import LogTree
from serving.log.signed_note import Checkpoint, sign_checkpoint
from serving.log.tree import inclusion_proof
from serving.refusals import Refusal
from serving.store import log_leaves

PROOF, VERIFIER, KEY = "proof.json", "verifier.py", "log.pub"
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""Time of every file: the same decision and head of the log give the same bytes."""
_READ_ME = f"""\
Check / 検証

    python {VERIFIER} --proof {PROOF} --key {KEY}

"no fault" means: the decision's leaf is in the log whose head the key signed.
Compare {KEY} with the key that you were handed when you took office: a key from this packet alone proves less.
Needs Python 3.11 and the package "cryptography", and nothing of this service.

「no fault」と表示されれば、この判断の記録は、鍵で署名されたログに含まれています。
{KEY} は、就任時に受け取った鍵と必ず照合してください。この一式に入っている鍵だけでは証明として弱くなります。
必要なものは Python 3.11 と「cryptography」だけで、本システムは要りません。
"""


def proof_of(connection: Connection, tree: LogTree, settings: Settings, decision_id: str) -> dict[str, object]:
    """Return the leaf of a decision, the signed head of the log, and the hashes that lead from one to the other.

    Raises `Refusal` 404 if the log has no leaf of the decision.
    """
    leaf = log_leaves.leaf_of(connection, "decision", decision_id)
    head, hashes = tree.refresh(connection)
    if leaf is None or not 0 <= leaf.position < head.size:
        raise Refusal(404, "leaf", "the log has no leaf of this decision", expected="`mimamori log verify` names why")
    proof = [node.hex() for node in inclusion_proof(hashes, leaf.position)]
    return {"leaf": leaf_as_json(leaf), **signed_head(settings, head), "inclusion": proof}


def signed_head(settings: Settings, head: Checkpoint) -> dict[str, object]:
    """Return size, root and signed checkpoint; without a key of the log the checkpoint is null."""
    try:
        note = sign_checkpoint(head, log_key(settings))
    except NoLogKey:
        note = None
    return {"size": head.size, "root": head.root.hex(), "checkpoint": note}


def proof_packet(proof: dict[str, object], settings: Settings) -> bytes:
    """Return a ZIP file with a proof, the stand-alone verifier, the public key of the log, and how to check.

    Raises `Refusal` 409 where no key of the log is set: then nothing is signed.
    """
    try:
        key = public_pem(settings)
    except NoLogKey:
        raise Refusal(409, "log_key", "no key of the log is set", expected="MIMAMORI_LOG_KEY") from None
    files = {
        PROOF: json.dumps(proof, indent=1).encode(), KEY: key, VERIFIER: Path(verifier.__file__).read_bytes(),
        "READ-ME.txt": _READ_ME.encode(),
    }  # fmt: skip
    packet = io.BytesIO()
    with zipfile.ZipFile(packet, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), content)
    return packet.getvalue()


def public_pem(settings: Settings) -> bytes:
    """Return the public key of the log as PEM; raises `NoLogKey`."""
    return log_key(settings).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
