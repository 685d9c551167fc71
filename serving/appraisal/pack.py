"""A pack of a period: parts that write their files into one folder, a report of them, and a list of all files with their hashes.

The same period gives the same bytes: nothing in it says when it was made, and nothing that came after the period counts.
It names no applicant; cases stand in it by their ids, accounts by their user names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from sqlalchemy import Connection

from serving.decisions.service import DecisionService
from serving.store.appraisal import Period

FILES = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of a chart: (label, count) in order; ``key`` names its title among the texts of the pack."""

    key: str
    bars: list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Section:
    """What a part adds to the report.

    Attributes
    ----------
    key
        Names title and explanation, ``<key>`` and ``<key>_help``, among the texts of the pack.
    tables
        By name; each is written as CSV and Parquet.
    files
        Files that the part wrote itself, by their paths in the folder.
    figures
        Numbers that are stated above the tables: key of the text, and its values.
    """

    key: str
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    charts: tuple[Chart, ...] = ()
    files: tuple[str, ...] = ()
    figures: tuple[tuple[str, Mapping[str, object]], ...] = ()


@dataclass(frozen=True, slots=True)
class PackOrder:
    """What a pack is made of: the period, the folder to write into, and the service with a connection that sees one state."""

    service: DecisionService
    connection: Connection
    period: Period
    folder: Path


Part = Callable[[PackOrder], Section]


def write_sections(order: PackOrder, parts: Iterable[Part]) -> list[Section]:
    """Write the files of every part, and return their sections."""
    sections = []
    for part in parts:
        section = part(order)
        for name, rows in section.tables.items():
            write_table(order.folder / "tables" / name, rows)
        sections.append(section)
    return sections


def write_table(path: Path, rows: pa.Table) -> None:
    """Write a table beside itself as CSV and as Parquet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.csv.write_csv(rows, path.with_suffix(".csv"))
    pyarrow.parquet.write_table(rows, path.with_suffix(".parquet"))


def table_of(columns: list[str], rows: list[tuple[Any, ...]]) -> pa.Table:
    """Return rows as a table; columns without any value are text."""
    arrays = [pa.array([row[at] for row in rows]) for at in range(len(columns))]
    return pa.table(
        {
            name: each.cast(pa.string()) if pa.types.is_null(each.type) else each
            for name, each in zip(columns, arrays, strict=True)
        }
    )


def write_hashes(folder: Path) -> int:
    """Write the hash of every file, as `sha256sum --check` reads them, and return their count."""
    lines = [
        f"{sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in _files(folder)
    ]
    (folder / FILES).write_text("".join(lines), encoding="utf-8")
    return len(lines)


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file() and path.name != FILES)
