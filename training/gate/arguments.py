"""What do the arguments of `mimamori promote` say? Model, terms, policy, waiver and approvers, or misuse."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from features.command_line import Problem
from models.approval import DEFAULT_RANDOM_SHARE, DEFAULT_TRIAL_DAYS, FULL, Stage, Terms
from training.gate.persons import NotSigned, person_id, reason
from training.gate.policy import Policy, PolicyRejected, looser, read_policy
from training.gate.verdict import Waiver
from training.tracking.registry import CHALLENGER


def subject_and_version(model: str) -> tuple[str, str]:
    """Subject, and version or alias; the challenger if neither is given."""
    subject, _, which = model.partition("@")
    if subject not in {"visa", "entry"}:
        raise click.UsageError("MODEL is visa or entry, with @challenger or @VERSION if need be")
    return subject, which or CHALLENGER


def terms_of(stage: Stage, random_share: float | None, until: dt.datetime | None, today: dt.date) -> Terms:
    """Stage and declarations; raises `click.UsageError` outside their limits."""
    if stage is Stage.FULL:
        if random_share is not None or until is not None:
            raise click.UsageError("--random-share and --until go with --stage trial")
        return FULL
    end = today + dt.timedelta(days=DEFAULT_TRIAL_DAYS) if until is None else until.date()
    terms = Terms(stage, DEFAULT_RANDOM_SHARE if random_share is None else random_share, end)
    fault = terms.fault(today)
    if fault:
        raise click.UsageError(f"--stage trial: {fault}")
    return terms


def options_of(terms: Terms) -> str:
    """Options that declare the same terms again: approvals of other terms do not count."""
    if terms.stage is Stage.FULL:
        return ""
    return f" --stage {terms.stage} --random-share {terms.random_share:g} --until {terms.until}"


def policy_of(path: Path, codes: tuple[str, ...]) -> tuple[Policy, list[str]]:
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


def waiver_of(text: str | None, codes: tuple[str, ...], *, demo: bool) -> Waiver | None:
    """Waiver as signed, if any; raises `click.UsageError` without signer or reason."""
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


def approver_id(text: str) -> str:
    """Person id of an approver; raises `click.UsageError` if it is none."""
    try:
        return person_id(text)
    except NotSigned as error:
        raise click.UsageError(f"--approver: {error}") from None
