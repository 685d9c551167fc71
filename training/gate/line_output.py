"""Which lines of the gate does a terminal show, in which order, and what do they still need?"""

from __future__ import annotations

import click

from models.approval import Stage
from training.evaluation.health import Health
from training.gate.promotion import Candidate
from training.gate.shortfall import assumption, shortfall
from training.gate.verdict import Line, Outcome

_ORDER = (Outcome.HOLDS, Outcome.WAIVED, Outcome.NO_EVIDENCE, Outcome.FAILS)
"""Lines that do not hold are printed last, where a terminal still shows them."""


def print_lines(candidate: Candidate) -> None:
    """Print the model's health, each line of the gate, those that do not hold last, and each --waive without effect."""
    health = Health.read(candidate.evidence.get("health") or {})
    for text in () if health is None else filter(None, (health.line, health.alarm)):
        click.echo(f"{candidate.subject}: {text}")
    for line in sorted(candidate.lines, key=lambda line: _ORDER.index(line.outcome)):
        closed = f" ({line.no_waiver})" if line.no_waiver else ""
        click.echo(f"{line.outcome.value:11} {line.code}: {_figures(line)}{closed}")
    by_code = {line.code: line for line in candidate.lines}
    for code in sorted(candidate.waiver.codes & by_code.keys() if candidate.waiver else ()):
        if by_code[code].outcome is Outcome.HOLDS:
            click.echo(f"--waive {code}: it holds without a waiver")
        elif by_code[code].outcome is Outcome.FAILS and not candidate.demo:
            click.echo(f"--waive {code}: it fails on evidence, and a waiver covers missing evidence alone")


def print_shortfall(candidate: Candidate) -> None:
    """Print for each line of full that lacks evidence about how many interviews would bring it."""
    sentences = shortfall(candidate.evidence, candidate.policy, Stage.FULL)
    if sentences:
        click.echo(assumption(candidate.evidence, sentences, Stage.FULL))
    for sentence in sentences:
        click.echo(f"  {sentence}")


def _figures(line: Line) -> str:
    return line.headline if line.headline and line.holds else line.figures["en"]
