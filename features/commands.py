"""Commands for records: check a folder, compute its feature matrix, load it into the store."""

import datetime as dt
import errno
import json
import os
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from features.command_line import Problem, cluster_option
from features.facts.keyless import keyless_faults
from features.matrix import FeatureMatrix, build_matrix
from features.settings import Settings
from features.tables.faults import UNLIKELY, Fault, by_kind, total
from features.tables.folder import inspect, read_folder
from features.tables.plausibility import future_faults
from features.tables.schema import TABLES

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
SUBJECT = click.Choice(["visa", "entry"])


@click.command()
@click.argument("folder", type=FOLDER)
@click.option(
    "--limit",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    help="Number of rows to print for each kind of fault.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def check(folder: Path, limit: int, as_json: bool) -> None:
    """Check a folder of records: counts, and every fault with table, row, column and what was expected.

    All faults are counted. Of one kind (the same rule in the same column) the first rows are named. Values that can be
    read are faults if they cannot be true, and notes if they are unlikely; notes alone exit with 0.
    """
    inspection = inspect(folder, reading=lambda name: click.echo(f"reading {name} …", err=True))
    records, faults = inspection.records, inspection.faults + inspection.implausible
    for name, rows in {} if records is None else records.tables.items():
        click.echo(f"link keys of {name} …", err=True)
        faults += future_faults(name, rows, dt.datetime.now(dt.UTC)) + keyless_faults(name, rows)
    notes = [fault for fault in faults if fault.level == UNLIKELY]
    counts = {} if records is None else {name: rows.num_rows for name, rows in records.tables.items()}
    if as_json:
        click.echo(json.dumps(_faults_as_json(counts, faults), ensure_ascii=False))
    else:
        for name, count in counts.items():
            click.echo(f"{name:24}{count:>12,} rows")
        for same_kind in by_kind(faults).values():
            named = [fault for fault in same_kind if fault.count == 1][:limit]
            for fault in named:
                click.echo(fault.sentence())
            if total(same_kind) > len(named):
                click.echo(f"    … and {total(same_kind) - len(named):,} more of this kind (--limit names more)")
        click.echo(f"{total(faults) - total(notes):,} fault(s)" + (f", {total(notes):,} note(s)" if notes else ""))
    if len(faults) > len(notes):
        raise SystemExit(1)


def _faults_as_json(counts: dict[str, int], faults: list[Fault]) -> dict[str, object]:
    names = ("table", "row", "column", "actual", "expected", "code", "blocking", "count", "level")
    kinds = [
        {"table": table, "column": column or None, "code": code, "count": total(same_kind)}
        for (table, column, code), same_kind in by_kind(faults).items()
    ]
    listed = [{"found" if name == "actual" else name: getattr(fault, name) for name in names} for fault in faults]
    return {"rows": counts, "total": total(faults), "kinds": kinds, "faults": listed}


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--subject", type=SUBJECT, required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A .parquet or .csv file.")
@cluster_option
def features(folder: Path, subject: str, out: Path, cluster: str | None) -> None:
    """Compute the feature matrix: one row per case, at its own moment."""
    check_out(out, folder)
    matrix = _matrix_on_cluster(cluster, folder, subject) if cluster else _matrix_here(folder, subject)
    write_table(matrix_table(matrix), out)
    click.echo(f"{len(matrix.subject_ids):,} cases x {len(matrix.catalogue.names)} features written to {out}")


def _matrix_here(folder: Path, subject: str) -> FeatureMatrix:
    click.echo("reading records …", err=True)
    records = read_folder(folder)
    click.echo("computing features …", err=True)
    return build_matrix(records, subject)


def _matrix_on_cluster(address: str, folder: Path, subject: str) -> FeatureMatrix:
    from features.matrix_on_cluster import folder_on_cluster  # noqa: PLC0415 (Dask is loaded only when needed)

    with folder_on_cluster(address, folder) as there:
        return there.matrix(subject)


def matrix_table(matrix: FeatureMatrix) -> pa.Table:
    """Return the matrix as a table: subject_id, as_of, then the catalogue in order."""
    columns = {
        "subject_id": pa.array(matrix.subject_ids, pa.string()),
        "as_of": pa.array(matrix.as_of, pa.timestamp("us", tz="UTC")),
    }
    for index, name in enumerate(matrix.catalogue.names):
        columns[name] = pa.array(matrix.values[:, index])
    return pa.table(columns)


def check_out(out: Path, folder: Path) -> None:
    """Refuse a file that could not be written, before any work is done for it.

    Raises
    ------
    click.UsageError, Problem
        If it is neither Parquet nor CSV, would take the place of a table of records, or its folder is not there.
    """
    if out.suffix not in {".parquet", ".csv"}:
        raise click.UsageError("--out must end in .parquet or .csv")
    if not out.parent.is_dir():
        raise Problem(f"the folder {out.parent} does not exist; create it first")
    if out.stem in TABLES and out.parent.resolve() == folder.resolve():
        raise Problem(f"{out.name} is a table of these records; name another file")
    if not os.access(out.parent, os.W_OK):
        raise Problem(f"nothing can be written into the folder {out.parent}")


def write_table(table: pa.Table, out: Path) -> None:
    """Write a table as Parquet or CSV, by the ending of the file; times in CSV as in the records.

    An earlier file of that name stays as it was until the new one is whole.
    """
    part = out.with_name(f".{out.name}.part")
    try:
        if out.suffix == ".csv":
            pcsv.write_csv(_times_as_text(table), part)
        else:
            pq.write_table(table, part)
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Problem(f"{out} cannot be written: {os.strerror(error.errno or errno.EIO)}") from None


def _times_as_text(table: pa.Table) -> pa.Table:
    for index, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            texts = pc.strftime(table.column(index), format="%Y-%m-%dT%H:%M:%SZ")
            table = table.set_column(index, field.name, texts)
    return table


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
