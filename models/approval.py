"""May this very bundle serve? Its signed approval: who approved which stage, and when a trial ends.

Promotion writes it and serving reads it. An approval counts for a single bundle and subject; a changed byte voids it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from models.signatures import verify

FOLDER = "approvals"
MIN_RANDOM_SHARE, DEFAULT_RANDOM_SHARE = 0.15, 0.2
MAX_TRIAL_DAYS, DEFAULT_TRIAL_DAYS = 365, 180
DEMONSTRATION, SERVICE = "demonstration", "service"
_PURPOSE = "mimamori bundle approval 1"
_SIZE_LIMIT = 100_000


class NotApproved(Exception):
    """Raised where a bundle may not serve; states the reason and the next command."""


class TrialEnded(NotApproved):
    """Raised after the last day of a trial, ``until``."""

    def __init__(self, subject: str, until: dt.date) -> None:
        super().__init__(f"its trial ended on {until}; mimamori promote {subject}, or --stage trial --until DATE again")
        self.until = until


class Stage(StrEnum):
    """Stage at which officers see a model; in shadow they see none, and no approval is needed."""

    TRIAL = "trial"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Terms:
    """Stage of an approval, and what a trial declares; both declarations are None in full.

    Attributes
    ----------
    random_share
        Share of interview slots that are drawn at random.
    until
        Last day of the trial.
    """

    stage: Stage = Stage.FULL
    random_share: float | None = None
    until: dt.date | None = None

    def fault(self, today: dt.date) -> str | None:
        """What is wrong with terms that are declared today; None if nothing.

        >>> Terms(Stage.TRIAL, 0.1, dt.date(2013, 1, 31)).fault(dt.date(2013, 1, 1))
        'a random share of 0.1; expected 0.15 to 1'
        """
        if self.stage is Stage.FULL:
            return None if (self.random_share, self.until) == (None, None) else "only a trial has declarations"
        if self.random_share is None or not MIN_RANDOM_SHARE <= self.random_share <= 1.0:
            return f"a random share of {self.random_share}; expected {MIN_RANDOM_SHARE} to 1"
        if self.until is None or not 0 < (self.until - today).days <= MAX_TRIAL_DAYS:
            return f"an end on {self.until}; expected 1 to {MAX_TRIAL_DAYS} days from {today}"
        return None


FULL = Terms()


@dataclass(frozen=True, slots=True)
class Approval:
    """Approval of a bundle.

    Attributes
    ----------
    version
        Number in the registry.
    bundle_sha256, policy_sha256
        Hash of the manifest, and of the policy file.
    waiver
        Signer, reason and lines of a waiver; empty without one.
    mode
        ``service`` or ``demonstration``.
    """

    subject: str
    version: str
    bundle_sha256: str
    terms: Terms
    policy_version: str
    policy_sha256: str
    approvers: tuple[str, ...]
    waiver: str
    mode: str
    approved_on: dt.date

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values, days in ISO format."""
        flat = asdict(self)
        flat |= {**flat.pop("terms"), "approvers": list(self.approvers)}
        return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in flat.items()}


def write_approval(home: Path, approval: Approval, key: Ed25519PrivateKey) -> None:
    """Sign an approval and store it in the home folder, in place of an earlier approval of the same bundle."""
    content = {"purpose": _PURPOSE, **approval.as_json()}
    path = approval_path(home, approval.subject, approval.bundle_sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_suffix(".new")
    with staged.open("wb") as file:
        file.write(rfc8785.dumps({"approval": content, "signature": key.sign(rfc8785.dumps(content)).hex()}))
        file.flush()
        os.fsync(file.fileno())
    staged.replace(path)


def read_approval(
    home: Path, subject: str, sha256: str, *, trusted: Sequence[Ed25519PublicKey], today: dt.date
) -> Approval:
    """Approval of a bundle that may serve today.

    Raises
    ------
    NotApproved
        If there is none, it was altered, no trusted key signed it, it is of another bundle or subject, or its trial ended.
    """
    next_command = f"mimamori promote {subject} --approver PERSON_ID"
    path = approval_path(home, subject, sha256)
    if not path.is_file():
        raise NotApproved(f"signed but not approved; {next_command}")
    try:
        approval = _verified(path, trusted)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotApproved(f"its approval was altered, or no trusted key signed it; {next_command}") from None
    if (approval.subject, approval.bundle_sha256) != (subject, sha256):
        raise NotApproved(
            f"its approval is for another model ({approval.subject} {approval.bundle_sha256[:12]}); {next_command}"
        )
    fault = approval.terms.fault(approval.approved_on)
    if fault is not None:
        raise NotApproved(f"its approval declares {fault}; {next_command}")
    until = approval.terms.until
    if until is not None and today > until:
        raise TrialEnded(subject, until)
    return approval


def approval_path(home: Path, subject: str, sha256: str) -> Path:
    """File of the approval of a bundle."""
    return home / FOLDER / f"{subject}-{sha256}.json"


def _verified(path: Path, trusted: Sequence[Ed25519PublicKey]) -> Approval:
    """Approval of a file as it was signed; raises any of several errors otherwise."""
    if path.stat().st_size > _SIZE_LIMIT:
        raise ValueError("too large")
    content = path.read_bytes()
    given = json.loads(content)
    signature, entries = bytes.fromhex(given["signature"]), given["approval"]
    signed = rfc8785.dumps(entries)
    # the exact bytes that promotion wrote: a file in another spelling was touched by another program
    canonical = content == rfc8785.dumps({"approval": entries, "signature": signature.hex()})
    if not canonical or not any(verify(key, signature, signed) for key in trusted):
        raise ValueError("altered, or signed by another key")
    if entries.pop("purpose") != _PURPOSE:
        raise ValueError("signed for another purpose")
    until = entries.pop("until")
    terms = Terms(
        Stage(entries.pop("stage")),
        entries.pop("random_share"),
        None if until is None else dt.date.fromisoformat(until),
    )
    return Approval(
        **{
            **entries, "terms": terms, "approvers": tuple(entries["approvers"]),
            "approved_on": dt.date.fromisoformat(entries["approved_on"]),
        }
    )  # fmt: skip
