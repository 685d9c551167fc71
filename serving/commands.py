"""Commands about the service: serve, keys, replay, the log of decisions, the yearly pack, and the demonstration."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import uvicorn
from sqlalchemy import text

from features.command_line import Problem
from features.settings import Settings
from features.tables.nine_tables import TABLES
from serving.access import ROLES, create_key
from serving.app import create_app, open_desk
from serving.deciding import Desk
from serving.registered import find
from serving.store import decisions
from serving.store.decisions import Decision

DEMO_WORLD = {"least_identified": 60, "interview_share": 0.1, "random_share": 0.02}
"""More interviews and more people found than usual, so that so small a world can be learnt from."""
_POST = re.compile(f"{TABLES['visa_applications'].column('post').pattern}|[A-Z]{{3}}")
"""The records say how a post is written; ports, which may be any text there, are IATA's three letters."""
_PROGRAM = (sys.executable, "-m", "features.command_line")
_PORT = click.IntRange(1, 65535)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=_PORT, default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the API and the officer's pages."""
    _must_be_free(host, port)
    click.echo(f"http://{host}:{port}", err=True)
    _end_in_order()
    # the access log would write ids of cases into a file
    app = "serving.app:create_app" if workers == 1 else "serving.app:create_worker"
    uvicorn.run(app, factory=True, host=host, port=port, workers=workers, access_log=False)


def _end_in_order() -> None:
    """Let SIGTERM, which uvicorn raises again once it has shut down, end the interpreter, and the embedded server with it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


def _must_be_free(host: str, port: int) -> None:
    """Say before anything is started that nobody can listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "no such address"
        raise Problem(f"cannot listen on {host}:{port}: {why}; name another with --host or --port") from None


@click.group()
def key() -> None:
    """Keys of people and programs."""


@key.command()
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--post", metavar="CODE", help="The officer's own post, e.g. PH-MNL, or port, e.g. NRT.")
def create(role: str, post: str | None) -> None:
    """Make a key and print it, once."""
    if role == "officer" and not post:
        raise click.UsageError("an officer's key needs --post")
    if post and not _POST.fullmatch(post):
        raise click.UsageError(
            "--post is a post like PH-MNL or a port like NRT, as in the columns post and port of "
            "features/tables/nine_tables.py"
        )
    desk = open_desk(Settings.from_environment())
    with desk.engine.begin() as connection:
        click.echo(create_key(connection, role, post))


@click.command()
@click.argument("decision_id", metavar="ID")
def replay(decision_id: str) -> None:
    """Recompute an old decision and compare every bit."""
    desk = open_desk(Settings.from_environment())
    with desk.engine.connect() as connection:
        found = decisions.find(connection, decision_id)
        if found is None:
            raise Problem("there is no decision with this id")
        result = desk.replay(connection, found)
    click.echo(json.dumps(result, ensure_ascii=False))
    if not result["identical"]:
        raise SystemExit(1)


def _all(desk: Desk) -> Iterator[Decision]:
    with desk.engine.connect() as connection:
        ids = connection.execute(text("select decision_id from serving.decision order by number")).scalars().all()
        for decision_id in ids:
            found = decisions.find(connection, str(decision_id))
            if found is not None:
                yield found


@click.group()
def log() -> None:
    """The log of decisions."""


@log.command()
def verify() -> None:
    """Replay every decision and report those that do not come out the same."""
    desk = open_desk(Settings.from_environment())
    counted: Counter[bool] = Counter()
    with desk.engine.connect() as connection:
        for decision in _all(desk):
            same = bool(desk.replay(connection, decision)["identical"])
            counted[same] += 1
            if not same:
                click.echo(f"differs: {decision.decision_id}")
    click.echo(f"{counted[True]} decisions identical, {counted[False]} differ")
    if counted[False]:
        raise SystemExit(1)


@log.command()
def checkpoint() -> None:
    """Print how many decisions there are and one hash over all of them in order."""
    digest, count = hashlib.sha256(), 0
    for decision in _all(open_desk(Settings.from_environment())):
        digest.update(hashlib.sha256(decision.shown.encode()).digest())
        count += 1
    click.echo(f"{count} {digest.hexdigest()}")


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("pack"), show_default=True)
def pack(out: Path) -> None:
    """Write the yearly pack: how many decisions, by subject, route and model."""
    counted = Counter(
        (one.subject, one.route, one.model_sha256 or "none") for one in _all(open_desk(Settings.from_environment()))
    )
    out.mkdir(parents=True, exist_ok=True)
    rows = [{"subject": s, "route": r, "model_sha256": m, "decisions": n} for (s, r, m), n in sorted(counted.items())]
    content = {"note": "synthetic data; not validated on any real visa record", "decisions": rows}
    (out / "decisions.json").write_text(json.dumps(content, indent=2), encoding="utf-8")
    click.echo(f"{sum(counted.values())} decisions described in {out}")


@click.command()
@click.option("--applications", type=click.IntRange(200, 30_000_000), default=6000, show_default=True)
@click.option("--port", type=_PORT, default=8000, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True)
def demo(applications: int, port: int, seed: int) -> None:
    """Make a world, load it, train, promote and serve it; prints the address and a key for each role."""
    _must_be_free("127.0.0.1", port)
    settings = Settings.from_environment()
    world = settings.home / "world"
    if not (settings.home / "champions" / "visa").exists():
        changes = [word for name, value in DEMO_WORLD.items() for word in ("--set", f"{name}={value}")]
        _run("world", "--out", str(world), "--seed", str(seed), "--applications", str(applications), *changes)
        _run("load", str(world))
        _run("train", str(world))
        for subject in ("visa", "entry"):
            let_in(settings, subject)
    desk = open_desk(settings)
    _decide_some(desk)
    with desk.engine.begin() as connection:
        post = connection.execute(
            text(
                "select post from serving.decision where subject = 'visa' group by post order by count(*) desc limit 1"
            )
        ).scalar_one()
        for role in ROLES:
            click.echo(f"{role:10} {create_key(connection, role, post if role == 'officer' else None)}")
    click.echo(f"officer's post: {post}\nopen http://127.0.0.1:{port} and sign in with the officer's key")
    desk.engine.dispose()
    past = replace(settings, clock="records")  # the world ends in 2012: by today's clock everything would be overdue
    _end_in_order()
    uvicorn.run(create_app(desk=open_desk(past)), host="127.0.0.1", port=port, access_log=False)


def let_in(settings: Settings, subject: str) -> None:
    """Promote a model under a waiver, as so small a world never has the evidence, and say so in one line."""
    words = ["promote", subject, "--demo", "--waiver", "demonstration: a small synthetic world"]
    click.echo(f"$ mimamori {shlex.join(words)}", err=True)
    done = subprocess.run([*_PROGRAM, *words], check=False, capture_output=True, text=True)  # noqa: S603
    found = find(settings, subject, "challenger")
    if found is None:
        click.echo(f"{subject}: no model was made; cases stand in order of arrival")
    elif done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        click.echo(f"{subject}: no model serves, cases stand in order of arrival: {said[-1].removeprefix('Error: ')}")
    else:
        click.echo(f"{subject}: {verdict_in_short(found.lines)}; every line is on the page about models")


def verdict_in_short(lines: Sequence[Mapping[str, Any]]) -> str:
    """Say in a few words how a demonstration's model came to serve."""
    waived = [line for line in lines if line["outcome"] == "waived"]
    if not waived:
        return f"the model is let in: all {len(lines)} lines of the gate hold"
    lacking = sum(line["before_waiver"] == "no evidence" for line in waived)
    beyond = len(waived) - lacking
    return (
        f"the model is let in for this demonstration only, under a waiver: of {len(lines)} lines of the gate "
        f"{len(lines) - len(waived)} hold, {lacking} have too little evidence in so small a world"
        + (f" and {beyond} {'is' if beyond == 1 else 'are'} beyond the limit" if beyond else "")
    )


def _decide_some(desk: Desk, wanted: int = 150) -> None:
    """Decide about the latest applications that are stored, so that there is a queue to look at."""
    from features.facts.facts import facts_of_table  # noqa: PLC0415

    with desk.engine.begin() as connection:
        if connection.execute(text("select count(*) from serving.decision")).scalar_one():
            return
        ids = connection.execute(
            text("select record_id from records.record where table_code = 0 order by known_at desc limit :n"), {"n": wanted}
        ).scalars().all()  # fmt: skip
        head = desk.store.head(connection)
        rows = desk.store.rows(connection, "visa_applications", list(ids))
        for index in range(rows.num_rows):
            row = rows.slice(index, 1)
            own = facts_of_table("visa_applications", row)
            decisions.keep(connection, desk.judge(connection, "visa", row, own, row.column("post")[0].as_py(), head))


def _run(*words: str) -> None:
    click.echo(f"$ mimamori {' '.join(words)}", err=True)
    code = subprocess.run([*_PROGRAM, *words], check=False).returncode  # noqa: S603
    if code and words[0] != "train":
        raise Problem(f"`mimamori {words[0]}` failed; see above")
