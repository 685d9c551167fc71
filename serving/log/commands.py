"""Commands about stored decisions: verify all, print a checkpoint, write the yearly pack."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from features.settings import Settings
from serving.decisions.replay import replay
from serving.decisions.service import DecisionService, open_service
from serving.store import decisions
from serving.store.decisions import Decision
from serving.store.transactions import EVERYTHING, transaction


def all_decisions(service: DecisionService) -> Iterator[Decision]:
    """Yield every decision in order."""
    with transaction(service.engine, EVERYTHING) as connection:
        for decision_id in decisions.all_ids(connection):
            decision = decisions.by_id(connection, decision_id)
            if decision is not None:
                yield decision


@click.group()
def log() -> None:
    """The log of decisions."""


@log.command()
def verify() -> None:
    """Replay every decision and report those that differ; a case that could not be computed has nothing to replay."""
    service = open_service(Settings.from_environment())
    counts: Counter[bool | None] = Counter()
    with transaction(service.engine, EVERYTHING) as connection:
        for decision in all_decisions(service):
            if not decision.features:
                counts[None] += 1
                continue
            identical = bool(replay(service, connection, decision)["identical"])
            counts[identical] += 1
            if not identical:
                click.echo(f"differs: {decision.decision_id}")
    uncomputed = f", {counts[None]} without a score to recompute" if counts[None] else ""
    click.echo(f"{counts[True]} decisions identical, {counts[False]} differ{uncomputed}")
    if counts[False]:
        raise SystemExit(1)


@log.command()
def checkpoint() -> None:
    """Print the count of decisions and a hash over all of them in order."""
    digest, count = hashlib.sha256(), 0
    for decision in all_decisions(open_service(Settings.from_environment())):
        digest.update(hashlib.sha256(decision.shown.encode()).digest())
        count += 1
    click.echo(f"{count} {digest.hexdigest()}")


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("pack"), show_default=True)
def pack(out: Path) -> None:
    """Write the yearly pack: count of decisions by subject, route and model."""
    service = open_service(Settings.from_environment())
    counts = Counter((d.subject, d.route, d.model_sha256 or "none") for d in all_decisions(service))
    out.mkdir(parents=True, exist_ok=True)
    rows = [{"subject": s, "route": r, "model_sha256": m, "decisions": n} for (s, r, m), n in sorted(counts.items())]
    content = {"note": "synthetic data; not validated on any real visa record", "decisions": rows}
    (out / "decisions.json").write_text(json.dumps(content, indent=2), encoding="utf-8")
    click.echo(f"{sum(counts.values())} decisions described in {out}")
