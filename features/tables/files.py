"""Files of tables: Parquet or CSV as written, whole, compressed or in parts, with the faults of the file itself."""

import csv
import gzip
import io
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from features.arrays import Ints
from features.tables.definition import Table
from features.tables.faults import EXAMPLES_OF_A_KIND, Fault
from features.tables.rules import unknown_column

_READABLE = "Parquet, or CSV in UTF-8 as of RFC 4180, alone or in a gzip or zip file of its own"
ENDINGS = (".parquet", ".csv", ".csv.gz", ".csv.zip", ".zip")
"""Endings of a table's file, and of the parts in a table's folder."""
WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".ods")
_BLOCK_BYTES = 1 << 20
_LONGEST_CELL_BYTES = 1 << 30


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


def table_files(folder: Path, name: str) -> list[Path]:
    """Return the files of a table: a single one, or in order of name those of a folder of parts; empty if there is none."""
    paths = _candidates(folder, name)
    if len(paths) != 1:
        return paths
    if not paths[0].is_dir():
        return paths
    inner = sorted(path for path in paths[0].rglob("*") if path.is_file() and not _is_hidden(path, paths[0]))
    return [path for path in inner if path.name.endswith(ENDINGS)]


def read_file(folder: Path, table: Table) -> RawTable | Fault:
    """Read the file or the parts of a table; a fault if it cannot be read."""
    paths = _candidates(folder, table.name)
    if len(paths) > 1:
        actual = "both a .parquet and a .csv file, or other files of the same table"
        return Fault(table.name, None, None, actual, "one of them", "two_files")
    if not paths:
        return _missing(folder, table)
    files = table_files(folder, table.name)
    if not files or not all(path.is_file() for path in files):
        expected = f"a file {table.name}.parquet or {table.name}.csv, or a folder of such parts"
        return Fault(table.name, None, None, "a folder without parts, or a device", expected, "unreadable")
    if any(path.stat().st_size == 0 for path in files):
        return Fault(table.name, None, None, "a file without a single byte", _READABLE, "unreadable")
    try:
        return _joined([_read_part(path, table) for path in files])
    except (pa.ArrowException, OSError, EOFError, ValueError, csv.Error, zlib.error, zipfile.BadZipFile) as error:
        # the reader's message may quote a row, so only its kind is passed on
        actual = f"a file that cannot be read ({type(error).__name__})"
        return Fault(table.name, None, None, actual, _READABLE, "unreadable")


def _candidates(folder: Path, name: str) -> list[Path]:
    """Return whatever may hold a table: files of each ending, and folders of parts."""
    return [path for path in (folder / f"{name}{ending}" for ending in (*ENDINGS, "")) if path.exists()]


def _missing(folder: Path, table: Table) -> Fault:
    """Return the fault of a table without a file; a workbook is named as such."""
    for ending in WORKBOOKS:
        if (folder / f"{table.name}{ending}").exists():
            expected = (
                f"{table.name}.csv: save the sheet as CSV UTF-8, with texts, not numbers, in the columns of phones"
            )
            return Fault(table.name, None, None, f"a workbook ({ending}), which is not read", expected, "workbook")
    expected = f"{table.name}.parquet or {table.name}.csv (an empty table has its header only)"
    return Fault(table.name, None, None, "no file", expected, "missing_table")


def _is_hidden(path: Path, within: Path) -> bool:
    """Return whether a part is a note of the program that wrote it, as ``_SUCCESS`` and ``.crc``."""
    return any(part.startswith(("_", ".")) for part in path.relative_to(within).parts)


def _read_part(path: Path, table: Table) -> RawTable:
    return _read_parquet(path, table) if path.suffix == ".parquet" else _read_csv(path, table)


def _joined(parts: list[RawTable]) -> RawTable:
    """Return parts as one table; rows are numbered through all of them."""
    if len(parts) == 1:
        return parts[0]
    rows, left_out, faults, before = [], [], [], 0
    for part in parts:
        faults += [
            fault if fault.row is None else replace(fault, row=fault.row + before)
            for fault in part.faults
            if fault.row is not None or fault not in faults
        ]
        left_out.append(part.left_out + before)
        rows.append(part.rows)
        before += part.rows.num_rows + len(part.left_out)
    return RawTable(pa.concat_tables(rows, promote_options="permissive"), np.concatenate(left_out), faults)


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

    def read(*, threads: bool, block_bytes: int = _BLOCK_BYTES) -> pa.Table:
        left_out.clear()
        with _opened(path) as file:
            return pcsv.read_csv(
                file,
                read_options=pcsv.ReadOptions(use_threads=threads, block_size=block_bytes),
                parse_options=pcsv.ParseOptions(newlines_in_values=True, invalid_row_handler=skip),
                convert_options=pcsv.ConvertOptions(
                    column_types=dict.fromkeys(kept, pa.binary()), include_columns=kept, strings_can_be_null=False
                ),
            )

    try:
        rows = read(threads=True)
        if uncounted:
            # row numbers are known to a single thread only
            rows = read(threads=False)
    except pa.ArrowInvalid:
        # a cell may be longer than a block
        rows = read(threads=False, block_bytes=_LONGEST_CELL_BYTES)
    ragged = np.array(sorted(left_out), dtype=np.int64)
    faults += _ragged(table, ragged, len(names))
    return RawTable(rows, ragged, faults)


def _opened(path: Path) -> IO[bytes]:
    """Open a file, or what a gzip or zip file holds; raises `ValueError` for a zip file of several."""
    if path.suffix == ".gz":
        return io.BufferedReader(gzip.GzipFile(path))
    if path.suffix == ".zip":
        archive = zipfile.ZipFile(path)
        inner = [name for name in archive.namelist() if name.endswith(".csv") and not name.startswith("__MACOSX/")]
        if len(inner) != 1:
            raise ValueError("not a single CSV file")
        return archive.open(inner[0])
    return path.open("rb")


def _csv_names(path: Path) -> list[str]:
    """Return the names in the header; raises `ValueError` if it is not UTF-8, or its quotes never end."""
    # what is not UTF-8 further down is a fault of its row
    with _opened(path) as raw, io.TextIOWrapper(raw, "utf-8-sig", "surrogateescape", newline="") as file:
        names = next(csv.reader(file, strict=True), [])
    ",".join(names).encode()
    return names


def _ragged(table: Table, rows: Ints, width: int) -> list[Fault]:
    expected = f"{width} fields, as in the header"
    actual = "a row with fewer or more fields"
    named = [Fault(table.name, row, None, actual, expected, "ragged_row") for row in rows[:EXAMPLES_OF_A_KIND].tolist()]
    further = len(rows) - len(named)
    return [*named, Fault(table.name, None, None, actual, expected, "ragged_row", count=further)] if further else named
