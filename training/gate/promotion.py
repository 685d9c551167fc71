"""How does a model come to serve, and how does it leave? The gate, the approvals of two people, and the way back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.catalogue import catalogue
from features.settings import Settings
from models.bundle import Bundle, BundleRejected, copy_bundle, load_bundle
from models.signing import Ed25519Key, load_or_create_key
from training.gate.evidence import EVIDENCE, EVIDENCE_VERSION, evidence_hash
from training.gate.model_card import model_card
from training.gate.policy import Policy
from training.gate.reigns import (
    announce,
    champion_hash,
    kept_at,
    one_at_a_time,
    place_of,
    settled,
    write_reigns,
)  # fmt: skip
from training.gate.sealed_part import NOT_COMPARED, SEALED, against_champion
from training.gate.verdict import Line, Verdict, Waiver, judge, verdict_of
from training.tracking.registry import NoSuchModel, Registry

GATE, EVIDENCE_FOLDER, WAIVER = "gate", "evidence", "waiver"


class NotLetIn(Exception):
    """Raised when a model may not serve; says which line failed, with its figures."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A challenger with verified files and evidence, what the gate says of it, and the hash of the champion it met."""

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

    @property
    def verdict(self) -> Verdict:
        """What the gate says of it in one word."""
        return verdict_of(self.lines, demo=self.demo)

    @property
    def may_serve(self) -> bool:
        """Whether every line of the policy holds or is waived."""
        return self.verdict is not Verdict.REFUSED

    @property
    def serves(self) -> bool:
        """Whether it is itself the champion that it met."""
        return self.bundle.sha256 == self.champion


def examine(
    registry: Registry, settings: Settings, policy: Policy, *, subject: str, version: str, place: Path,
    waiver: Waiver | None, demo: bool = False,
) -> Candidate:  # fmt: skip
    """Fetch a version into ``place``, verify it, compare it with the champion and judge it.

    Raises
    ------
    NotLetIn
        If its files or its evidence are missing or were changed.
    """
    key = load_or_create_key(settings.signing_key_path)
    try:
        folder = registry.download(subject, version, place)
        told = registry.download(subject, version, place, EVIDENCE_FOLDER)
        bundle = load_bundle(folder, trusted=[key.public_key()], catalogue=catalogue(subject))
    except (NoSuchModel, BundleRejected) as error:
        raise NotLetIn(f"{subject} version {version} cannot be judged: {error}") from None
    if bundle.about.get("evidence_sha256") != evidence_hash(told):
        raise NotLetIn(
            f"{subject} version {version} cannot be judged: its evidence is not the one that was signed with it; "
            "train it again"
        )
    evidence = json.loads((told / EVIDENCE).read_bytes())
    if evidence.get("evidence_version") != EVIDENCE_VERSION:
        raise NotLetIn(
            f"{subject} version {version} cannot be judged: its evidence was gathered by another version of Mimamori, "
            "and its figures mean something else; train it again"
        )
    champion, gain = _against_the_champion(settings, key, bundle, version, told, policy)
    evidence["gain"].pop("champion", None)
    if gain is not None:
        evidence["gain"]["champion"] = gain
    lines = judge(evidence, policy, waiver)
    return Candidate(subject, version, folder, bundle, evidence, lines, policy, waiver, champion, demo)


def record(registry: Registry, candidate: Candidate, approvals: Sequence[str]) -> None:
    """Keep with the version what the gate said, and the model card that prints it."""
    with tempfile.TemporaryDirectory() as place:
        lines = [line.as_json() for line in candidate.lines]
        said = {
            "policy": candidate.policy.sha256, "verdict": candidate.verdict.value, "lines": lines,
            "approvals": list(approvals),
        }  # fmt: skip
        (Path(place) / "gate.json").write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        card = model_card(
            catalogue(candidate.subject), candidate.evidence, candidate.bundle.about,
            lines=candidate.lines, approvals=approvals, demo=candidate.demo,
        )  # fmt: skip
        (Path(place) / "model_card.md").write_text(card, encoding="utf-8")
        registry.keep(candidate.subject, candidate.version, Path(place), GATE)
    waived = [line for line in candidate.lines if line.waiver]
    signed = f"{waived[0].waiver} ({', '.join(line.code for line in waived)})" if waived else ""
    if waived or WAIVER in registry.notes(candidate.subject, candidate.version):  # one of an earlier judgement goes
        registry.note(candidate.subject, candidate.version, WAIVER, signed[:4_000])
    registry.note(candidate.subject, candidate.version, GATE, candidate.verdict.value)


def crown(settings: Settings, candidate: Candidate) -> None:
    """Let a model serve; MLflow need not answer. Every model that ever served is kept, so that its decisions can be recomputed.

    Raises
    ------
    NotLetIn
        If another model became champion since this one was compared with the champion.
    """
    subject, sha256 = candidate.subject, candidate.bundle.sha256
    with one_at_a_time(settings):
        settled(settings, subject)
        if champion_hash(settings, subject) != candidate.champion:
            raise NotLetIn(
                f"{subject} has another champion than the one it was compared with; "
                "the champion is unchanged, promote again"
            )
        if not kept_at(settings, sha256).exists():
            copy_bundle(candidate.folder, kept_at(settings, sha256))
        announce(settings, subject, candidate.version, sha256)
        copy_bundle(candidate.folder, place_of(settings, subject))
        settled(settings, subject)


def step_back(settings: Settings, subject: str) -> str:
    """Let the champion before this one serve again, from the copy kept here; MLflow need not answer.

    Where the files of the champion on record are gone, or others are in their place, its own are brought back instead;
    so a way back that was broken off is finished by being asked for again, whoever served meanwhile.

    Returns
    -------
    str
        Its version.

    Raises
    ------
    NotLetIn
        If there is no champion or no earlier one, or its files were changed.
    """
    with one_at_a_time(settings):
        reigns = settled(settings, subject)
        past = reigns.get(subject, [])
        if not past:
            raise NotLetIn(f"there is no champion for {subject}")
        if champion_hash(settings, subject) == past[-1]["sha256"]:
            past = past[:-1]
        if not past:
            raise NotLetIn(f"{subject} has no earlier champion to go back to; the champion is unchanged")
        before = past[-1]
        kept = kept_at(settings, before["sha256"])
        key = load_or_create_key(settings.signing_key_path).public_key()
        try:
            load_bundle(kept, trusted=[key], catalogue=catalogue(subject))
        except BundleRejected as error:
            raise NotLetIn(
                f"{subject} version {before['version']} is refused: {error}; the champion is unchanged"
            ) from None
        # the record first: the other way round, a kill in between would make the next way back one to the model left
        write_reigns(settings, reigns | {subject: past})
        copy_bundle(kept, place_of(settings, subject))
        return before["version"]


def _against_the_champion(
    settings: Settings, key: Ed25519Key, bundle: Bundle, version: str, told: Path, policy: Policy
) -> tuple[str, dict[str, Any] | None]:
    """Return the champion's hash and the gain over it; nothing of either where none ever served.

    Raises
    ------
    NotLetIn
        If a champion is on record and other files, or none, are in its place.
    """
    place = place_of(settings, bundle.subject)
    with one_at_a_time(settings):
        past = settled(settings, bundle.subject, {bundle.sha256: version}).get(bundle.subject, [])
        serving = champion_hash(settings, bundle.subject)
    if past and past[-1]["sha256"] != serving:
        raise NotLetIn(
            f"{bundle.subject} version {past[-1]['version']} is champion on record, but {'other' if serving else 'no'} "
            "files are in its place, and nothing can be compared with it; "
            f"`mimamori rollback {bundle.subject}` brings its files back, and said again the champion before it"
        )
    if not serving:
        return serving, None
    try:
        champion = load_bundle(place, trusted=[key.public_key()], catalogue=bundle.catalogue)
    except BundleRejected:
        # one made for another catalogue cannot be compared
        return serving, dict(NOT_COMPARED)
    return serving, against_champion(
        told / SEALED,
        key,
        lambda values: bundle.explain(values).score,
        lambda values: champion.explain(values).score,
        trained_until_us=int(str(champion.about.get("learned_until_us", champion.about["trained_until_us"]))),
        capacity=policy.capacity,
    )
