"""How does a model become champion, and how is it rolled back? The gate's examination, the change of champion, and its undo."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features.catalogue import catalogue
from features.settings import Settings
from models.approval import FULL, Approval, Terms, read_approval, write_approval
from models.bundle import Bundle, BundleRejected, copy_bundle, load_bundle
from models.signatures import load_or_create_key
from training.gate.approvals import mode_of, waiver_text
from training.gate.champions import (
    announce,
    archive_folder,
    champion_folder,
    champion_hash,
    champion_lock,
    settled,
    write_history,
)
from training.gate.evidence import EVIDENCE, EVIDENCE_VERSION, evidence_hash
from training.gate.model_card import model_card
from training.gate.policy import Policy
from training.gate.sealed_cases import NOT_COMPARED, SEALED, gain_over_champion
from training.gate.verdict import Line, Verdict, Waiver, evaluate_policy, verdict_of
from training.tracking.registry import NoSuchModel, Registry

GATE, EVIDENCE_FOLDER, WAIVER = "gate", "evidence", "waiver"


class NotPromoted(Exception):
    """Raised when a model may not serve; states the reason."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A challenger with verified files and evidence, its lines of the gate, and the hash of the champion at that moment.

    ``terms`` are the stage that is asked for, and what a trial declares.
    """

    subject: str
    version: str
    folder: Path
    bundle: Bundle
    evidence: Mapping[str, Any]
    lines: Sequence[Line]
    policy: Policy
    waiver: Waiver | None = None
    champion: str = ""
    demo: bool = False
    terms: Terms = FULL

    @property
    def verdict(self) -> Verdict:
        """Verdict of all lines."""
        return verdict_of(self.lines, demo=self.demo)

    @property
    def may_serve(self) -> bool:
        """Whether every line of its stage lets it pass."""
        return self.verdict is not Verdict.REFUSED

    @property
    def serves(self) -> bool:
        """Whether it is the champion itself."""
        return self.bundle.sha256 == self.champion


def examine(  # noqa: PLR0913 (each is named)
    registry: Registry, settings: Settings, policy: Policy, *, subject: str, version: str, folder: Path,
    waiver: Waiver | None, demo: bool = False, terms: Terms = FULL,
) -> Candidate:  # fmt: skip
    """Download a version into a folder, verify it, compare it with the champion and evaluate the policy.

    Raises
    ------
    NotPromoted
        If its files or its evidence are missing or were changed.
    """
    key = load_or_create_key(settings.signing_key_path)
    refused = f"{subject} v{version} cannot be evaluated"
    try:
        files = registry.download(subject, version, folder)
        papers = registry.download(subject, version, folder, EVIDENCE_FOLDER)
        bundle = load_bundle(files, trusted=[key.public_key()], catalogue=catalogue(subject))
    except (NoSuchModel, BundleRejected) as error:
        raise NotPromoted(f"{refused}: {error}") from None
    if bundle.about.get("evidence_sha256") != evidence_hash(papers):
        raise NotPromoted(f"{refused}: its evidence is not the one that was signed with it; train it again")
    evidence = json.loads((papers / EVIDENCE).read_bytes())
    if evidence.get("evidence_version") != EVIDENCE_VERSION:
        raise NotPromoted(f"{refused}: its evidence was gathered by another version of Mimamori; train it again")
    champion, gain = _against_champion(settings, key, bundle, version, papers, policy)
    evidence["gain"].pop("champion", None)
    if gain is not None:
        evidence["gain"]["champion"] = gain
    lines = evaluate_policy(evidence, policy, waiver, terms.stage)
    return Candidate(subject, version, files, bundle, evidence, lines, policy, waiver, champion, demo, terms)


def record_verdict(registry: Registry, candidate: Candidate, approvals: Sequence[str]) -> None:
    """Store the lines of the gate with the version, and the model card that prints them."""
    subject, version, verdict = candidate.subject, candidate.version, candidate.verdict.value
    gate = {
        "policy": candidate.policy.sha256, "stage": candidate.terms.stage.value, "verdict": verdict, "lines": [line.as_json() for line in candidate.lines],
        "approvals": list(approvals),
    }  # fmt: skip
    card = model_card(
        catalogue(subject), candidate.evidence, candidate.bundle.about, lines=candidate.lines, approvals=approvals,
        demo=candidate.demo,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "gate.json").write_text(json.dumps(gate, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        (Path(folder) / "model_card.md").write_text(card, encoding="utf-8")
        registry.keep(subject, version, Path(folder), GATE)
    waived = [line for line in candidate.lines if line.waiver]
    signed = f"{waived[0].waiver} ({', '.join(line.code for line in waived)})" if waived else ""
    if waived or WAIVER in registry.notes(subject, version):  # replaces that of an earlier evaluation
        registry.note(subject, version, WAIVER, signed[:4_000])
    registry.note(subject, version, GATE, verdict)


def approval_in_force(settings: Settings, subject: str, sha256: str, today: dt.date) -> Approval:
    """Approval by which a bundle may serve today; raises `NotApproved` without one."""
    key = load_or_create_key(settings.signing_key_path).public_key()
    return read_approval(settings.home, subject, sha256, trusted=[key], today=today)


def set_champion(settings: Settings, candidate: Candidate, approvers: Sequence[str], today: dt.date) -> None:
    """Sign the approval and let the model serve, without MLflow; a champion that serves gets its new approval alone.

    Every model that served is archived, so that its decisions can be recomputed.

    Raises
    ------
    NotPromoted
        If another model became champion since the comparison.
    """
    subject, sha256 = candidate.subject, candidate.bundle.sha256
    with champion_lock(settings):
        settled(settings, subject)
        if champion_hash(settings, subject) != candidate.champion:
            raise NotPromoted(
                f"{subject} has another champion than the one it was compared with; the champion is unchanged, promote again"
            )
        # before the files: a model never serves without its approval
        write_approval(
            settings.home, _approval(candidate, approvers, today), load_or_create_key(settings.signing_key_path)
        )
        if candidate.serves:
            return
        if not archive_folder(settings, sha256).exists():
            copy_bundle(candidate.folder, archive_folder(settings, sha256))
        announce(settings, subject, candidate.version, sha256)
        copy_bundle(candidate.folder, champion_folder(settings, subject))
        settled(settings, subject)


def roll_back(settings: Settings, subject: str) -> str:
    """Let the previous champion serve again, from the archive and without MLflow; returns its version.

    Where the files of the recorded champion are gone or replaced, its own are restored instead; an interrupted rollback is
    completed by the next one.

    Raises
    ------
    NotPromoted
        If there is no champion or no earlier one, or its files were changed.
    """
    with champion_lock(settings):
        history = settled(settings, subject)
        past = history.get(subject, [])
        if not past:
            raise NotPromoted(f"there is no champion for {subject}")
        if champion_hash(settings, subject) == past[-1]["sha256"]:
            past = past[:-1]
        if not past:
            raise NotPromoted(f"{subject} has no earlier champion to go back to; the champion is unchanged")
        version, archived = past[-1]["version"], archive_folder(settings, past[-1]["sha256"])
        key = load_or_create_key(settings.signing_key_path).public_key()
        try:
            load_bundle(archived, trusted=[key], catalogue=catalogue(subject))
        except BundleRejected as error:
            raise NotPromoted(f"{subject} v{version} is refused: {error}; the champion is unchanged") from None
        # the record first: otherwise a kill in between would make the next rollback return to the model left
        write_history(settings, history | {subject: past})
        copy_bundle(archived, champion_folder(settings, subject))
        return version


def _approval(candidate: Candidate, approvers: Sequence[str], today: dt.date) -> Approval:
    return Approval(
        candidate.subject, candidate.version, candidate.bundle.sha256, candidate.terms, candidate.policy.version,
        candidate.policy.sha256, tuple(approvers), waiver_text(candidate.waiver), mode_of(demo=candidate.demo), today,
    )  # fmt: skip


def _against_champion(
    settings: Settings, key: Ed25519PrivateKey, bundle: Bundle, version: str, papers: Path, policy: Policy
) -> tuple[str, dict[str, Any] | None]:
    """Hash of the champion and the recall gain over it, or over the champion before where it is the bundle itself.

    Empty without a champion; None without another to compare with.

    Raises
    ------
    NotPromoted
        If the files of the recorded champion are missing or replaced.
    """
    subject = bundle.subject
    with champion_lock(settings):
        past = settled(settings, subject, {bundle.sha256: version}).get(subject, [])
        serving = champion_hash(settings, subject)
    if past and past[-1]["sha256"] != serving:
        raise NotPromoted(
            f"{subject} v{past[-1]['version']} is champion on record, but {'other' if serving else 'no'} files serve; "
            f"`mimamori rollback {subject}` restores its files, and a second time the champion before it"
        )
    folder = _rival_folder(settings, subject, bundle.sha256, serving, past)
    if folder is None:
        return serving, None
    try:
        champion = load_bundle(folder, trusted=[key.public_key()], catalogue=bundle.catalogue)
    except BundleRejected:
        return serving, dict(NOT_COMPARED)  # a champion of another catalogue
    return serving, gain_over_champion(
        papers / SEALED, key, bundle.scorer.scores, champion.scorer.scores,
        learned_until_us=int(champion.about["learned_until_us"]), capacity=policy.capacity,
    )  # fmt: skip


def _rival_folder(
    settings: Settings, subject: str, sha256: str, serving: str, past: Sequence[Mapping[str, str]]
) -> Path | None:
    """Folder of the champion to beat; that of the champion before where the bundle itself serves, None without any.

    Otherwise a trial would be a way past the comparison with the champion that it replaced.
    """
    if serving != sha256:
        return champion_folder(settings, subject) if serving else None
    earlier = [entry["sha256"] for entry in past if entry["sha256"] != sha256]
    return archive_folder(settings, earlier[-1]) if earlier else None
