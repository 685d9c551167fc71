"""`mimamori promote` and `mimamori rollback`: a challenger through the gate, and back to the champion before."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path

import click

from features.command_line import Problem
from features.settings import Settings
from models.approval import (
    DEFAULT_RANDOM_SHARE,
    DEFAULT_TRIAL_DAYS,
    FULL,
    MAX_TRIAL_DAYS,
    MIN_RANDOM_SHARE,
    SERVICE,
    Approval,
    NotApproved,
    Stage,
    Terms,
)
from models.signatures import load_or_create_key
from training.gate.approvals import approve, approved, objections, scope_of, waiver_fault
from training.gate.arguments import approver_id, options_of, policy_of, subject_and_version, terms_of, waiver_of
from training.gate.champions import champion_hash
from training.gate.line_output import print_lines, print_shortfall
from training.gate.model_card import NOT_RECORDED
from training.gate.policy import POLICY_FILE
from training.gate.promotion import (
    Candidate,
    NotPromoted,
    approval_in_force,
    examine,
    record_verdict,
    roll_back,
    set_champion,
)
from training.gate.verdict import evaluate_policy
from training.tracking.registry import CHAMPION, NoSuchModel, Registry

_DEMO_APPROVER = "demonstration"


@click.command()
@click.argument("model", metavar="MODEL")
@click.option("--approver", "approvers", multiple=True, metavar="PERSON_ID",
              help="Account of an approver, who confirms by password; two different people must approve, and not the trainer. Repeatable, also in a later run.")  # fmt: skip
@click.option(
    "--waiver", metavar="PERSON_ID: WHY", help="Signed waiver of missing evidence; it is printed on the card."
)
@click.option("--waive", "codes", multiple=True, metavar="LINE", help="Restrict the waiver to this line of the policy.")
@click.option("--policy", "policy_path", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=POLICY_FILE,
              help="A stricter policy file. A looser one evaluates, and promotes nobody.")  # fmt: skip
@click.option("--stage", type=click.Choice([stage.value for stage in Stage]), default=Stage.FULL.value, show_default=True,
              help="trial: until a date and under a banner; no line fails, missing evidence is no obstacle.")  # fmt: skip
@click.option("--random-share", type=float, metavar="SHARE",
              help=f"Trial: share of interview slots drawn at random, at least {MIN_RANDOM_SHARE}; {DEFAULT_RANDOM_SHARE} if not given.")  # fmt: skip
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
              help=f"Trial: its last day, at most {MAX_TRIAL_DAYS} days ahead; {DEFAULT_TRIAL_DAYS} days ahead if not given.")  # fmt: skip
@click.option("--demo", is_flag=True, envvar="MIMAMORI_DEMO",
              help="Demonstration on a synthetic world: no approver, and a waiver also covers lines that fail.")  # fmt: skip
def promote(  # noqa: PLR0913 (click passes an argument for each option)
    *, model: str, approvers: tuple[str, ...], waiver: str | None, codes: tuple[str, ...], policy_path: Path, stage: str,
    random_share: float | None, until: dt.datetime | None, demo: bool,
) -> None:  # fmt: skip
    """Evaluate MODEL (visa, entry, visa@VERSION …) by the policy; if every line of the stage holds it becomes champion."""
    subject, which = subject_and_version(model)
    today = dt.datetime.now(dt.UTC).date()
    terms = terms_of(Stage(stage), random_share, until, today)
    signed = waiver_of(waiver, codes, demo=demo)
    people = tuple(approver_id(who) for who in approvers)
    policy, weaker = policy_of(policy_path, codes)
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
                terms=terms,
            )
            in_force = _in_force(settings, candidate, today)
            if in_force is not None and (until is None or in_force.terms in {terms, FULL}):
                _already_champion(registry, settings, candidate, in_force.terms)
            else:
                _decide(registry, settings, candidate, people, weaker, today)
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
    _warn_of_approval(settings, subject)
    _move_alias(settings, subject, version, f"move {subject}@champion to {version}")


def _decide(
    registry: Registry, settings: Settings, candidate: Candidate, approvers: tuple[str, ...], weaker: list[str],
    today: dt.date,
) -> None:  # fmt: skip
    """Print the lines, check approvals, and change the champion if nothing is missing."""
    subject, version, demo = candidate.subject, candidate.version, candidate.demo
    name = f"{subject} v{version}"
    if demo and not candidate.evidence.get("truth_known"):
        raise Problem(f"{name} was evaluated on records without a truth: they are no demonstration, leave out --demo")
    print_lines(candidate)
    print_shortfall(candidate)
    key = load_or_create_key(settings.signing_key_path)
    scope = scope_of(
        subject=subject, version=version, bundle=candidate.bundle.sha256, demo=demo, policy=candidate.policy.sha256,
        champion=candidate.champion, waiver=candidate.waiver, terms=candidate.terms,
    )  # fmt: skip
    before = approved(registry, scope, key)
    _check(registry, candidate, approvers, before, weaker)
    approvers = approvers if demo else tuple(_confirmed(settings, who, f"{subject}@{version}") for who in approvers)
    _check(registry, candidate, approvers, before, weaker)
    held = approve(registry, settings, scope, key, approvers or ((_DEMO_APPROVER,) if demo else ()))
    record_verdict(registry, candidate, held)
    needed = 1 if demo else candidate.policy.approvers
    if len(held) < needed:
        missing = (
            f"{needed} different people must approve and {len(held)} did{_besides(candidate, approvers)}; the champion is "
            f"unchanged. Next: mimamori promote {subject}@{version}{options_of(candidate.terms)} --approver PERSON_ID, with "
            "the same waiver if any"
        )
        if len(held) == len(before):
            raise Problem(f"{name} passes, but {missing}")
        click.echo(f"{name} passes and the approval is recorded, but {missing}")
        return
    set_champion(settings, candidate, held, today)
    click.echo(f"{subject}: champion is v{version}{_trial(candidate.terms)}, approved by {', '.join(held)}")
    _move_alias(settings, subject, version, f"when MLflow answers again: mimamori promote {subject}@{version}")


def _confirmed(settings: Settings, who: str, model: str) -> str:
    """Name of the account of an approver who has confirmed; the id as given where no accounts are kept."""
    for point in entry_points(group="mimamori.approvers"):
        who = point.load()(settings, who, model)
    return who


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
        advice = _trial_advice(candidate)
        advice += "; with --demo add --waiver 'PERSON_ID: WHY'" if demo and not candidate.waiver else ""
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


def _trial_advice(candidate: Candidate) -> str:
    """Advice where a model that is refused in full may be tried."""
    if candidate.terms.stage is Stage.TRIAL:
        return ""
    lines = evaluate_policy(candidate.evidence, candidate.policy, stage=Stage.TRIAL)
    if not all(line.holds for line in lines):
        return ""
    return f"; it may be tried: mimamori promote {candidate.subject}@{candidate.version} --stage trial"


def _in_force(settings: Settings, candidate: Candidate, today: dt.date) -> Approval | None:
    """Approval by which the candidate serves already at its stage, or in full; None where it needs another."""
    if not candidate.serves:
        return None
    try:
        approval = approval_in_force(settings, candidate.subject, candidate.bundle.sha256, today)
    except NotApproved:
        return None
    same_mode = candidate.demo or approval.mode == SERVICE
    return approval if same_mode and approval.terms.stage in {candidate.terms.stage, Stage.FULL} else None


def _trial(terms: Terms) -> str:
    return "" if terms.until is None else f" on trial until {terms.until}"


def _warn_of_approval(settings: Settings, subject: str) -> None:
    """Report a champion that may not serve, as after the end of its trial."""
    try:
        approval_in_force(settings, subject, champion_hash(settings, subject), dt.datetime.now(dt.UTC).date())
    except NotApproved as error:
        click.echo(f"{subject}: no model serves, cases stand in order of arrival: {error}")


def _already_champion(registry: Registry, settings: Settings, candidate: Candidate, terms: Terms) -> None:
    """Report that a model serves already; an MLflow alias left behind is moved."""
    subject, version = candidate.subject, candidate.version
    print_shortfall(candidate)
    try:
        named = registry.find(subject, CHAMPION)[0]
    except NoSuchModel:
        named = ""
    if named == version:
        raise Problem(f"{subject} v{version} is the champion already{_trial(terms)}; nothing to promote")
    _move_alias(settings, subject, version, f"when MLflow answers again: mimamori promote {subject}@{version}")
    click.echo(f"{subject}: champion is v{version} already; MLflow's alias is moved to it")


def _move_alias(settings: Settings, subject: str, version: str, advice: str) -> None:
    try:
        Registry(settings).set_champion(subject, version)
    except Exception as error:  # it serves already, whatever MLflow answers
        raise Problem(
            f"{subject} v{version} serves, but MLflow's alias could not be moved ({type(error).__name__}); {advice}"
        ) from None
