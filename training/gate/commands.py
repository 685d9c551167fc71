"""Commands about who serves: promote a challenger through the gate, and step back to the champion before."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from features.command_line import Problem
from features.settings import Settings
from models.signing import load_or_create_key
from training.gate.approvals import approve, approved, objections, scope_of, signer_fault
from training.gate.model_card import NOT_RECORDED
from training.gate.policy import POLICY_FILE, PolicyRejected, looser, read_policy
from training.gate.promotion import Candidate, NotLetIn, crown, examine, record, step_back
from training.gate.signatories import NotSigned, same_person, signed_name, signed_reason
from training.gate.verdict import Line, Outcome, Waiver
from training.tracking.registry import CHALLENGER, CHAMPION, NoSuchModel, Registry

_DEMO_APPROVER = "demonstration"
_IN_ORDER = (Outcome.HOLDS, Outcome.WAIVED, Outcome.NO_EVIDENCE, Outcome.FAILS)
"""What stands in the way is printed last, where a terminal still shows it."""


@click.command()
@click.argument("model", metavar="MODEL")
@click.option(
    "--approver",
    "approvers",
    multiple=True,
    metavar="NAME",
    help="Who approves; two different people must, and not who trained it. An address or number that is issued to one "
    "person serves best. May be repeated; the second may come in a later run.",
)
@click.option(
    "--waiver", metavar="WHO: WHY", help="Signed: let it serve although evidence is missing. On the model card."
)
@click.option("--waive", "codes", multiple=True, metavar="LINE", help="Restrict the waiver to this line of the policy.")
@click.option(
    "--policy", "policy_path", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=POLICY_FILE,
    help="Another policy file than the one delivered: it may be stricter. Where it is looser it only judges, and nobody is let in.",
)  # fmt: skip
@click.option(
    "--demo", is_flag=True, envvar="MIMAMORI_DEMO",
    help="A demonstration, on a synthetic world alone: no approver needed, and a waiver also covers lines that fail.",
)  # fmt: skip
def promote(
    model: str, approvers: tuple[str, ...], waiver: str | None, codes: tuple[str, ...], policy_path: Path, demo: bool
) -> None:
    """Judge MODEL (visa, entry, visa@VERSION …) and let it serve as champion if every line of the policy holds."""
    subject, which = _parsed(model)
    signed = _waiver(waiver, codes, demo=demo)
    people = tuple(_name("--approver", name) for name in approvers)
    try:
        policy = read_policy(policy_path)
        weaker = looser(policy, read_policy())
    except PolicyRejected as error:
        raise Problem(f"the policy is refused: {error}") from None
    unknown = set(codes) - {line.code for line in policy.lines}
    if unknown:
        raise click.UsageError(f"--waive {sorted(unknown)[0]}: the policy has no such line")
    settings = Settings.from_environment()
    registry = Registry(settings)
    with tempfile.TemporaryDirectory() as place:
        try:
            version, _ = registry.find(subject, which)
            click.echo(f"{subject} version {version}: comparing with champion and policy …", err=True)
            candidate = examine(
                registry,
                settings,
                policy,
                subject=subject,
                version=version,
                place=Path(place),
                waiver=signed,
                demo=demo,
            )
        except (NoSuchModel, NotLetIn) as error:
            raise Problem(str(error)) from None
        _decide(registry, settings, candidate, people, weaker=weaker)


@click.command()
@click.argument("subject", type=click.Choice(["visa", "entry"]))
def rollback(subject: str) -> None:
    """Let the champion before this one serve again, at once; or this one, where its files are gone or others in their place."""
    settings = Settings.from_environment()
    try:
        version = step_back(settings, subject)
    except NotLetIn as error:
        raise Problem(str(error)) from None
    click.echo(f"{subject} version {version} is champion again")
    try:
        Registry(settings).crown(subject, version)
    except Exception as error:  # serving has gone back already, whatever MLflow says
        raise Problem(
            f"MLflow's alias could not be moved ({type(error).__name__}); move {subject}@champion to {version}"
        ) from None


def _decide(
    registry: Registry, settings: Settings, candidate: Candidate, approvers: tuple[str, ...], *, weaker: list[str]
) -> None:
    name, demo = f"{candidate.subject} version {candidate.version}", candidate.demo
    if candidate.serves:
        _already(registry, candidate, name)
        return
    if demo and not candidate.evidence.get("truth_known"):
        raise Problem(
            f"{name} was judged on records whose truth nobody knows: they are no demonstration, leave out --demo"
        )
    _print(candidate.lines)
    _remark(candidate)
    trainer = str(candidate.bundle.about.get("trained_by", NOT_RECORDED))
    key = load_or_create_key(settings.signing_key_path)
    scope = scope_of(
        subject=candidate.subject, version=candidate.version, bundle=candidate.bundle.sha256, demo=demo,
        policy=candidate.policy.sha256, champion=candidate.champion, waiver=candidate.waiver,
    )  # fmt: skip
    before = approved(registry, scope, key)
    known_trainer = None if demo or trainer == NOT_RECORDED else trainer
    faults = objections(approvers, trainer=known_trainer, held=before)
    besides = "".join(f"; {one}" for one in faults)
    unsigned = None if demo else signer_fault(candidate.waiver, (*before, *approvers), trainer=known_trainer)
    if unsigned:
        raise Problem(f"{name}: {unsigned}{besides}")
    if not candidate.may_serve:
        record(registry, candidate, ())
        failed = ", ".join(line.code for line in candidate.lines if not line.holds)
        advice = "; --demo alone lets nothing pass, add --waiver 'WHO: WHY'" if demo and not candidate.waiver else ""
        raise Problem(f"{name} was not promoted ({failed}); the champion is unchanged{advice}{besides}")
    if weaker:
        raise Problem(
            f"{name} holds, but this policy asks for less than the delivered one ({', '.join(weaker)}), and lets nobody in{besides}"
        )
    if known_trainer is not None and any(same_person(who, known_trainer) for who in approvers):
        raise Problem(f"{name} passes, but no approval was recorded{besides}")
    held = approve(registry, settings, scope, key, approvers or ((_DEMO_APPROVER,) if demo else ()))
    record(registry, candidate, held)
    needed = 1 if demo else candidate.policy.approvers
    if len(held) < needed:
        missing = (
            f"{needed} different people must approve and {len(held)} did{besides}; the champion is unchanged. "
            f"Say: mimamori promote {candidate.subject}@{candidate.version} --approver NAME, with the same waiver if any"
        )
        if len(held) == len(before):
            raise Problem(f"{name} passes, but {missing}")
        click.echo(f"{name} passes and the approval is recorded, but {missing}")
        return
    try:
        crown(settings, candidate)
    except NotLetIn as error:
        raise Problem(str(error)) from None
    click.echo(f"{name} is champion, approved by {', '.join(held)}")
    _move_alias(registry, candidate)


def _print(lines: Sequence[Line]) -> None:
    """Print what stands in nobody's way in a line each, then what does, with what it asks and why nobody may sign for it."""
    for line in sorted(lines, key=lambda one: _IN_ORDER.index(one.outcome)):
        click.echo(
            f"{line.outcome.value:11} {line.code}: {line.judged if line.judged and line.holds else line.figures}"
        )
        for words in () if line.holds else (line.condition, line.no_waiver):
            if words:
                click.echo(f"{'':11} {words}")


def _remark(candidate: Candidate) -> None:
    """Say of each line named by --waive for which that changed nothing, why."""
    of = {line.code: line for line in candidate.lines}
    for code in sorted(candidate.waiver.codes if candidate.waiver else ()):
        if of[code].outcome is Outcome.HOLDS:
            click.echo(f"--waive {code}: it holds, so that nothing is waived there")
        elif of[code].outcome is Outcome.FAILS and not candidate.demo:
            click.echo(f"--waive {code}: it was seen to fail, and a waiver is for missing evidence alone")


def _already(registry: Registry, candidate: Candidate, name: str) -> None:
    """Say that a model serves; where MLflow's alias was left behind, move it."""
    try:
        named = registry.find(candidate.subject, CHAMPION)[0]
    except NoSuchModel:
        named = ""
    if named == candidate.version:
        raise Problem(f"{name} is the champion already; nothing to promote")
    _move_alias(registry, candidate)
    click.echo(f"{name} is the champion already; MLflow's alias now says so, too")


def _move_alias(registry: Registry, candidate: Candidate) -> None:
    try:
        registry.crown(candidate.subject, candidate.version)
    except Exception as error:  # it serves already, whatever MLflow says
        raise Problem(
            f"it serves, but MLflow's alias could not be moved ({type(error).__name__}); when MLflow answers again, "
            f"say: mimamori promote {candidate.subject}@{candidate.version}, which moves it"
        ) from None


def _parsed(model: str) -> tuple[str, str]:
    subject, _, which = model.partition("@")
    if subject not in {"visa", "entry"}:
        raise click.UsageError("MODEL is visa or entry, with @challenger or @VERSION if need be")
    return subject, which or CHALLENGER


def _waiver(words: str | None, codes: tuple[str, ...], *, demo: bool) -> Waiver | None:
    if words is None:
        if codes:
            raise click.UsageError("--waive goes with --waiver 'WHO: WHY'")
        return None
    who, _, why = words.partition(":")
    if not who.strip() or not why.strip():
        raise click.UsageError("--waiver needs a name and a reason: 'WHO: WHY'")
    try:
        return Waiver(_name("--waiver", who), signed_reason(why), frozenset(codes), failing_too=demo)
    except NotSigned as error:
        raise click.UsageError(f"--waiver: {error}") from None


def _name(option: str, text: str) -> str:
    try:
        return signed_name(text)
    except NotSigned as error:
        raise click.UsageError(f"{option}: {error}") from None
