"""Commands of the service: serve, and replay of a decision."""

from __future__ import annotations

import json
import time
from typing import cast

import click
import numpy as np

from features.command_line import Problem
from features.settings import Settings
from serving.decisions.replay import replay as replay_decision
from serving.decisions.service import DecisionService, open_service
from serving.log.startup import open_on_log
from serving.server import PORT, require_free_port, run
from serving.store import decisions
from serving.store.transactions import EVERYTHING, transaction

PROGRESS_SECONDS = 2.0
UNSIGNED = (
    "no checkpoint of the sealed log is signed: whoever may write to the database could rewrite all of it unseen. "
    "Set MIMAMORI_LOG_KEY to a file outside MIMAMORI_HOME, and start again"
)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=PORT, default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the API and the officer's pages."""
    require_free_port(host, port)
    click.echo(f"http://{host}:{port}", err=True)
    if Settings.from_environment().log_key_path is None:
        click.echo(UNSIGNED, err=True)
    if workers > 1:
        # each worker checks too, but its end would only start another
        open_on_log(Settings.from_environment()).engine.dispose()
    app = "serving.app:create_app" if workers == 1 else "serving.app:create_worker"
    run(app, host, port, workers=workers, factory=True)


@click.command()
@click.argument("decision_id", metavar="ID", required=False)
@click.option("--all", "every", is_flag=True, help="Replay every decision.")
@click.option("--sample", type=click.IntRange(min=1), help="With --all: only so many, sampled at random.")
def replay(decision_id: str | None, every: bool, sample: int | None) -> None:
    """Recompute an old decision and compare every column; exit code 1 if any differs."""
    if every == bool(decision_id) or (sample and not every):
        raise click.UsageError("give either an ID, or --all with or without --sample N")
    service = open_service(Settings.from_environment())
    if every:
        _replay_all(service, sample)
        return
    with transaction(service.engine, EVERYTHING) as connection:
        decision = decisions.by_id(connection, decision_id or "")
        if decision is None:
            raise Problem("there is no decision with this id")
        result = replay_decision(service, connection, decision)
    click.echo(json.dumps(result, ensure_ascii=False))
    if not result["identical"]:
        raise SystemExit(1)


def _replay_all(service: DecisionService, sample: int | None) -> None:
    """Replay decisions, print those that differ, and go on where a decision cannot be replayed."""
    with transaction(service.engine, EVERYTHING) as connection:
        ids = decisions.all_ids(connection)
    if sample is not None and sample < len(ids):
        ids = [ids[at] for at in np.sort(np.random.default_rng().choice(len(ids), sample, replace=False))]
    differing, shown_at = 0, time.monotonic()
    for count, decision_id in enumerate(ids, start=1):
        fault = _replay_fault(service, decision_id)
        if fault is not None:
            differing += 1
            click.echo(f"{decision_id}: {fault}")
        if time.monotonic() - shown_at > PROGRESS_SECONDS:
            shown_at = time.monotonic()
            click.echo(f"{count:,} of {len(ids):,} decisions replayed", err=True)
    click.echo(f"{len(ids) - differing} decisions identical, {differing} differ")
    if differing:
        raise SystemExit(1)


def _replay_fault(service: DecisionService, decision_id: str) -> str | None:
    """Return why a decision is not identical, None if it is."""
    try:
        with transaction(service.engine, EVERYTHING) as connection:
            decision = decisions.by_id(connection, decision_id)
            if decision is None:
                return "cannot be read"
            result = replay_decision(service, connection, decision)
    except Exception as error:  # a fault of one decision costs no other its replay
        return f"cannot be replayed ({type(error).__name__})"
    if result["identical"]:
        return None
    return str(result.get("note") or f"{', '.join(cast(list[str], result['differs']))} differ")
