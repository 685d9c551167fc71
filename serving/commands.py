"""Commands of the service: serve, keys, and replay of a decision."""

from __future__ import annotations

import json
import re

import click

from features.command_line import Problem
from features.settings import Settings
from features.tables.schema import TABLES
from serving.auth.api_keys import create_key
from serving.auth.permissions import Role
from serving.decisions.replay import replay as replay_decision
from serving.decisions.service import open_service
from serving.log.startup import open_on_log
from serving.server import PORT, require_free_port, run
from serving.store import decisions

_POST = re.compile(f"{TABLES['visa_applications'].column('post').pattern}|[A-Z]{{3}}")
"""A post as in the records; ports, free text there, are IATA's three letters."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=PORT, default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the API and the officer's pages."""
    require_free_port(host, port)
    click.echo(f"http://{host}:{port}", err=True)
    if workers > 1:
        # each worker checks too, but its end would only start another
        open_on_log(Settings.from_environment()).engine.dispose()
    app = "serving.app:create_app" if workers == 1 else "serving.app:create_worker"
    run(app, host, port, workers=workers, factory=True)


@click.group()
def key() -> None:
    """Keys of people and programs."""


@key.command()
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--post", metavar="CODE", help="The officer's own post, e.g. PH-MNL, or port, e.g. NRT.")
def create(role: str, post: str | None) -> None:
    """Create a key and print it, once."""
    if role == Role.OFFICER and not post:
        raise click.UsageError("an officer's key needs --post")
    if post and not _POST.fullmatch(post):
        raise click.UsageError(
            "--post is a post like PH-MNL or a port like NRT, as in the columns post and port of "
            "features/tables/schema/"
        )
    with open_service(Settings.from_environment()).engine.begin() as connection:
        click.echo(create_key(connection, role, post))


@click.command()
@click.argument("decision_id", metavar="ID")
def replay(decision_id: str) -> None:
    """Recompute an old decision and compare every bit."""
    service = open_service(Settings.from_environment())
    with service.engine.connect() as connection:
        decision = decisions.by_id(connection, decision_id)
        if decision is None:
            raise Problem("there is no decision with this id")
        result = replay_decision(service, connection, decision)
    click.echo(json.dumps(result, ensure_ascii=False))
    if not result["identical"]:
        raise SystemExit(1)
