"""Command of the demonstration: a synthetic world, the reference models, ten cases to begin with, and a person for each role."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy import Connection

from features.command_line import Problem
from features.facts.table_facts import facts_of_table
from features.matrix import TABLE_OF_SUBJECT
from features.settings import Settings
from models.adoption import adopt_reference
from models.approval import DEMONSTRATION, FULL, Approval, write_approval
from models.bundle import Bundle, copy_bundle
from models.signatures import load_or_create_key
from serving.app import create_app
from serving.auth.api_keys import create_key, hash_of
from serving.auth.people import account_named, create_person, reset_password
from serving.auth.permissions import Role
from serving.decisions.service import DecisionService, open_service
from serving.decisions.sight import Sight
from serving.practice_cases import SUBJECT, choose_practice, write_practice
from serving.server import PORT, require_free_port, run
from serving.store import credentials, decisions
from serving.store.record_ids import newest_ids
from serving.store.transactions import EVERYTHING, transaction
from serving.tour import choose_tour, read_tour, write_tour

DEMO_WORLD = {"minimum_identified": 60, "interview_share": 0.1, "random_share": 0.02}
"""More interviews and identified people than usual, so that a small world can be learnt from."""
CASES = 400
_PLACE = {"visa": "post", "entry": "port"}
_PROGRAM = (sys.executable, "-m", "features.command_line")
_HOST = "127.0.0.1"


@click.command()
@click.option("--applications", type=click.IntRange(200, 30_000_000), default=20_000, show_default=True)
@click.option("--port", type=PORT, default=8000, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True)
@click.option("--started", type=int, hidden=True, help="When `make run` began, in seconds since 1970.")
def demo(applications: int, port: int, seed: int, started: int | None) -> None:
    """Make a world, load it and serve it with the reference models; prints the address and a sign-in for each role."""
    require_free_port(_HOST, port)
    settings = with_log_key(Settings.from_environment())
    if not (settings.home / "champions" / "visa").exists():
        _prepare(settings, applications, seed)
    service = open_service(settings)
    feed_key = _decide(service)
    _print_sign_ins(service, port, feed_key)
    if started is not None:
        click.echo(f"{time.time() - started:.0f} s from `make run` to this page")
    service.engine.dispose()
    # the world ends in 2012: by today's clock every case would be overdue
    app = create_app(service=open_service(replace(settings, clock="records")), demonstration=True)
    run(app, _HOST, port)


def with_log_key(settings: Settings) -> Settings:
    """Return settings with a key of the log beside the home, so that an auditor gets proofs; a key that is set stays."""
    if settings.log_key_path is not None:
        return settings
    office = settings.home.with_name(f"{settings.home.name}-log")
    if not settings.home.exists():
        shutil.rmtree(office, ignore_errors=True)  # of a demonstration before: its log goes with its records
    return replace(settings, log_key_path=office / "log.pem", checkpoint_folder=office / "checkpoints")


def _prepare(settings: Settings, applications: int, seed: int) -> None:
    world = str(settings.home / "world")
    changes = [word for name, value in DEMO_WORLD.items() for word in ("--set", f"{name}={value}")]
    _run("world", "--out", world, "--seed", str(seed), "--applications", str(applications), *changes)
    _run("load", world)
    click.echo("choosing the cases of the tour …", err=True)
    with tempfile.TemporaryDirectory(dir=settings.home) as folder:
        models = {subject: serve_reference(settings, subject, Path(folder) / subject) for subject in TABLE_OF_SUBJECT}
    write_tour(settings.home, choose_tour(Path(world), models))
    write_practice(settings.home, choose_practice(Path(world), models[SUBJECT], seed))


def serve_reference(settings: Settings, subject: str, adopted: Path) -> Bundle:
    """Let the reference model of a subject serve, approved for a demonstration; ``adopted`` is a folder yet to be made.

    Raises `BundleRejected` if it is not the published one.
    """
    key = load_or_create_key(settings.signing_key_path)
    bundle = adopt_reference(adopted, subject, key)
    approval = Approval(
        subject, bundle.version, bundle.sha256, FULL, "reference", "", (DEMONSTRATION,), "", DEMONSTRATION,
        dt.datetime.now(dt.UTC).date(),
    )  # fmt: skip
    write_approval(settings.home, approval, key)
    copy_bundle(adopted, settings.home / "champions" / subject)
    return bundle


def _print_sign_ins(service: DecisionService, port: int, feed_key: str) -> None:
    """Print a key for the feed, and for each other role a person's password; every start makes new ones."""
    with transaction(service.engine, EVERYTHING) as connection:
        post = decisions.busiest_post(connection)
        for role in Role:
            if role is not Role.FEED:
                click.echo(f"{role:10} {_password(connection, role, post if role is Role.OFFICER else None)}")
    click.echo(
        f"{Role.FEED:10} {feed_key}\nofficer's post: {post}\nopen http://{_HOST}:{port}/tour for ten cases; sign in with a "
        "role as name and its password: the auditor opens the cases, the officer a queue; the feed's is an API key"
    )


def _password(connection: Connection, role: Role, post: str | None) -> str:
    existing = account_named(connection, role)
    if existing is not None:
        return reset_password(connection, existing.account_id)
    password = create_person(connection, role, role, [post] if post else [])
    if password is None:
        raise Problem(f"the account `{role}` is disabled; remove the demonstration's folder to begin anew")
    return password


def _decide(service: DecisionService) -> str:
    """Decide about the newest applications, so that the queue has cases, and about those of the tour.

    Returns the key of the feed that these decisions are of.
    """
    with transaction(service.engine, EVERYTHING) as connection:
        key = create_key(connection, Role.FEED)
        feed = credentials.key_account(connection, hash_of(key))
        if decisions.count(connection) or feed is None:
            return key
        head = service.store.head(connection)
        cases = [("visa", id_) for id_ in reversed(newest_ids(connection, "visa_applications", CASES))]
        cases += [(case.subject, case.subject_id) for case in read_tour(service.models.settings.home)]
        for subject, subject_id in dict.fromkeys(cases):
            row = service.store.rows(connection, TABLE_OF_SUBJECT[subject], [subject_id])
            place = row.column(_PLACE[subject])[0].as_py()
            own = facts_of_table(TABLE_OF_SUBJECT[subject], row)
            computed = service.compute(connection, subject, row, own, place, Sight(head))
            computed.store(connection, record_position=head, account_id=feed.account_id)
    return key


def _run(*words: str) -> None:
    click.echo(f"$ mimamori {' '.join(words)}", err=True)
    code = subprocess.run([*_PROGRAM, *words], check=False).returncode  # noqa: S603
    if code:
        raise Problem(f"`mimamori {words[0]}` failed; see above")
