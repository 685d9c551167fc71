"""Signed notes as C2SP describes them, with the public example of Go's package ``note``."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from serving.log.signed_note import (
    ORIGIN,
    Checkpoint,
    NoteRejected,
    key_hash,
    open_checkpoint,
    open_note,
    sign_checkpoint,
    sign_note,
    verifier_key,
)

NAME = "PeterNeumann"
VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
BODY = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = f"{BODY}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
PUBLIC = Ed25519PublicKey.from_public_bytes(b64decode(VERIFIER.rpartition("+")[2])[1:])
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
HEAD = Checkpoint(1234, bytes(range(32)))


def test_the_public_example_opens() -> None:
    assert key_hash(NAME, PUBLIC).hex() == "c74f20a3"
    assert verifier_key(NAME, PUBLIC) == VERIFIER
    assert open_note(NOTE, NAME, PUBLIC) == BODY


def test_a_checkpoint_is_origin_size_and_root_with_a_signature() -> None:
    note = sign_checkpoint(HEAD, KEY)
    lines = note.split("\n")
    assert lines[:4] == [ORIGIN, "1234", b64encode(HEAD.root).decode(), ""]
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert len(b64decode(lines[4].split(" ")[2])) == 4 + 64
    assert open_checkpoint(note, KEY.public_key()) == HEAD


def test_a_second_signature_and_extension_lines_do_not_disturb() -> None:
    body = sign_checkpoint(HEAD, KEY).partition("\n\n")[0] + "\nextension\n"
    note = sign_note(body, ORIGIN, KEY)
    other = Ed25519PrivateKey.generate()
    cosigned = note + sign_note(body, "office/witness", other).rpartition("\n\n")[2]
    assert open_checkpoint(cosigned, KEY.public_key()) == HEAD
    assert open_note(cosigned, "office/witness", other.public_key()) == body


def test_no_single_changed_character_of_a_checkpoint_is_accepted() -> None:
    note = sign_checkpoint(HEAD, KEY)
    for at, character in enumerate(note):
        wrong = note[:at] + ("A" if character != "A" else "B") + note[at + 1 :]
        with pytest.raises(NoteRejected):
            open_checkpoint(wrong, KEY.public_key())
        with pytest.raises(NoteRejected):
            open_checkpoint(note[:at] + note[at + 1 :], KEY.public_key())


def test_notes_of_another_form_or_key_are_refused() -> None:
    note = sign_checkpoint(HEAD, KEY)
    for wrong in (
        "",
        "\n\n",
        "text",
        note.removesuffix("\n"),
        note + "x\n",
        f"{note.partition('— ')[0]}— {ORIGIN} AAA=\n",
    ):
        with pytest.raises(NoteRejected):
            open_checkpoint(wrong, KEY.public_key())
    with pytest.raises(NoteRejected, match="no signature of the key"):
        open_checkpoint(note, Ed25519PrivateKey.generate().public_key())


@pytest.mark.parametrize(
    "body",
    [
        "other/log\n1\nAAAA\n",
        f"{ORIGIN}\n01\nAAAA\n",
        f"{ORIGIN}\n1\nAAAA\n",
        f"{ORIGIN}\n-1\nAAAA\n",
        f"{ORIGIN}\n1\nA\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_of_this_log_is_refused(body: str) -> None:
    with pytest.raises(NoteRejected):
        open_checkpoint(sign_note(body, ORIGIN, KEY), KEY.public_key())
