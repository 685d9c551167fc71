"""Where do records come from? Folders of nine Parquet or CSV files, read and checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from features.tables.checking import check_references, check_table, unknown_column
from features.tables.conversion import convert
from features.tables.description import Kind, Table
from features.tables.faults import Fault, RecordsRejected
from features.tables.nine_tables import TABLES


@dataclass(frozen=True, slots=True)
class Records:
    """The nine tables, each in its canonical Arrow schema."""

    tables: Mapping[str, pa.Table]

    def __getitem__(self, name: str) -> pa.Table:
        return self.tables[name]


def empty_records() -> Records:
    """Return nine tables without rows."""
    return Records({name: table.arrow_schema.empty_table() for name, table in TABLES.items()})


def read_folder(folder: Path | str) -> Records:
    """Read a folder of records.

    Raises
    ------
    RecordsRejected
        If anything is wrong that keeps the records from being used; it names every fault.
    """
    records, faults = inspect_folder(Path(folder))
    blocking = [fault for fault in faults if fault.blocking]
    if records is None or blocking:
        raise RecordsRejected(blocking)
    return records


def inspect_folder(folder: Path) -> tuple[Records | None, list[Fault]]:
    """Read a folder and return the records, if all nine tables could be read, with every fault."""
    tables: dict[str, pa.Table] = {}
    faults: list[Fault] = []
    for table in TABLES.values():
        raw, problem = _open(folder, table)
        if raw is None:
            faults += problem
            continue
        rows, found = canonical(table, raw)
        tables[table.name] = rows
        faults += problem + found
        if not any(fault.code in {"type", "missing_column", "encoding", "time_zone"} for fault in found):
            faults += check_table(table, rows)
    if len(tables) < len(TABLES):
        return None, faults
    return Records(tables), faults + check_references(tables)


def read_table(folder: Path, name: str) -> pa.Table:
    """Read one table of a folder that was checked before, in its canonical schema.

    Raises
    ------
    RecordsRejected
        If it cannot be read any more.
    """
    raw, faults = _open(folder, TABLES[name])
    if raw is None:
        raise RecordsRejected(faults)
    return canonical(TABLES[name], raw)[0]


def table_path(folder: Path, name: str) -> Path:
    """Return the file of a table: Parquet if there is one, else CSV."""
    parquet = folder / f"{name}.parquet"
    return parquet if parquet.exists() else folder / f"{name}.csv"


def canonical(table: Table, raw: pa.Table) -> tuple[pa.Table, list[Fault]]:
    """Bring a table as read from a file to its canonical schema."""
    faults = [unknown_column(table.name, name) for name in raw.column_names if name not in table.column_names]
    twice = {name for name in raw.column_names if raw.column_names.count(name) > 1}
    if twice:
        faults += [
            Fault(table.name, None, name, "the column twice", "it once", "missing_column") for name in sorted(twice)
        ]
        raw = raw.select([at for at, name in enumerate(raw.column_names) if name not in twice])
    columns = []
    for column in table.columns:
        if column.name not in raw.column_names:
            if not column.optional:
                faults.append(
                    Fault(
                        table.name,
                        None,
                        column.name,
                        "no such column",
                        "a column of records.md",
                        "missing_column",
                    )
                )
            columns.append(pa.nulls(raw.num_rows, column.kind.arrow_type))
            continue
        array, found = convert(table.name, column, raw.column(column.name))
        columns.append(array)
        faults += found
    return pa.table(columns, schema=table.arrow_schema), faults


def _open(folder: Path, table: Table) -> tuple[pa.Table | None, list[Fault]]:
    parquet, csv = folder / f"{table.name}.parquet", folder / f"{table.name}.csv"
    if parquet.exists() and csv.exists():
        return None, [Fault(table.name, None, None, "both a .parquet and a .csv file", "one of them", "two_files")]
    try:
        if parquet.exists():
            return pq.read_table(parquet), []
        if csv.exists():
            return _read_csv(csv), []
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        # the reader's own words may quote a row, so only their kind is passed on
        found = f"a file that cannot be read ({type(error).__name__})"
        return None, [Fault(table.name, None, None, found, "Parquet, or CSV in UTF-8 as of RFC 4180", "unreadable")]
    expected = f"{table.name}.parquet or {table.name}.csv (an empty table has its header only)"
    return None, [Fault(table.name, None, None, "no file", expected, "missing_table")]


def _read_csv(path: Path) -> pa.Table:
    with path.open("rb") as file:
        start = file.read(3)
        header = (start + file.readline()).decode("utf-8-sig", errors="replace").strip().split(",")
    names = [name.strip('"') for name in header]
    return pcsv.read_csv(
        path,
        parse_options=pcsv.ParseOptions(newlines_in_values=True),
        convert_options=pcsv.ConvertOptions(
            column_types={name: pa.binary() for name in names}, strings_can_be_null=False
        ),
    )


def write_folder(folder: Path | str, records: Records, *, csv: bool = False) -> None:
    """Write the nine tables into a folder, which is made if need be."""
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
