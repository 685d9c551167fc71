"""Commands for entries of the Trafficking in Persons Database: read and write them as FollowTheMoney's JSON lines."""

import datetime as dt
from pathlib import Path

import click

from features.command_line import Problem
from features.commands import FOLDER, check_out, write_table
from features.tables.faults import RecordsRejected
from features.tables.folder import read_folder
from features.watchlist.follow_the_money import ROLES, TABLE, entities, read_entities

_OUT = click.Path(dir_okay=False, path_type=Path)


@click.group(name="watch-list")
def watch_list() -> None:
    """Entries of the Trafficking in Persons Database, from and to FollowTheMoney's JSON lines (schema Person)."""


@watch_list.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=_OUT, required=True, help="A .parquet or .csv file: the table tip_database of a folder.")
@click.option("--role", type=click.Choice(ROLES), help="Role of people whose keywords and topics name none.")
def import_entities(file: Path, out: Path, role: str | None) -> None:
    """Read people from FILE and write them as the table tip_database.

    A person with several names, birth dates, passports, phones or addresses becomes several entries. Listed from
    createdAt, otherwise from now on.
    """
    if out.exists():
        raise Problem(f"{out} exists; name another file")
    check_out(out, out.parent / "records")
    try:
        with file.open(encoding="utf-8-sig") as lines:
            read = read_entities(lines, role=role, listed_at=dt.datetime.now(dt.UTC))
    except UnicodeDecodeError:
        raise Problem(f"{file.name} is no UTF-8 text") from None
    if read.faults:
        raise RecordsRejected(read.faults)
    write_table(read.entries, out)
    click.echo(
        f"{read.entries.num_rows:,} entries written to {out}; {read.others_count:,} lines are no person and left out"
    )


@watch_list.command(name="export")
@click.argument("folder", type=FOLDER)
@click.option("--out", type=_OUT, required=True, help="A file of JSON lines, such as entries.ftm.json.")
@click.option("--victims", is_flag=True, help="Entries of victims too; they are left out otherwise.")
def export_entities(folder: Path, out: Path, victims: bool) -> None:
    """Write the listed entries of FOLDER as JSON lines; delisted ones are left out."""
    entries = read_folder(folder)[TABLE]
    lines = list(entities(entries, victims=victims))
    if out.exists():
        raise Problem(f"{out} exists; name another file")
    out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    click.echo(f"{len(lines):,} of {entries.num_rows:,} entries written to {out}")
