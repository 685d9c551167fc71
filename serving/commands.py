"""Commands of the service: serve, and replay of a decision."""

from __future__ import annotations

import datetime as dt
import json
import time

import click
import numpy as np

from features.command_line import Problem
from features.settings import Settings
from serving.decisions.replay import replay as replay_decision
from serving.decisions.replay_processes import ReplayStopped, replay_on_processors
from serving.decisions.service import DecisionService, open_service
from serving.log.startup import open_on_log
from serving.server import PORT, require_free_port, run
from serving.store import decisions, erasures
from serving.store.transactions import EVERYTHING, transaction

PROGRESS_SECONDS = 2.0
_TIME = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"])
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
@click.argument("decision_id", metavar="[ID]", required=False)
@click.option("--all", "every", is_flag=True, help="Replay every decision.")
@click.option("--sample", type=click.IntRange(min=1), help="With --all: only so many, sampled at random.")
@click.option("--from", "since", type=_TIME, help="With --all: only decisions made from this time on (UTC).")
@click.option("--to", "until", type=_TIME, help="With --all: only decisions made before this time (UTC).")
def replay(
    decision_id: str | None, every: bool, sample: int | None, since: dt.datetime | None, until: dt.datetime | None
) -> None:
    """Recompute an old decision and compare every column; exit code 1 if any differs."""
    if every == bool(decision_id) or (not every and (sample or since or until)):
        raise click.UsageError("give either an ID, or --all with or without --sample N, --from and --to")
    service = open_service(Settings.from_environment())
    if every:
        _replay_all(service, sample, since, until)
        return
    with transaction(service.engine, EVERYTHING) as connection:
        decision = decisions.by_id(connection, decision_id or "")
        if decision is None:
            raise Problem("there is no decision with this id")
        result = replay_decision(service, connection, decision)
    click.echo(json.dumps(result, ensure_ascii=False))
    if not result["identical"]:
        raise SystemExit(1)


def _replay_all(
    service: DecisionService, sample: int | None, since: dt.datetime | None, until: dt.datetime | None
) -> None:
    """Replay decisions, print those that differ, and go on where a decision cannot be replayed."""
    bounds = [None if moment is None else moment.replace(tzinfo=dt.UTC) for moment in (since, until)]
    with transaction(service.engine, EVERYTHING) as connection:
        chosen = decisions.outlines(connection, *bounds)
    if sample is not None and sample < len(chosen):
        rows = np.sort(np.random.default_rng().choice(len(chosen), sample, replace=False))
        chosen = [chosen[row] for row in rows]
    click.echo(f"{len(chosen):,} decisions to replay; reading the history …", err=True)
    differing, shown_at = 0, time.monotonic()
    try:
        for count, (decision_id, fault) in enumerate(replay_on_processors(service, chosen), start=1):
            if fault is not None:
                differing += 1
                click.echo(f"{decision_id}: {fault}")
            if time.monotonic() - shown_at > PROGRESS_SECONDS:
                shown_at = time.monotonic()
                click.echo(f"{count:,} of {len(chosen):,} decisions replayed", err=True)
    except ReplayStopped as error:
        raise Problem(str(error)) from None
    click.echo(f"{len(chosen) - differing} decisions identical, {differing} differ")
    with transaction(service.engine, EVERYTHING) as connection:
        erased = erasures.erased_decisions(connection, [outline.decision_id for outline in chosen])
    if erased:
        click.echo(
            f"{erased} of them are about people whose data were erased: only what was stored beside their records is compared"
        )
    if differing:
        raise SystemExit(1)
