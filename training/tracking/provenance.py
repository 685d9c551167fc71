"""What was a run made from? The version of the code, and the data it saw, both by their hashes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import features
import models
import training
from features.tables.folder import Records


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
    """Return the version of the code as tags: the package's, and the sha256 over the source of all three rooms."""
    digest = hashlib.sha256()
    for room in (*shipped_rooms(), str(Path(training.__path__[0]))):
        for path in sorted(Path(room).rglob("*.py")):
            digest.update(path.relative_to(Path(room).parent).as_posix().encode())
            digest.update(path.read_bytes())
    return {"code_version": version("mimamori"), "code_sha256": digest.hexdigest()}


def data_hash(records: Records) -> str:
    """Return a sha256 over the content of all nine tables."""
    digest = hashlib.sha256()
    for name in sorted(records.tables):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, records[name].schema) as stream:
            stream.write_table(records[name].combine_chunks())
        digest.update(name.encode())
        digest.update(sink.getvalue())
    return digest.hexdigest()
