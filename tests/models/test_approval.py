from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.approval import (
    Approval,
    NotApproved,
    Stage,
    Terms,
    TrialEnded,
    approval_path,
    read_approval,
    write_approval,
)

KEY, OTHER_KEY = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
DAY = dt.date(2013, 1, 1)
SHA256, OTHER_SHA256 = "a" * 64, "b" * 64
TRIAL = Terms(Stage.TRIAL, 0.2, DAY + dt.timedelta(days=30))
FULL = Approval("visa", "3", SHA256, Terms(), "10", "c" * 64, ("E1", "E2"), "", "service", DAY)


def read(home: Path, today: dt.date = DAY) -> Approval:
    return read_approval(home, "visa", SHA256, trusted=[KEY.public_key()], today=today)


@pytest.mark.parametrize("terms", [Terms(), TRIAL])
def test_an_approval_is_read_as_it_was_written(tmp_path: Path, terms: Terms) -> None:
    write_approval(tmp_path, replace(FULL, terms=terms), KEY)
    assert read(tmp_path) == replace(FULL, terms=terms)


def test_the_file_is_canonical_json_with_every_field_signed(tmp_path: Path) -> None:
    write_approval(tmp_path, FULL, KEY)
    content = {**FULL.as_json(), "purpose": "mimamori bundle approval 1"}
    signature = KEY.sign(rfc8785.dumps(content)).hex()  # Ed25519 signatures have no random part
    expected = rfc8785.dumps({"approval": content, "signature": signature})
    assert approval_path(tmp_path, "visa", SHA256).read_bytes() == expected


def move(path: Path, name: str) -> None:
    path.rename(path.with_name(name))


def rewrite(before: bytes, after: bytes) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        content = path.read_bytes()
        assert before in content
        path.write_bytes(content.replace(before, after, 1))

    return change


CASES: list[tuple[str, Approval, Ed25519PrivateKey, Callable[[Path], object], str]] = [
    ("missing", FULL, KEY, Path.unlink, "signed but not approved; mimamori promote visa"),
    ("another approver", FULL, KEY, rewrite(b'"E2"', b'"E3"'), "altered"),
    ("another stage", replace(FULL, terms=TRIAL), KEY, rewrite(b'"trial"', b'"full"'), "altered"),
    ("a later end", replace(FULL, terms=TRIAL), KEY, rewrite(b"2013-01-31", b"2014-01-31"), "altered"),
    ("spaces", FULL, KEY, rewrite(b":", b": "), "altered"),
    ("a field less", FULL, KEY, rewrite(b',"waiver":""', b""), "altered"),
    ("no JSON", FULL, KEY, lambda path: path.write_bytes(b"{"), "altered"),
    ("no object", FULL, KEY, lambda path: path.write_bytes(b"[]"), "altered"),
    ("nested", FULL, KEY, lambda path: path.write_bytes(b"[" * 90_000), "altered"),
    ("too large", FULL, KEY, lambda path: path.write_bytes(b" " * 200_000), "altered"),
    ("untrusted key", FULL, OTHER_KEY, lambda path: None, "no trusted key"),
    ("small random share", replace(FULL, terms=replace(TRIAL, random_share=0.1)), KEY, lambda path: None, "random share of 0.1"),
    ("no end", replace(FULL, terms=replace(TRIAL, until=None)), KEY, lambda path: None, "an end on None"),
    ("far end", replace(FULL, terms=replace(TRIAL, until=DAY.replace(year=2015))), KEY, lambda path: None, "1 to 365 days"),
    ("full with an end", replace(FULL, terms=replace(TRIAL, stage=Stage.FULL)), KEY, lambda path: None, "only a trial"),
]  # fmt: skip


@pytest.mark.parametrize(("approval", "key", "change", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])  # fmt: skip
def test_without_a_valid_approval_a_bundle_is_refused(
    tmp_path: Path, approval: Approval, key: Ed25519PrivateKey, change: Callable[[Path], object], expected: str
) -> None:
    write_approval(tmp_path, approval, key)
    change(approval_path(tmp_path, "visa", SHA256))
    with pytest.raises(NotApproved, match=expected):
        read(tmp_path)


@pytest.mark.parametrize("other", [replace(FULL, bundle_sha256=OTHER_SHA256), replace(FULL, subject="entry")])
def test_the_approval_of_another_bundle_or_subject_does_not_count(tmp_path: Path, other: Approval) -> None:
    write_approval(tmp_path, other, KEY)
    path = approval_path(tmp_path, other.subject, other.bundle_sha256)
    move(path, approval_path(tmp_path, "visa", SHA256).name)
    with pytest.raises(NotApproved, match="for another model"):
        read(tmp_path)


def test_a_trial_serves_on_its_last_day_and_not_after(tmp_path: Path) -> None:
    write_approval(tmp_path, replace(FULL, terms=TRIAL), KEY)
    assert read(tmp_path, dt.date(2013, 1, 31)).terms == TRIAL
    with pytest.raises(TrialEnded, match="its trial ended on 2013-01-31"):
        read(tmp_path, dt.date(2013, 2, 1))


@pytest.mark.parametrize(
    ("random_share", "days", "fault"),
    [(0.15, 365, None), (0.149, 365, "random share"), (1.01, 30, "random share"), (0.2, 366, "an end"), (0.2, 0, "an end")],
)  # fmt: skip
def test_the_declarations_of_a_trial_have_limits(random_share: float, days: int, fault: str | None) -> None:
    given = Terms(Stage.TRIAL, random_share, DAY + dt.timedelta(days=days)).fault(DAY)
    assert given is None if fault is None else fault in str(given)


def test_a_later_approval_replaces_the_earlier_one(tmp_path: Path) -> None:
    for terms in (TRIAL, Terms()):
        write_approval(tmp_path, replace(FULL, terms=terms), KEY)
    assert read(tmp_path).terms.stage is Stage.FULL
