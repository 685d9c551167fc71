"""Command of the demonstration: a small world with models, decisions and a key for each role, served."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import click

from features.command_line import Problem
from features.facts.table_facts import facts_of_table
from features.settings import Settings
from serving.app import create_app
from serving.auth.api_keys import create_key
from serving.auth.permissions import Role
from serving.decisions.service import DecisionService, open_service
from serving.registry.mlflow_registry import version_by_alias
from serving.server import PORT, require_free_port, run
from serving.store import decisions
from serving.store.record_ids import newest_ids

DEMO_WORLD = {"minimum_identified": 60, "interview_share": 0.1, "random_share": 0.02}
"""More interviews and identified people than usual, so that a small world can be learnt from."""
CASES = 150
_PROGRAM = (sys.executable, "-m", "features.command_line")
_HOST = "127.0.0.1"


@click.command()
@click.option("--applications", type=click.IntRange(200, 30_000_000), default=6000, show_default=True)
@click.option("--port", type=PORT, default=8000, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True)
@click.option("--started", type=int, hidden=True, help="When `make run` began, in seconds since 1970.")
def demo(applications: int, port: int, seed: int, started: int | None) -> None:
    """Make a world, load it, train, promote and serve it; prints the address and a key for each role."""
    require_free_port(_HOST, port)
    settings = Settings.from_environment()
    if not (settings.home / "champions" / "visa").exists():
        _prepare(settings, applications, seed)
    service = open_service(settings)
    _decide_newest(service)
    _print_keys(service, port)
    if started is not None:
        click.echo(f"{time.time() - started:.0f} s from `make run` to this page")
    service.engine.dispose()
    # the world ends in 2012: by today's clock every case would be overdue
    run(create_app(service=open_service(replace(settings, clock="records"))), _HOST, port)


def _prepare(settings: Settings, applications: int, seed: int) -> None:
    world = str(settings.home / "world")
    changes = [word for name, value in DEMO_WORLD.items() for word in ("--set", f"{name}={value}")]
    _run("world", "--out", world, "--seed", str(seed), "--applications", str(applications), *changes)
    _run("load", world)
    _run("train", world)
    for subject in ("visa", "entry"):
        promote(settings, subject)


def _print_keys(service: DecisionService, port: int) -> None:
    with service.engine.begin() as connection:
        post = decisions.busiest_post(connection)
        for role in Role:
            click.echo(f"{role:10} {create_key(connection, role, post if role is Role.OFFICER else None)}")
    click.echo(f"officer's post: {post}\nopen http://{_HOST}:{port} and sign in with the officer's key")


def promote(settings: Settings, subject: str) -> None:
    """Promote a model under a waiver, as a small world lacks the evidence, and report it in one line."""
    command = ["promote", subject, "--demo", "--waiver", "demonstration: a small synthetic world"]
    click.echo(f"$ mimamori {shlex.join(command)}", err=True)
    done = subprocess.run([*_PROGRAM, *command], check=False, capture_output=True, text=True)  # noqa: S603
    challenger = version_by_alias(settings, subject, "challenger")
    if challenger is None:
        click.echo(f"{subject}: no model was trained; cases stand in order of arrival")
    elif done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason was given"]
        click.echo(f"{subject}: no model serves, cases stand in order of arrival: {lines[-1].removeprefix('Error: ')}")
    else:
        click.echo(f"{subject}: {gate_summary(challenger.lines)}; every line is on the page about models")


def gate_summary(lines: Sequence[Mapping[str, Any]]) -> str:
    """Return in a few words which gate lines hold and which were waived."""
    waived = [line for line in lines if line["outcome"] == "waived"]
    if not waived:
        return f"model let in, all {len(lines)} gate lines hold"
    lacking = sum(line["before_waiver"] == "no evidence" for line in waived)
    beyond = len(waived) - lacking
    return (
        f"model let in under a waiver for this demonstration: of {len(lines)} gate lines {len(lines) - len(waived)} hold, "
        f"{lacking} have too little evidence"
        + (f", {beyond} {'is' if beyond == 1 else 'are'} beyond the limit" if beyond else "")
    )


def _decide_newest(service: DecisionService) -> None:
    """Decide about the newest stored applications, so that the queue has cases."""
    with service.engine.begin() as connection:
        if decisions.count(connection):
            return
        ids = newest_ids(connection, "visa_applications", CASES)
        head = service.store.head(connection)
        rows = service.store.rows(connection, "visa_applications", ids)
        for index in range(rows.num_rows):
            row = rows.slice(index, 1)
            own, post = facts_of_table("visa_applications", row), row.column("post")[0].as_py()
            decisions.insert(connection, service.compute(connection, "visa", row, own, post, head))


def _run(*words: str) -> None:
    click.echo(f"$ mimamori {' '.join(words)}", err=True)
    code = subprocess.run([*_PROGRAM, *words], check=False).returncode  # noqa: S603
    if code and words[0] != "train":
        raise Problem(f"`mimamori {words[0]}` failed; see above")
