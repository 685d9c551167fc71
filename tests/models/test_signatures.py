from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from features.settings import Settings
from models.signatures import NoTrustedKey, load_or_create_key, trusted_keys, verify


def test_the_private_key_is_its_owners_only_and_stays_the_same(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.pem"
    first = load_or_create_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_create_key(path).private_bytes_raw() == first.private_bytes_raw()


def test_the_public_half_lies_beside_it_and_verifies_what_the_private_half_signed(tmp_path: Path) -> None:
    key = load_or_create_key(tmp_path / "signing.pem")
    [public] = trusted_keys([tmp_path / "signing.pub"])
    assert verify(public, key.sign(b"content"), b"content")
    assert b"PRIVATE" not in (tmp_path / "signing.pub").read_bytes()


def test_the_public_half_is_written_for_a_key_that_was_there_before(tmp_path: Path) -> None:
    load_or_create_key(tmp_path / "signing.pem")
    (tmp_path / "signing.pub").unlink()
    load_or_create_key(tmp_path / "signing.pem")
    assert isinstance(trusted_keys([tmp_path / "signing.pub"])[0], Ed25519PublicKey)


def test_a_changed_content_signature_or_key_does_not_verify(tmp_path: Path) -> None:
    key, other = load_or_create_key(tmp_path / "a.pem"), load_or_create_key(tmp_path / "b.pem")
    signature = key.sign(b"content")
    assert not verify(key.public_key(), signature, b"content!")
    assert not verify(other.public_key(), signature, b"content")
    assert not verify(key.public_key(), bytes([signature[0] ^ 1]) + signature[1:], b"content")
    assert not verify(key.public_key(), b"", b"content")


def test_openssl_agrees_with_a_signature(tmp_path: Path) -> None:
    key = load_or_create_key(tmp_path / "signing.pem")
    (tmp_path / "content").write_bytes(b"a manifest")
    (tmp_path / "signature").write_bytes(key.sign(b"a manifest"))
    words = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-rawin",
        "-inkey",
        "signing.pub",
        "-in",
        "content",
        "-sigfile",
        "signature",
    ]
    try:
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    assert done.returncode == 0, done.stderr


def test_only_public_ed25519_keys_are_trusted_and_a_missing_key_is_named(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    files = {
        "missing.pub": None,
        "empty.pub": b"",
        "noise.pub": b"\xff\x00noise",
        "private.pub": load_or_create_key(tmp_path / "x.pem").private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
        "curve.pub": other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    }
    for name, content in files.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(NoTrustedKey, match=name):
            trusted_keys([tmp_path / name])


def test_trusted_keys_are_those_named_or_the_key_beside_the_signing_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIMAMORI_HOME", str(tmp_path))
    monkeypatch.delenv("MIMAMORI_TRUSTED_KEYS", raising=False)
    monkeypatch.delenv("MIMAMORI_SIGNING_KEY", raising=False)
    assert Settings.from_environment().trusted == (tmp_path / "keys" / "signing.pub",)
    monkeypatch.setenv("MIMAMORI_TRUSTED_KEYS", "/etc/a.pub:/etc/b.pub")
    assert Settings.from_environment().trusted == (Path("/etc/a.pub"), Path("/etc/b.pub"))
