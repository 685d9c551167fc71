"""What was a run made from? The version of the code, and the data it saw, both by their hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

import features
import models
import training
from features.tables.folder import Records
from features.tables.schema import TABLES


@dataclass(frozen=True, slots=True)
class DataSeen:
    """Which data a run used: a name, a hash of the content, how many rows, and what for (``fit``, ``judging`` …)."""

    name: str
    sha256: str
    rows: int
    context: str

    @staticmethod
    def of(name: str, data: str, rows: NDArray[np.int64], context: str) -> DataSeen:
        """Describe some rows, int64[k], of data with this sha256; other rows of the same data get another hash."""
        digest = hashlib.sha256(data.encode() + np.ascontiguousarray(rows, dtype="<i8").tobytes())
        return DataSeen(name, digest.hexdigest(), len(rows), context)


def shipped_rooms() -> tuple[str, ...]:
    """Return the folders of code that ride along with a model."""
    return tuple(str(Path(room.__path__[0])) for room in (features, models))


def code_version() -> dict[str, str]:
    """Return the version of the code as tags: the package's, and the sha256 over all files of all three rooms.

    The policy, the hazards and the templates decide as code does; what Python makes itself from the source is left out.
    """
    return {"code_version": version("mimamori"), "code_sha256": code_hash((*shipped_rooms(), *training.__path__))}


def code_hash(rooms: Sequence[str]) -> str:
    """Return a sha256 over names and content of every file in some folders of code."""
    digest = hashlib.sha256()
    for room in map(Path, rooms):
        for path in sorted(room.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                content = hashlib.sha256(path.read_bytes()).digest()
                digest.update(path.relative_to(room.parent).as_posix().encode() + b"\0" + content)
    return digest.hexdigest()


def data_hash(records: Records) -> str:
    """Return a sha256 over the content of all nine tables, whatever files they came from and in whatever order of rows.

    Rows are ordered by their ids; what lies in memory under a missing value, in which pieces a column is held, and notes of
    a file about itself are no content.
    """
    digest = hashlib.sha256()
    for name in sorted(records.tables):
        digest.update(f"{name} {records[name].num_rows}".encode())
        for column, values in _in_order_of_ids(name, records[name]):
            digest.update(f" {column} {values.type}".encode())
            digest.update(_content(values))
    return digest.hexdigest()


def _in_order_of_ids(name: str, rows: pa.Table) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Give the columns one by one, for a copy of all of them would take as much memory again."""
    order = pc.sort_indices(rows.column(TABLES[name].id_column))
    sorted_already = pc.all(pc.equal(order, pa.array(np.arange(len(order), dtype=np.uint64)))).as_py()
    for column in sorted(rows.column_names):
        values = rows.column(column)
        # many pieces are slow to take from
        yield column, values if sorted_already else pa.chunked_array([values.combine_chunks().take(order)])


def _content(values: pa.ChunkedArray) -> pa.Buffer:
    there = values.is_valid()
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.uint8())  # bits beyond the last one may be anything
    # without missing values nothing lies under them; where they were is told beside
    columns = {"there": there.cast(pa.uint8()), "values": values.drop_null()}
    sink = pa.BufferOutputStream()
    for name, column in columns.items():
        whole = pa.table({name: column}).combine_chunks()
        with pa.ipc.new_stream(sink, whole.schema) as stream:
            stream.write_table(whole)
    return sink.getvalue()
