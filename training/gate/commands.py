"""`mimamori promote` and `mimamori rollback`: a challenger through the gate, and back to the champion before."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from features.command_line import Problem
from features.settings import Settings
from models.signatures import load_or_create_key
from training.evaluation.health import Health
from training.gate.approvals import approve, approved, objections, scope_of, waiver_fault
from training.gate.model_card import NOT_RECORDED
from training.gate.persons import NotSigned, person_id, reason
from training.gate.policy import POLICY_FILE, Policy, PolicyRejected, looser, read_policy
from training.gate.promotion import Candidate, NotPromoted, examine, record_verdict, roll_back, set_champion
from training.gate.verdict import Line, Outcome, Waiver
from training.tracking.registry import CHALLENGER, CHAMPION, NoSuchModel, Registry

_DEMO_APPROVER = "demonstration"
_ORDER = (Outcome.HOLDS, Outcome.WAIVED, Outcome.NO_EVIDENCE, Outcome.FAILS)
"""Lines that do not hold are printed last, where a terminal still shows them."""


@click.command()
@click.argument("model", metavar="MODEL")
@click.option("--approver", "approvers", multiple=True, metavar="PERSON_ID",
              help="Id of an approver; two different people must approve, and not the trainer. Repeatable, also in a later run.")  # fmt: skip
@click.option(
    "--waiver", metavar="PERSON_ID: WHY", help="Signed waiver of missing evidence; it is printed on the card."
)
@click.option("--waive", "codes", multiple=True, metavar="LINE", help="Restrict the waiver to this line of the policy.")
@click.option("--policy", "policy_path", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=POLICY_FILE,
              help="A stricter policy file. A looser one evaluates, and promotes nobody.")  # fmt: skip
@click.option("--demo", is_flag=True, envvar="MIMAMORI_DEMO",
              help="Demonstration on a synthetic world: no approver, and a waiver also covers lines that fail.")  # fmt: skip
def promote(
    model: str, approvers: tuple[str, ...], waiver: str | None, codes: tuple[str, ...], policy_path: Path, demo: bool
) -> None:  # fmt: skip
    """Evaluate MODEL (visa, entry, visa@VERSION …) by the policy; if every line holds it becomes champion."""
    subject, which = _parsed(model)
    signed = _waiver(waiver, codes, demo=demo)
    people = tuple(_id("--approver", who) for who in approvers)
    policy, weaker = _policy(policy_path, codes)
    settings = Settings.from_environment()
    registry = Registry(settings)
    with tempfile.TemporaryDirectory() as folder:
        try:
            version, _ = registry.find(subject, which)
            click.echo(f"{subject}: comparing v{version} with champion and policy …", err=True)
            candidate = examine(
                registry,
                settings,
                policy,
                subject=subject,
                version=version,
                folder=Path(folder),
                waiver=signed,
                demo=demo,
            )
            _decide(registry, settings, candidate, people, weaker)
        except (NoSuchModel, NotPromoted) as error:
            raise Problem(str(error)) from None


@click.command()
@click.argument("subject", type=click.Choice(["visa", "entry"]))
def rollback(subject: str) -> None:
    """Let the champion before this one serve again at once, or restore the files of this one where they are gone."""
    settings = Settings.from_environment()
    try:
        version = roll_back(settings, subject)
    except NotPromoted as error:
        raise Problem(str(error)) from None
    click.echo(f"{subject}: champion is v{version} again")
    _move_alias(settings, subject, version, f"move {subject}@champion to {version}")


def _decide(
    registry: Registry, settings: Settings, candidate: Candidate, approvers: tuple[str, ...], weaker: list[str]
) -> None:
    """Print the lines, check approvals, and change the champion if nothing is missing."""
    subject, version, demo = candidate.subject, candidate.version, candidate.demo
    name = f"{subject} v{version}"
    if candidate.serves:
        _already_champion(registry, settings, candidate)
        return
    if demo and not candidate.evidence.get("truth_known"):
        raise Problem(f"{name} was evaluated on records without a truth: they are no demonstration, leave out --demo")
    _print(candidate)
    key = load_or_create_key(settings.signing_key_path)
    scope = scope_of(
        subject=subject, version=version, bundle=candidate.bundle.sha256, demo=demo, policy=candidate.policy.sha256,
        champion=candidate.champion, waiver=candidate.waiver,
    )  # fmt: skip
    before = approved(registry, scope, key)
    _check(registry, candidate, approvers, before, weaker)
    held = approve(registry, settings, scope, key, approvers or ((_DEMO_APPROVER,) if demo else ()))
    record_verdict(registry, candidate, held)
    needed = 1 if demo else candidate.policy.approvers
    if len(held) < needed:
        missing = (
            f"{needed} different people must approve and {len(held)} did{_besides(candidate, approvers)}; the champion is "
            f"unchanged. Next: mimamori promote {subject}@{version} --approver PERSON_ID, with the same waiver if any"
        )
        if len(held) == len(before):
            raise Problem(f"{name} passes, but {missing}")
        click.echo(f"{name} passes and the approval is recorded, but {missing}")
        return
    set_champion(settings, candidate)
    click.echo(f"{subject}: champion is v{version}, approved by {', '.join(held)}")
    _move_alias(settings, subject, version, f"when MLflow answers again: mimamori promote {subject}@{version}")


def _check(
    registry: Registry, candidate: Candidate, approvers: tuple[str, ...], before: Sequence[str], weaker: list[str]
) -> None:
    """Raise `Problem` where lines, waiver, policy or approvers stop a promotion."""
    name, demo = f"{candidate.subject} v{candidate.version}", candidate.demo
    besides = _besides(candidate, approvers)
    unsigned = None if demo else waiver_fault(candidate.waiver, (*before, *approvers), trainer=_trainer(candidate))
    if unsigned:
        raise Problem(f"{name}: {unsigned}{besides}")
    if not candidate.may_serve:
        record_verdict(registry, candidate, ())
        failed = ", ".join(line.code for line in candidate.lines if not line.holds)
        advice = "; with --demo add --waiver 'PERSON_ID: WHY'" if demo and not candidate.waiver else ""
        raise Problem(f"{name} was not promoted ({failed}); the champion is unchanged{advice}{besides}")
    if weaker:
        points = ", ".join(weaker)
        raise Problem(
            f"{name} holds, but this policy is looser than the delivered one ({points}) and promotes nobody{besides}"
        )
    if any("cannot approve" in fault for fault in _faults(candidate, approvers)):
        raise Problem(f"{name} passes, but no approval was recorded{besides}")


def _trainer(candidate: Candidate) -> str | None:
    trainer = candidate.bundle.about.get("trained_by", NOT_RECORDED)
    return None if candidate.demo or trainer == NOT_RECORDED else trainer


def _faults(candidate: Candidate, approvers: tuple[str, ...]) -> list[str]:
    return objections(approvers, trainer=_trainer(candidate))


def _besides(candidate: Candidate, approvers: tuple[str, ...]) -> str:
    return "".join(f"; {fault}" for fault in _faults(candidate, approvers))


def _print(candidate: Candidate) -> None:
    """Print the model's health, each line of the gate, those that do not hold last, and each --waive without effect."""
    health = Health.read(candidate.evidence.get("health") or {})
    for text in () if health is None else filter(None, (health.line, health.alarm)):
        click.echo(f"{candidate.subject}: {text}")
    for line in sorted(candidate.lines, key=lambda line: _ORDER.index(line.outcome)):
        closed = f" ({line.no_waiver})" if line.no_waiver else ""
        click.echo(f"{line.outcome.value:11} {line.code}: {_figures(line)}{closed}")
    by_code = {line.code: line for line in candidate.lines}
    for code in sorted(candidate.waiver.codes if candidate.waiver else ()):
        if by_code[code].outcome is Outcome.HOLDS:
            click.echo(f"--waive {code}: it holds without a waiver")
        elif by_code[code].outcome is Outcome.FAILS and not candidate.demo:
            click.echo(f"--waive {code}: it fails on evidence, and a waiver covers missing evidence alone")


def _figures(line: Line) -> str:
    return line.headline if line.headline and line.holds else line.figures["en"]


def _already_champion(registry: Registry, settings: Settings, candidate: Candidate) -> None:
    """Report that a model serves already; an MLflow alias left behind is moved."""
    subject, version = candidate.subject, candidate.version
    try:
        named = registry.find(subject, CHAMPION)[0]
    except NoSuchModel:
        named = ""
    if named == version:
        raise Problem(f"{subject} v{version} is the champion already; nothing to promote")
    _move_alias(settings, subject, version, f"when MLflow answers again: mimamori promote {subject}@{version}")
    click.echo(f"{subject}: champion is v{version} already; MLflow's alias is moved to it")


def _move_alias(settings: Settings, subject: str, version: str, advice: str) -> None:
    try:
        Registry(settings).set_champion(subject, version)
    except Exception as error:  # it serves already, whatever MLflow answers
        raise Problem(
            f"{subject} v{version} serves, but MLflow's alias could not be moved ({type(error).__name__}); {advice}"
        ) from None


def _parsed(model: str) -> tuple[str, str]:
    subject, _, which = model.partition("@")
    if subject not in {"visa", "entry"}:
        raise click.UsageError("MODEL is visa or entry, with @challenger or @VERSION if need be")
    return subject, which or CHALLENGER


def _policy(path: Path, codes: tuple[str, ...]) -> tuple[Policy, list[str]]:
    """Policy of a file, and the points in which it is looser than the delivered one."""
    try:
        policy = read_policy(path)
        weaker = looser(policy, read_policy())
    except PolicyRejected as error:
        raise Problem(f"the policy is refused: {error}") from None
    unknown = sorted(set(codes) - {line.code for line in policy.lines})
    if unknown:
        raise click.UsageError(f"--waive {unknown[0]}: the policy has no such line")
    return policy, weaker


def _waiver(text: str | None, codes: tuple[str, ...], *, demo: bool) -> Waiver | None:
    if text is None:
        if codes:
            raise click.UsageError("--waive goes with --waiver 'PERSON_ID: WHY'")
        return None
    who, _, why = text.partition(":")
    if not who.strip() or not why.strip():
        raise click.UsageError("--waiver needs an id and a reason: 'PERSON_ID: WHY'")
    try:
        return Waiver(person_id(who), reason(why), frozenset(codes), failing_too=demo)
    except NotSigned as error:
        raise click.UsageError(f"--waiver: {error}") from None


def _id(option: str, text: str) -> str:
    try:
        return person_id(text)
    except NotSigned as error:
        raise click.UsageError(f"{option}: {error}") from None
