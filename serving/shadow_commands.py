"""Commands about the shadow: let a challenger score live traffic unseen, end it, and compare it with the champion."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path

import click

from features.catalogue import catalogue
from features.command_line import Problem
from features.settings import Settings
from models.bundle import BundleRejected, copy_bundle, load_bundle
from models.commands import champion
from models.signing import NoTrustedKey, trusted_keys
from serving.app import open_desk
from serving.registered import NotRegistered, fetch
from serving.shadow_report import report_of, told
from serving.store import shadows

SUBJECT = click.Choice(["visa", "entry"])
_UNTIL = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"])


@click.group()
def shadow() -> None:
    """A challenger that scores live traffic, unseen by officers."""


@shadow.command()
@click.argument("subject", type=SUBJECT)
@click.option("--until", type=_UNTIL, help="When it ends (UTC); must be said.")
@click.option("--version", default="challenger", show_default=True, help="An alias or a version number.")
def start(subject: str, until: dt.datetime | None, version: str) -> None:
    """Let the challenger score every decision from now on, after its answer has gone out."""
    settings = Settings.from_environment()
    # before anything about the options, for without a champion no --until helps
    serves = champion(settings, subject)
    if until is None:
        raise click.UsageError("--until must say when the shadow ends")
    until = until.replace(tzinfo=dt.UTC)
    if until <= dt.datetime.now(dt.UTC):
        raise click.UsageError("--until must lie in the future")
    with tempfile.TemporaryDirectory() as place:
        try:
            number, folder = fetch(settings, subject, version, Path(place))
            bundle = load_bundle(folder, trusted=trusted_keys(settings.trusted), catalogue=catalogue(subject))
        except NotRegistered as error:
            raise Problem(f"{error}; `mimamori train DIR --subject {subject}` makes a challenger") from None
        except (BundleRejected, NoTrustedKey) as error:
            raise Problem(f"the challenger is refused: {error}") from None
        desk = open_desk(settings)
        if serves.sha256 == bundle.sha256:
            raise Problem(f"{subject} version {number} is the champion itself; there is nothing to compare")
        copy_bundle(folder, settings.home / "challengers" / subject)
    with desk.engine.begin() as connection:
        shadows.begin(connection, subject, bundle.sha256, number, until)
    click.echo(
        f"{subject} version {number} scores in the shadow until {until:%Y-%m-%d %H:%M} UTC; officers do not see it"
    )


@shadow.command()
@click.argument("subject", type=SUBJECT)
def stop(subject: str) -> None:
    """End the shadow now; what it said stays."""
    with open_desk(Settings.from_environment()).engine.begin() as connection:
        if not shadows.stop(connection, subject):
            raise Problem(f"no shadow runs for {subject}")
    click.echo(f"the shadow for {subject} has ended")


@shadow.command()
@click.argument("subject", type=SUBJECT)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def report(subject: str, as_json: bool) -> None:
    """Compare challenger and champion on the live cases that both have scored."""
    desk = open_desk(Settings.from_environment())
    with desk.engine.connect() as connection:
        found = shadows.latest(connection, subject)
        if found is None:
            raise Problem(f"there was no shadow for {subject} yet; `mimamori shadow start {subject}` begins one")
        compared = report_of(connection, desk.store, found)
    click.echo(json.dumps(compared, indent=1) if as_json else told(compared))
