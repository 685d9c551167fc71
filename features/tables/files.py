"""Files of tables: Parquet or CSV as written, with the faults of the file itself."""

import csv
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from features.arrays import Ints
from features.tables.definition import Table
from features.tables.faults import EXAMPLES_OF_A_KIND, Fault
from features.tables.rules import unknown_column

_READABLE = "Parquet, or CSV in UTF-8 as of RFC 4180"


@dataclass(frozen=True, slots=True)
class RawTable:
    """Content of a file, not yet converted.

    Attributes
    ----------
    rows
        Columns of the table that the file has, each once.
    left_out
        Numbers (from 1, ascending) of CSV rows with too few or too many fields.
    faults
        Faults of the file and its header.
    """

    rows: pa.Table
    left_out: Ints
    faults: list[Fault]


def renumbered(faults: list[Fault], left_out: Ints) -> list[Fault]:
    """Return faults with their row numbers in the file, in which other rows were left out."""
    if not len(left_out):
        return faults
    # every row left out moves the later ones by a row
    before = left_out - np.arange(1, len(left_out) + 1)
    return [
        fault
        if fault.row is None
        else replace(fault, row=fault.row + int(np.searchsorted(before, fault.row, side="left")))
        for fault in faults
    ]


def read_file(folder: Path, table: Table) -> RawTable | Fault:
    """Read the file of a table; a fault if it cannot be read."""
    paths = [path for path in (folder / f"{table.name}.{ending}" for ending in ("parquet", "csv")) if path.exists()]
    if len(paths) > 1:
        return Fault(table.name, None, None, "both a .parquet and a .csv file", "one of them", "two_files")
    if not paths:
        expected = f"{table.name}.parquet or {table.name}.csv (an empty table has its header only)"
        return Fault(table.name, None, None, "no file", expected, "missing_table")
    path = paths[0]
    if not path.is_file():
        return Fault(table.name, None, None, "a folder or device", f"a file {path.name}", "unreadable")
    if path.stat().st_size == 0:
        return Fault(table.name, None, None, "a file without a single byte", _READABLE, "unreadable")
    try:
        return _read_parquet(path, table) if path.suffix == ".parquet" else _read_csv(path, table)
    except (pa.ArrowException, OSError, ValueError, csv.Error) as error:
        # the reader's message may quote a row, so only its kind is passed on
        actual = f"a file that cannot be read ({type(error).__name__})"
        return Fault(table.name, None, None, actual, _READABLE, "unreadable")


def _header(table: Table, names: list[str]) -> tuple[list[str], list[Fault]]:
    """Return the columns to be read, and the faults of the header."""
    counts = Counter(names)
    faults = [unknown_column(table.name, name) for name in counts if name not in table.column_names]
    kept = []
    for column in table.columns:
        times = counts[column.name]
        if times > 1:
            faults.append(Fault(table.name, None, column.name, "the column twice", "it once", "duplicate_column"))
        elif times == 0 and not column.optional:
            faults.append(Fault(table.name, None, column.name, "no such column", "a column of features/tables/schema",
                                "missing_column"))  # fmt: skip
        if times == 1:
            kept.append(column.name)
    return kept, faults


def _read_parquet(path: Path, table: Table) -> RawTable:
    """Read the columns of the table only; a folder ``year=2009`` adds none."""
    with pq.ParquetFile(path, memory_map=True) as file:
        kept, faults = _header(table, list(file.schema_arrow.names))
        rows = file.read(columns=kept)
        if not kept:
            rows = pa.table({table.id_column: pa.nulls(file.metadata.num_rows, pa.string())})
    return RawTable(rows, np.zeros(0, dtype=np.int64), faults)


def _read_csv(path: Path, table: Table) -> RawTable:
    names = _csv_names(path)
    kept, faults = _header(table, names)
    left_out: list[int] = []
    uncounted = 0

    def skip(row: pcsv.InvalidRow) -> str:
        nonlocal uncounted
        if row.number is None:
            uncounted += 1
        else:
            left_out.append(row.number - 1)
        return "skip"

    def read(*, threads: bool) -> pa.Table:
        return pcsv.read_csv(
            path,
            read_options=pcsv.ReadOptions(use_threads=threads),
            parse_options=pcsv.ParseOptions(newlines_in_values=True, invalid_row_handler=skip),
            convert_options=pcsv.ConvertOptions(
                column_types=dict.fromkeys(kept, pa.binary()), include_columns=kept, strings_can_be_null=False
            ),
        )

    rows = read(threads=True)
    if uncounted:
        # row numbers are known to a single thread only
        left_out.clear()
        rows = read(threads=False)
    ragged = np.array(sorted(left_out), dtype=np.int64)
    faults += _ragged(table, ragged, len(names))
    return RawTable(rows, ragged, faults)


def _csv_names(path: Path) -> list[str]:
    """Return the names in the header; raises `ValueError` if it is not UTF-8, or its quotes never end."""
    # what is not UTF-8 further down is a fault of its row
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        names = next(csv.reader(file, strict=True), [])
    ",".join(names).encode()
    return names


def _ragged(table: Table, rows: Ints, width: int) -> list[Fault]:
    expected = f"{width} fields, as in the header"
    actual = "a row with fewer or more fields"
    named = [Fault(table.name, row, None, actual, expected, "ragged_row") for row in rows[:EXAMPLES_OF_A_KIND].tolist()]
    further = len(rows) - len(named)
    return [*named, Fault(table.name, None, None, actual, expected, "ragged_row", count=further)] if further else named
