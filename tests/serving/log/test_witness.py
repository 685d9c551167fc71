"""A witness signs only what extends all that it signed, and nobody signs in its place.

Covers: log.cosignature, log.witness.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features.settings import VARIABLES
from models.signatures import load_or_create_key
from serving.log import verifier
from serving.log.checkpoints import LATEST, LEAF_HASHES
from serving.log.commands import log
from serving.log.cosignature import WitnessKey, cosign, cosigned_at, read_witness_key
from serving.log.signed_note import Checkpoint, NoteRejected, open_checkpoint, sign_checkpoint
from serving.log.tree import tree_root
from serving.log.witness import COSIGNED, Refused, Witness

LEAVES = [hashlib.sha256(bytes([number])).digest() for number in range(20)]
OTHER = [hashlib.sha256(b"other" + bytes([number])).digest() for number in range(20)]
AT = 1_679_315_147


def export(folder: Path, leaves: Sequence[bytes], key: Ed25519PrivateKey) -> str:
    """Write a checkpoint with its leaf hashes, as the service does."""
    folder.mkdir(exist_ok=True)
    note = sign_checkpoint(Checkpoint(len(leaves), tree_root(leaves)), key)
    (folder / LEAF_HASHES).write_bytes(b"".join(leaves))
    (folder / LATEST).write_text(note, encoding="utf-8")
    return note


@pytest.fixture
def office(tmp_path: Path) -> tuple[Witness, Path, Ed25519PrivateKey]:
    log_key = Ed25519PrivateKey.generate()
    witness = Witness("office", Ed25519PrivateKey.generate(), tmp_path / "state", log_key.public_key())
    return witness, tmp_path / "exported", log_key


def test_it_signs_a_log_that_grows_and_each_checkpoint_once(office: tuple[Witness, Path, Ed25519PrivateKey]) -> None:
    witness, folder, log_key = office
    for size in (0, 3, 4, 17):
        note = export(folder, LEAVES[:size], log_key)
        assert witness.sign(folder, AT + size) == (Checkpoint(size, tree_root(LEAVES[:size])), True)
        assert witness.sign(folder, AT + 1000)[1] is False
        kept = (witness.folder / COSIGNED).read_text(encoding="utf-8")
        assert kept.startswith(note)
        assert cosigned_at(kept, witness.public_key) == AT + size
        # signatures of others are ignored, so that whoever knows the log alone reads a cosigned checkpoint too
        assert open_checkpoint(kept, log_key.public_key()).size == size
    assert len(list(witness.folder.glob(f"{COSIGNED}-*"))) == 4


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        (LEAVES[:7], "has 7 leaves, and had 8"),
        ([*LEAVES[:7], OTHER[7], *LEAVES[8:]], "fork: its first 8 leaves"),
        ([*LEAVES[:7], OTHER[7]], "fork: its first 8 leaves"),
        (OTHER, "fork"),
        ([LEAVES[1], LEAVES[0], *LEAVES[2:]], "fork"),
        ([], "has 0 leaves"),
    ],
)
def test_it_refuses_a_fork_and_a_shorter_log_says_why_and_keeps_both_heads(
    office: tuple[Witness, Path, Ed25519PrivateKey], later: Sequence[bytes], reason: str
) -> None:
    witness, folder, log_key = office
    export(folder, LEAVES[:8], log_key)
    witness.sign(folder, AT)
    before = (witness.folder / COSIGNED).read_bytes()
    note = export(folder, later, log_key)
    for turn in range(2):
        with pytest.raises(Refused, match=reason):
            witness.sign(folder, AT + turn)
    assert (witness.folder / COSIGNED).read_bytes() == before
    [refused] = witness.folder.glob("refused-*")
    assert refused.read_text(encoding="utf-8") == note
    # and goes on with the log that it knows
    export(folder, LEAVES[:9], log_key)
    assert witness.sign(folder, AT + 9)[0].size == 9


def test_it_refuses_what_cannot_be_checked(office: tuple[Witness, Path, Ed25519PrivateKey]) -> None:
    witness, folder, log_key = office
    with pytest.raises(Refused, match="cannot be read"):
        witness.sign(folder, AT)
    export(folder, LEAVES, log_key)
    (folder / LEAF_HASHES).write_bytes(b"".join(LEAVES[:-1]))
    with pytest.raises(Refused, match="nothing shows what it extends"):
        witness.sign(folder, AT)
    export(folder, LEAVES, Ed25519PrivateKey.generate())
    with pytest.raises(Refused, match="no signature of the key"):
        witness.sign(folder, AT)
    export(folder, LEAVES, log_key)
    witness.sign(folder, AT)
    # whoever rewrites what the witness keeps cannot sign it
    kept = witness.folder / COSIGNED
    kept.write_text(
        cosign(export(folder, OTHER, log_key), "office", Ed25519PrivateKey.generate(), AT), encoding="utf-8"
    )
    with pytest.raises(Refused, match="no cosignature"):
        witness.sign(folder, AT)


def test_a_cosignature_is_written_as_c2sp_says_and_no_changed_byte_is_accepted() -> None:
    log_key, key = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    note = sign_checkpoint(Checkpoint(20, tree_root(LEAVES)), log_key)
    cosigned, witness = cosign(note, "office", key, AT), WitnessKey("office", key.public_key())
    body = note.partition("\n\n")[0]
    line = cosigned.splitlines()[-1].split(" ")
    blob = base64.b64decode(line[2])
    public = b"\x04" + key.public_key().public_bytes_raw()
    assert line[:2] == ["—", "office"]
    assert blob[:4] == hashlib.sha256(b"office\n" + public).digest()[:4]
    assert blob[4:12] == AT.to_bytes(8, "big")
    key.public_key().verify(blob[12:], f"cosignature/v1\ntime {AT}\n{body}\n".encode())
    assert str(witness) == f"office+{blob[:4].hex()}+{base64.b64encode(public).decode()}"
    assert read_witness_key(f"{witness}\n") == witness
    verifier.require_cosignature(cosigned, str(witness))
    for at in range(len(blob)):
        changed = base64.b64encode(blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]).decode()
        rejected(cosigned.replace(line[2], changed), witness)
    for text in (note, cosigned.replace("\n20\n", "\n21\n"), cosigned.replace("— office", "— other"), "", "x\n\n— office !\n",
                 cosigned.replace(line[2], line[2][:-8]), cosign(note, "office", log_key, AT)):  # fmt: skip
        rejected(text, witness)


def rejected(note: str, witness: WitnessKey) -> None:
    """Check that both verifications reject it."""
    with pytest.raises(NoteRejected):
        cosigned_at(note, witness)
    with pytest.raises(verifier.Rejected):
        verifier.require_cosignature(note, str(witness))


@pytest.mark.parametrize("text", ["", "office", "office+00+AAAA", "office+00000000+!!", "a b+1+2"])
def test_a_text_that_is_no_key_of_a_witness_is_rejected(text: str) -> None:
    with pytest.raises(NoteRejected):
        read_witness_key(text)
    log_key = Ed25519PrivateKey.generate()
    with pytest.raises(verifier.Rejected):
        verifier.require_cosignature(cosign(sign_checkpoint(Checkpoint(0, b""), log_key), "office", log_key, AT), text)


def test_the_key_of_a_log_is_no_key_of_a_witness() -> None:
    witness = WitnessKey("office", Ed25519PrivateKey.generate().public_key())
    name, hashed, encoded = str(witness).split("+", 2)
    as_log_key = base64.b64encode(b"\x01" + base64.b64decode(encoded)[1:]).decode()
    with pytest.raises(NoteRejected):
        read_witness_key(f"{name}+{hashed}+{as_log_key}")


def run(*words: object) -> Result:
    return CliRunner().invoke(log, ["witness", *map(str, words)])


def test_the_command_cosigns_and_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIMAMORI_HOME", str(tmp_path / "home"))
    log_key = load_or_create_key(tmp_path / "log.pem")
    words = (tmp_path / "exported", "--log-key", tmp_path / "log.pub", "--state", tmp_path / "state")
    export(tmp_path / "exported", LEAVES[:9], log_key)
    signed = run(*words, "--key", tmp_path / "witness.pem")
    assert (signed.exit_code, signed.stdout) == (0, "9 leaves cosigned\n")
    assert run(*words, "--key", tmp_path / "witness.pem").stdout == "9 leaves were cosigned before\n"
    vkey = (tmp_path / "witness.vkey").read_text(encoding="utf-8")
    verifier.require_cosignature((tmp_path / "state" / COSIGNED).read_text(encoding="utf-8"), vkey)
    export(tmp_path / "exported", OTHER[:10], log_key)
    refused = run(*words, "--key", tmp_path / "witness.pem")
    assert refused.exit_code == 1
    assert "fork" in refused.output
    # the service cannot sign as its own witness: neither with its key, nor with a key in its home
    assert run(*words, "--key", tmp_path / "log.pem").exit_code == 2
    assert run(*words, "--key", tmp_path / "home" / "witness.pem").exit_code == 2
    assert run(*words, "--key", tmp_path / "witness.pem", "--name", "a b").exit_code == 2
    assert (
        run(tmp_path, "--log-key", tmp_path / "log.pem", *words[3:], "--key", tmp_path / "witness.pem").exit_code == 1
    )
    assert run(*words, "--key", tmp_path / "log.pub").exit_code == 1
    assert not any("witness" in variable.name.lower() for variable in VARIABLES)
