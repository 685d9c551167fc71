"""Commands of the service: serve, and replay of a decision."""

from __future__ import annotations

import json

import click

from features.command_line import Problem
from features.settings import Settings
from serving.decisions.replay import replay as replay_decision
from serving.decisions.service import open_service
from serving.server import PORT, require_free_port, run
from serving.store import decisions
from serving.store.transactions import EVERYTHING, transaction


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=PORT, default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the API and the officer's pages."""
    require_free_port(host, port)
    click.echo(f"http://{host}:{port}", err=True)
    app = "serving.app:create_app" if workers == 1 else "serving.app:create_worker"
    run(app, host, port, workers=workers, factory=True)


@click.command()
@click.argument("decision_id", metavar="ID")
def replay(decision_id: str) -> None:
    """Recompute an old decision and compare every bit."""
    service = open_service(Settings.from_environment())
    with transaction(service.engine, EVERYTHING) as connection:
        decision = decisions.by_id(connection, decision_id)
        if decision is None:
            raise Problem("there is no decision with this id")
        result = replay_decision(service, connection, decision)
    click.echo(json.dumps(result, ensure_ascii=False))
    if not result["identical"]:
        raise SystemExit(1)
