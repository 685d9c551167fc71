"""Folders of nine Parquet or CSV files, read and checked as a whole."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from features.arrays import Ints
from features.tables.canonical_columns import absent_column, convert
from features.tables.definition import Kind, Table
from features.tables.faults import Fault, RecordsRejected
from features.tables.files import read_file, renumbered
from features.tables.rules import ReadTable, check_references, check_table
from features.tables.schema import TABLES


@dataclass(frozen=True, slots=True)
class Records:
    """Nine tables, each in its canonical Arrow schema."""

    tables: Mapping[str, pa.Table]

    def __getitem__(self, name: str) -> pa.Table:
        return self.tables[name]


def empty_records() -> Records:
    """Return nine tables without rows."""
    return Records({name: table.arrow_schema.empty_table() for name, table in TABLES.items()})


def read_folder(folder: Path | str) -> Records:
    """Read a folder of records; raises `RecordsRejected` with every blocking fault."""
    records, faults = inspect_folder(Path(folder))
    blocking = [fault for fault in faults if fault.blocking]
    if records is None or blocking:
        raise RecordsRejected(blocking)
    return records


def inspect_folder(
    folder: Path, *, reading: Callable[[str], None] = lambda _: None
) -> tuple[Records | None, list[Fault]]:
    """Return the records, if all nine tables could be read, and every fault.

    Parameters
    ----------
    reading
        Called with the name of each table before it is read.
    """
    if not folder.is_dir():
        return None, [Fault("records", None, None, "no such folder", "a folder with the nine tables", "missing_folder")]
    tables: dict[str, ReadTable] = {}
    faults: list[Fault] = []
    left_out: dict[str, Ints] = {}
    for table in TABLES.values():
        reading(table.name)
        raw = read_file(folder, table)
        if isinstance(raw, Fault):
            faults.append(raw)
            continue
        read, unread = canonical(table, raw.rows)
        tables[table.name], left_out[table.name] = read, raw.left_out
        faults += raw.faults + renumbered(unread + check_table(table, read), raw.left_out)
    for fault in check_references(tables):
        faults += renumbered([fault], left_out[fault.table])
    if len(tables) < len(TABLES):
        return None, faults
    return Records({name: read.rows for name, read in tables.items()}), faults


def read_table(folder: Path, name: str) -> pa.Table:
    """Read a table of a folder checked before; raises `RecordsRejected` if it cannot be read any more."""
    raw = read_file(folder, TABLES[name])
    if isinstance(raw, Fault):
        raise RecordsRejected([raw])
    return canonical(TABLES[name], raw.rows)[0].rows


def table_path(folder: Path, name: str) -> Path:
    """Return the file of a table: Parquet if there is such a file, else CSV."""
    parquet = folder / f"{name}.parquet"
    return parquet if parquet.exists() else folder / f"{name}.csv"


def canonical(table: Table, raw: pa.Table) -> tuple[ReadTable, list[Fault]]:
    """Return a table in its canonical schema, and what could not be read."""
    arrays, lost, faults = [], {}, []
    for column in table.columns:
        if column.name in raw.column_names:
            converted = convert(table.name, column, raw.column(column.name))
        elif column.optional:
            converted = convert(table.name, column, pa.nulls(raw.num_rows))
        else:
            converted = absent_column(column, raw.num_rows)
        arrays.append(converted.array)
        lost[column.name] = converted.lost
        faults += converted.faults
    return ReadTable(pa.table(arrays, schema=table.arrow_schema), lost), faults


def write_folder(folder: Path | str, records: Records, *, csv: bool = False) -> None:
    """Write the nine tables into a folder, created if need be."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in records.tables.items():
        if csv:
            pcsv.write_csv(_as_text(TABLES[name], rows), folder / f"{name}.csv")
        else:
            pq.write_table(rows, folder / f"{name}.parquet")


def _as_text(table: Table, rows: pa.Table) -> pa.Table:
    columns = []
    for column in table.columns:
        values = rows.column(column.name)
        if column.kind is Kind.TIMESTAMP:
            text = pc.strftime(values, format="%Y-%m-%dT%H:%M:%SZ")
        elif column.kind is Kind.BOOLEAN:
            text = pc.if_else(values, "True", "False")
        else:
            text = values.cast(pa.string())
        columns.append(text)
    return pa.table(columns, names=list(table.column_names))
