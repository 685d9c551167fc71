"""Folders of nine Parquet or CSV files, read and checked as a whole."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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
from features.tables.plausibility import order_faults, plausibility_faults
from features.tables.rules import CheckedTable, ReadTable, check_references, check_table
from features.tables.schema import TABLES

log = logging.getLogger("mimamori")


@dataclass(frozen=True, slots=True)
class Records:
    """Nine tables, each in its canonical Arrow schema."""

    tables: Mapping[str, pa.Table]

    def __getitem__(self, name: str) -> pa.Table:
        return self.tables[name]


def empty_records() -> Records:
    """Return nine tables without rows."""
    return Records({name: table.arrow_schema.empty_table() for name, table in TABLES.items()})


@dataclass(frozen=True, slots=True)
class Inspection:
    """Folder as it was read.

    Attributes
    ----------
    records
        As read; None if a table could not be read.
    faults
        Every fault of the files, and of values that cannot be read.
    implausible
        Values that can be read, and cannot be true or are unlikely.
    tables
        The checked tables that could be read, by name.
    is_unusable
        Whether a file is wrong as a whole. A record that is hard to read costs its own fields, or itself, never the run.
    """

    records: Records | None
    faults: list[Fault]
    implausible: list[Fault]
    tables: Mapping[str, CheckedTable]
    is_unusable: bool


def read_folder(folder: Path | str, *, every_record: bool = False) -> Records:
    """Read a folder of records, without what cannot be used of single records; the log says how much that is.

    Parameters
    ----------
    every_record
        Whether every record and value must be usable.

    Raises `RecordsRejected` with every blocking fault if a file is wrong as a whole.
    """
    inspection = inspect(Path(folder))
    wrong = inspection.is_unusable or (every_record and any(fault.blocking for fault in inspection.faults))
    if inspection.records is None or wrong:
        raise RecordsRejected([fault for fault in inspection.faults if fault.blocking])
    records = sum(table.records_left_out for table in inspection.tables.values())
    values = sum(table.values_left_out for table in inspection.tables.values())
    if records or values:
        log.warning(
            "%d records and %d values cannot be read and are left out; `mimamori check` names them", records, values
        )
    return Records({name: table.usable for name, table in inspection.tables.items()})


def inspect_folder(
    folder: Path, *, reading: Callable[[str], None] = lambda _: None
) -> tuple[Records | None, list[Fault]]:
    """Return the records as they are, if all nine tables could be read, and every fault but implausible values; see `inspect`."""
    inspection = inspect(folder, reading=reading)
    return inspection.records, inspection.faults


def inspect(folder: Path, *, reading: Callable[[str], None] = lambda _: None) -> Inspection:
    """Read and check a folder.

    Parameters
    ----------
    reading
        Called with the name of each table before it is read.
    """
    if not folder.is_dir():
        fault = Fault("records", None, None, "no such folder", "a folder with the nine tables", "missing_folder")
        return Inspection(None, [fault], [], {}, is_unusable=True)
    tables: dict[str, ReadTable] = {}
    checked: dict[str, CheckedTable] = {}
    faults: list[Fault] = []
    implausible: list[Fault] = []
    left_out: dict[str, Ints] = {}
    is_unusable = False
    for table in TABLES.values():
        reading(table.name)
        raw = read_file(folder, table)
        if isinstance(raw, Fault):
            faults.append(raw)
            continue
        read, unread = canonical(table, raw.rows)
        whole = check_table(table, read)
        out = len(raw.left_out)
        tables[table.name], left_out[table.name] = read, raw.left_out
        checked[table.name] = replace(whole, records_left_out=whole.records_left_out + out)
        is_unusable |= whole.is_unusable or out > read.rows.num_rows or any(_is_of_file(fault) for fault in raw.faults)
        faults += raw.faults + renumbered(unread + whole.faults, raw.left_out)
        implausible += renumbered(plausibility_faults(table.name, read.rows), raw.left_out)
    for fault in check_references(tables):
        faults += renumbered([fault], left_out[fault.table])
    for fault in order_faults({name: read.rows for name, read in tables.items()}):
        implausible += renumbered([fault], left_out[fault.table])
    if len(tables) < len(TABLES):
        return Inspection(None, faults, implausible, checked, is_unusable=True)
    records = Records({name: read.rows for name, read in tables.items()})
    return Inspection(records, faults, implausible, checked, is_unusable)


def _is_of_file(fault: Fault) -> bool:
    """Return whether a fault is of the header, and not of a row."""
    return fault.blocking and fault.code != "ragged_row"


def read_table(folder: Path, name: str) -> pa.Table:
    """Read a table of a folder checked before, without what cannot be used; raises `RecordsRejected` if it cannot be read any more."""
    raw = read_file(folder, TABLES[name])
    if isinstance(raw, Fault):
        raise RecordsRejected([raw])
    return check_table(TABLES[name], canonical(TABLES[name], raw.rows)[0]).usable


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
