"""Who approved this model? Approvals, each bound to its scope and sealed with the signing key.

MLflow stores them and is not trusted: a writer in its store can neither add nor move an approval.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features.settings import Settings
from models.approval import DEMONSTRATION, SERVICE, Terms
from training.gate.champions import champion_lock
from training.gate.persons import same_person
from training.gate.verdict import Waiver
from training.tracking.registry import Registry

APPROVALS = "approvals"
_PURPOSE = "mimamori approval 2"


def scope_of(
    *, subject: str, version: str, bundle: str, policy: str, champion: str, waiver: Waiver | None, demo: bool, terms: Terms
) -> dict[str, str]:  # fmt: skip
    """Scope of an approval; it does not count for another bundle, policy, champion, waiver, mode, stage or declaration."""
    return {
        "purpose": _PURPOSE, "subject": subject, "version": version, "bundle": bundle, "policy": policy,
        "champion": champion, "waiver": waiver_text(waiver), "mode": mode_of(demo=demo), "stage": terms.stage.value,
        "random_share": str(terms.random_share or ""), "until": str(terms.until or ""),
    }  # fmt: skip


def waiver_text(waiver: Waiver | None) -> str:
    """Signer, reason and lines of a waiver; empty without one."""
    return "" if waiver is None else f"{waiver.who}: {waiver.why} ({', '.join(sorted(waiver.codes)) or 'any line'})"


def mode_of(*, demo: bool) -> str:
    """Mode in which a model is approved."""
    return DEMONSTRATION if demo else SERVICE


def approved(registry: Registry, scope: Mapping[str, str], key: Ed25519PrivateKey) -> list[str]:
    """Ids of the people whose approval is sealed for this scope; all others are ignored."""
    try:
        notes = json.loads(registry.notes(scope["subject"], scope["version"]).get(APPROVALS, "[]"))
        pairs = [(str(note["who"]), str(note["seal"])) for note in notes]
    except (ValueError, TypeError, KeyError):
        return []
    held: list[str] = []
    for who, seal in pairs:
        if _sealed(who, seal, scope, key) and not _among(who, held):
            held.append(who)
    return held


def approve(
    registry: Registry, settings: Settings, scope: Mapping[str, str], key: Ed25519PrivateKey, people: Sequence[str]
) -> list[str]:
    """Record approvals, each person once, and return the ids of all approvers; safe for two commands at a time."""
    with champion_lock(settings):
        held = approved(registry, scope, key)
        for who in people:
            if not _among(who, held):
                held.append(who)
        notes = [{"who": who, "seal": key.sign(_content(who, scope)).hex()} for who in held]
        registry.note(scope["subject"], scope["version"], APPROVALS, notes)
    return held


def waiver_fault(waiver: Waiver | None, approvers: Sequence[str], *, trainer: str | None) -> str | None:
    """Reason why a waiver does not count: its signer must be an approver, and not the trainer."""
    if waiver is None:
        return None
    if trainer is not None and same_person(waiver.who, trainer):
        return f"the waiver is signed by {waiver.who}, who trained the model; another approver must sign it"
    if not _among(waiver.who, approvers):
        return (
            f"the waiver is signed by {waiver.who}, who is none of its approvers ({', '.join(approvers) or 'nobody yet'}); "
            f"add --approver {waiver.who}"
        )
    return None


def objections(approvers: Sequence[str], *, trainer: str | None) -> list[str]:
    """Reasons why approvers do not count: the trainer (None if not recorded), or an id given twice."""
    faults = [
        f"{who} cannot approve: who trained a model cannot approve it"
        for who in approvers
        if trainer is not None and same_person(who, trainer)
    ]
    twice = [who for at, who in enumerate(approvers) if _among(who, approvers[:at])]
    return faults + [f"{who} is given twice and counts once" for who in twice]


def _among(who: str, held: Sequence[str]) -> bool:
    return any(same_person(who, other) for other in held)


def _content(who: str, scope: Mapping[str, str]) -> bytes:
    return rfc8785.dumps({"who": who, **scope})


def _sealed(who: str, seal: str, scope: Mapping[str, str], key: Ed25519PrivateKey) -> bool:
    try:
        key.public_key().verify(bytes.fromhex(seal), _content(who, scope))
    except (InvalidSignature, ValueError):
        return False
    return True
