"""Commands about shadows: start and stop one, and compare it with the champion."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path

import click

from features.catalogue import catalogue
from features.command_line import Problem
from features.settings import Settings
from models.bundle import Bundle, BundleRejected, copy_bundle, load_bundle
from models.commands import champion
from models.signatures import NoTrustedKey, trusted_keys
from serving.decisions.service import open_service
from serving.registry.mlflow_registry import RegistryError, download_bundle
from serving.shadow.comparison import shadow_comparison
from serving.shadow.report import markdown_report
from serving.store import shadows
from serving.store.transactions import EVERYTHING, transaction

SUBJECT = click.Choice(["visa", "entry"])
_UNTIL = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"])


@click.group()
def shadow() -> None:
    """A challenger that scores live cases, unseen by officers."""


@shadow.command()
@click.argument("subject", type=SUBJECT)
@click.option("--until", type=_UNTIL, help="End (UTC); required.")
@click.option("--version", default="challenger", show_default=True, help="An alias or a version number.")
def start(subject: str, until: dt.datetime | None, version: str) -> None:
    """Let the challenger score every decision from now on, after its answer has gone out."""
    settings = Settings.from_environment()
    # first of all: without a champion no --until helps
    current = champion(settings, subject)
    if until is None:
        raise click.UsageError("--until must say when the shadow ends")
    until = until.replace(tzinfo=dt.UTC)
    if until <= dt.datetime.now(dt.UTC):
        raise click.UsageError("--until must lie in the future")
    with tempfile.TemporaryDirectory() as folder:
        number, path, bundle = _download(settings, subject, version, Path(folder))
        if current.sha256 == bundle.sha256:
            raise Problem(f"{subject} version {number} is the champion itself; there is nothing to compare")
        service = open_service(settings)
        copy_bundle(path, settings.home / "challengers" / subject)
    with transaction(service.engine, EVERYTHING) as connection:
        shadows.start(connection, subject, bundle.sha256, number, until)
    click.echo(
        f"{subject} version {number} scores in the shadow until {until:%Y-%m-%d %H:%M} UTC; officers do not see it"
    )


def _download(settings: Settings, subject: str, version: str, folder: Path) -> tuple[str, Path, Bundle]:
    try:
        number, path = download_bundle(settings, subject, version, folder)
        return number, path, load_bundle(path, trusted=trusted_keys(settings.trusted), catalogue=catalogue(subject))
    except RegistryError as error:
        raise Problem(f"{error}; `mimamori train DIR --subject {subject}` makes a challenger") from None
    except (BundleRejected, NoTrustedKey) as error:
        raise Problem(f"the challenger is refused: {error}") from None


@shadow.command()
@click.argument("subject", type=SUBJECT)
def stop(subject: str) -> None:
    """Stop the shadow now; its scores stay."""
    with open_service(Settings.from_environment()).engine.begin() as connection:
        if not shadows.stop(connection, subject):
            raise Problem(f"no shadow runs for {subject}")
    click.echo(f"the shadow for {subject} has ended")


@shadow.command()
@click.argument("subject", type=SUBJECT)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def report(subject: str, as_json: bool) -> None:
    """Compare challenger and champion on the live cases that both have scored."""
    service = open_service(Settings.from_environment())
    with transaction(service.engine, EVERYTHING) as connection:
        latest = shadows.latest(connection, subject)
        if latest is None:
            raise Problem(f"there was no shadow for {subject} yet; start one with `mimamori shadow start {subject}`")
        comparison = shadow_comparison(connection, service.store, latest)
    click.echo(json.dumps(comparison, indent=1) if as_json else markdown_report(comparison))
