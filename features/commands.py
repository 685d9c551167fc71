"""Commands about records: check a folder, compute its feature matrix, load it into the store."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from features.command_line import Problem
from features.matrix import FeatureMatrix, build_matrix
from features.settings import Settings
from features.tables.folder import inspect_folder, read_folder

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
SUBJECT = click.Choice(["visa", "entry"])


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--limit", default=100, show_default=True, help="How many faults to print.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def check(folder: Path, limit: int, as_json: bool) -> None:
    """Check a folder of records: counts, and every fault with table, row, column and what was expected."""
    click.echo("reading …", err=True)
    records, faults = inspect_folder(folder)
    counts = {} if records is None else {name: rows.num_rows for name, rows in records.tables.items()}
    if as_json:
        found = [
            {"table": one.table, "row": one.row, "column": one.column, "found": one.found, "expected": one.expected,
             "code": one.code, "blocking": one.blocking}
            for one in faults
        ]  # fmt: skip
        click.echo(json.dumps({"rows": counts, "faults": found}, ensure_ascii=False))
    else:
        for name, count in counts.items():
            click.echo(f"{name:24}{count:>12,} rows")
        for fault in faults[:limit]:
            click.echo(fault.sentence())
        if len(faults) > limit:
            click.echo(f"… and {len(faults) - limit} more (--limit {len(faults)} shows all)")
        click.echo(f"{len(faults)} fault(s)")
    if faults:
        raise SystemExit(1)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--subject", type=SUBJECT, required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A .parquet or .csv file.")
@click.option("--cluster", metavar="ADDR", help="A Dask scheduler (tcp://…).")
def features(folder: Path, subject: str, out: Path, cluster: str | None) -> None:
    """Compute the feature matrix: one row per case, at its own moment."""
    if cluster:
        raise Problem("--cluster is not there yet; without it the matrix is computed on this machine")
    if out.suffix not in {".parquet", ".csv"}:
        raise click.UsageError("--out must end in .parquet or .csv")
    click.echo("reading records …", err=True)
    records = read_folder(folder)
    click.echo("computing features …", err=True)
    matrix = build_matrix(records, subject)
    write_table(matrix_table(matrix), out)
    click.echo(f"{len(matrix.subject_ids):,} cases x {len(matrix.catalogue.names)} features written to {out}")


def matrix_table(matrix: FeatureMatrix) -> pa.Table:
    """Return the matrix as a table: subject_id, as_of, then the catalogue in order."""
    columns = {
        "subject_id": pa.array(matrix.subject_ids, pa.string()),
        "as_of": pa.array(matrix.as_of, pa.timestamp("us", tz="UTC")),
    }
    for index, name in enumerate(matrix.catalogue.names):
        columns[name] = pa.array(matrix.values[:, index])
    return pa.table(columns)


def write_table(table: pa.Table, out: Path) -> None:
    """Write a table as Parquet or CSV, by the ending of the file."""
    if not out.parent.exists():
        raise Problem(f"the folder {out.parent} does not exist; make it first")
    if out.suffix == ".csv":
        pcsv.write_csv(table, out)
    else:
        pq.write_table(table, out)


@click.command()
@click.argument("folder", type=FOLDER)
def load(folder: Path) -> None:
    """Load a folder of records into the store, all or nothing."""
    from features.database import open_engine  # noqa: PLC0415 (the database starts only when it is needed)
    from features.store.records import RecordExists, RecordStore  # noqa: PLC0415

    settings = Settings.from_environment()
    click.echo("reading records …", err=True)
    records = read_folder(folder)
    engine = open_engine(settings)
    store = RecordStore.open(engine, settings.data_key_path)
    try:
        with engine.begin() as connection:
            store.append_all(
                connection, records.tables, lambda name, rows: click.echo(f"loading {rows:,} {name} …", err=True)
            )
    except RecordExists as exists:
        raise Problem(f"nothing was loaded: {exists}") from None
    click.echo(f"{sum(rows.num_rows for rows in records.tables.values()):,} records loaded")
