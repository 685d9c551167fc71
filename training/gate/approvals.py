"""Who said that this model may serve? Approvals, each bound to what it was given for and sealed with the signing key.

MLflow keeps them and is not trusted with them: whoever can write in its store can neither add an approval nor move one.
A name is what somebody typed (`training.gate.signatories`); that two names are two people is for those to see to who let
people onto the machine that holds the key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features.settings import Settings
from training.gate.reigns import one_at_a_time
from training.gate.signatories import same_person
from training.gate.verdict import Waiver
from training.tracking.registry import Registry

APPROVALS = "approvals"
_PURPOSE = "mimamori approval 1"


def scope_of(
    *, subject: str, version: str, bundle: str, policy: str, champion: str, waiver: Waiver | None, demo: bool
) -> dict[str, str]:
    """Return what an approval is for. Under any other bundle, policy, champion to beat, waiver or mode it does not count."""
    signed = "" if waiver is None else f"{waiver.who}: {waiver.why} ({', '.join(sorted(waiver.codes)) or 'any line'})"
    return {
        "purpose": _PURPOSE, "subject": subject, "version": version, "bundle": bundle, "policy": policy,
        "champion": champion, "waiver": signed, "mode": "demonstration" if demo else "service",
    }  # fmt: skip


def approved(registry: Registry, scope: Mapping[str, str], key: Ed25519PrivateKey) -> list[str]:
    """Return who approved so far; whatever the signing key did not seal for this very scope is passed over."""
    try:
        noted = json.loads(registry.notes(scope["subject"], scope["version"]).get(APPROVALS, "[]"))
        pairs = [(str(one["who"]), str(one["seal"])) for one in noted]
    except (ValueError, TypeError, KeyError):
        return []
    held: list[str] = []
    for who, seal in pairs:
        if _sealed(who, seal, scope, key) and not _among(who, held):
            held.append(who)
    return held


def approve(
    registry: Registry, settings: Settings, scope: Mapping[str, str], key: Ed25519PrivateKey, names: Sequence[str]
) -> list[str]:
    """Record who approves, each person once, and return everybody who did so far; of two at one moment, both."""
    with one_at_a_time(settings):
        held = approved(registry, scope, key)
        for name in names:
            if not _among(name, held):
                held.append(name)
        noted = [{"who": who, "seal": key.sign(_told(who, scope)).hex()} for who in held]
        registry.note(scope["subject"], scope["version"], APPROVALS, noted)
    return held


def signer_fault(waiver: Waiver | None, approvers: Sequence[str], *, trainer: str | None) -> str | None:
    """Say why a waiver is nobody's word: its signer answers for the model as an approver, and did not train it."""
    if waiver is None:
        return None
    if trainer is not None and same_person(waiver.who, trainer):
        return f"the waiver is signed by {waiver.who}, who trained the model ({trainer}); another approver must sign it"
    if not _among(waiver.who, approvers):
        return (
            f"the waiver is signed by {waiver.who}, who is none of its approvers ({', '.join(approvers) or 'nobody yet'}); "
            "who signs it approves first, or in the same command with --approver"
        )
    return None


def objections(approvers: Sequence[str], *, trainer: str | None, held: Sequence[str]) -> list[str]:
    """Say which of these approvers count for nobody, and why.

    Parameters
    ----------
    trainer
        Who trained the model; None where nobody said.
    held
        Who approved before. Saying one's approval again, in the same spelling, is no fault.
    """
    found = [
        f"{who} cannot approve what {trainer} trained: who trained a model cannot approve it, others must"
        for who in approvers
        if trainer is not None and same_person(who, trainer)
    ]
    seen = list(held)
    for who in approvers:
        other = next((one for one in seen if same_person(who, one)), None)
        if other is None:
            seen.append(who)
        elif who not in held:
            found.append(f"{who} and {other} may be one person and count once")
    return found


def _among(name: str, held: Sequence[str]) -> bool:
    return any(same_person(name, one) for one in held)


def _told(who: str, scope: Mapping[str, str]) -> bytes:
    return rfc8785.dumps({"who": who, **scope})


def _sealed(who: str, seal: str, scope: Mapping[str, str], key: Ed25519PrivateKey) -> bool:
    try:
        key.public_key().verify(bytes.fromhex(seal), _told(who, scope))
    except (InvalidSignature, ValueError):
        return False
    return True
