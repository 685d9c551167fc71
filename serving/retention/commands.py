"""Commands: erase a person, and apply the retention table."""

from __future__ import annotations

import datetime as dt
import time

import click

from features.command_line import Problem
from features.matrix import TABLE_OF_SUBJECT
from features.settings import Settings
from serving.decisions.service import open_service
from serving.log.startup import open_on_log
from serving.retention.erasure import NobodyToErase, erase_person, records_of_person
from serving.retention.job import PEOPLE, apply, due
from serving.retention.kinds import DELETE, ERASE, Kind
from serving.store.transactions import EVERYTHING, transaction

PROGRESS_SECONDS = 2.0


@click.command()
@click.argument("subject", type=click.Choice(["visa", "entry"]))
@click.argument("record_id", metavar="ID")
@click.option("--reason", required=True, help="Why, without a name: the number of the request, for example.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(subject: str, record_id: str, reason: str, yes: bool) -> None:
    """Erase the person of an application or landing: nobody can read anything about that person any more.

    Decisions stay, and can still be verified. This cannot be undone.
    """
    service, record = open_service(Settings.from_environment()), (TABLE_OF_SUBJECT[subject], record_id)
    try:
        with transaction(service.engine, EVERYTHING) as connection:
            _, records = records_of_person(connection, record)
        click.echo(f"{len(records)} records of this person:")
        for table, name in records:
            click.echo(f"  {table} {name}")
        if not yes:
            click.confirm("Erase them? This cannot be undone.", abort=True)
        erased = erase_person(service, record, reason)
    except NobodyToErase as error:
        raise Problem(str(error)) from None
    click.echo(f"{len(erased)} records can be read by nobody any more; decisions and proofs remain")


@click.command()
@click.option("--apply", "is_applied", is_flag=True, help="Erase and delete what is due; without it, only say what is.")
def retention(is_applied: bool) -> None:
    """Say what has been kept for its full time, by the retention table, and with --apply erase or delete it."""
    service, now = open_on_log(Settings.from_environment()), dt.datetime.now(dt.UTC)
    shown_at = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal shown_at
        if time.monotonic() - shown_at > PROGRESS_SECONDS:
            shown_at = time.monotonic()
            click.echo(f"{done:,} of {total:,} people erased", err=True)

    for kind, count in apply(service, now, progress) if is_applied else due(service, now):
        click.echo(f"{_done(kind, count, is_applied=is_applied):<20} {kind.days:>5,} days  {kind.name}")


def _done(kind: Kind, count: int, *, is_applied: bool) -> str:
    """Return what is due of a kind or was done, the number first."""
    if kind.code == PEOPLE:
        return f"{count:,} people {'erased' if is_applied else 'due'}"
    if kind.act == DELETE:
        return f"{count:,} rows {'deleted' if is_applied else 'due'}"
    return "with the person" if kind.act == ERASE else "kept"
