"""From which code and data does a run come? Their hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import features
import models
import training
from features.arrays import Ints
from features.tables.folder import Records
from features.tables.schema import TABLES


@dataclass(frozen=True, slots=True)
class DataUse:
    """Data of a run: name, hash of the content, number of rows, and use (``fit``, ``evaluation`` …)."""

    name: str
    sha256: str
    rows: int
    context: str

    @staticmethod
    def of(name: str, data: str, rows: Ints, context: str) -> DataUse:
        """Rows, int64[k], of data with this sha256; other rows of the same data get another hash."""
        digest = hashlib.sha256(data.encode() + np.ascontiguousarray(rows, dtype="<i8").tobytes())
        return DataUse(name, digest.hexdigest(), len(rows), context)


def shipped_rooms() -> tuple[str, ...]:
    """Folders of code that are shipped with a model."""
    return tuple(str(Path(room.__path__[0])) for room in (features, models))


def code_version() -> dict[str, str]:
    """Version of the code as tags: the package's, and the sha256 over all files of the three rooms, texts included."""
    return {"code_version": version("mimamori"), "code_sha256": code_hash((*shipped_rooms(), *training.__path__))}


def code_hash(rooms: Sequence[str]) -> str:
    """sha256 over names and content of every file in folders of code."""
    digest = hashlib.sha256()
    for room in map(Path, rooms):
        for path in sorted(room.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                content = hashlib.sha256(path.read_bytes()).digest()
                digest.update(path.relative_to(room.parent).as_posix().encode() + b"\0" + content)
    return digest.hexdigest()


def data_hash(records: Records) -> str:
    """sha256 over the content of all nine tables, whatever their files and order of rows.

    Rows are ordered by their ids; bytes under missing values, chunks of columns and file metadata do not count.
    """
    digest = hashlib.sha256()
    for name in sorted(records.tables):
        digest.update(f"{name} {records[name].num_rows}".encode())
        for column, values in _in_order_of_ids(name, records[name]):
            digest.update(f" {column} {values.type}".encode())
            digest.update(_content(values))
    return digest.hexdigest()


def _in_order_of_ids(name: str, rows: pa.Table) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Columns in order of ids, a column at a time to save memory."""
    order = pc.sort_indices(rows.column(TABLES[name].id_column))
    sorted_already = pc.all(pc.equal(order, pa.array(np.arange(len(order), dtype=np.uint64)))).as_py()
    for column in sorted(rows.column_names):
        values = rows.column(column)
        # many chunks are slow to take from
        yield column, values if sorted_already else pa.chunked_array([values.combine_chunks().take(order)])


def _content(values: pa.ChunkedArray) -> pa.Buffer:
    valid = values.is_valid()
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.uint8())  # bits beyond the last one may be anything
    # bytes under missing values do not count; their positions do
    columns = {"there": valid.cast(pa.uint8()), "values": values.drop_null()}
    sink = pa.BufferOutputStream()
    for name, column in columns.items():
        whole = pa.table({name: column}).combine_chunks()
        with pa.ipc.new_stream(sink, whole.schema) as stream:
            stream.write_table(whole)
    return sink.getvalue()
