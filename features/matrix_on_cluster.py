"""What are the numbers of each case, when a cluster computes them? The one kernel, for slices of the cases.

Every worker gets the encoded facts of the whole folder and measures its slices of the cases against them, so the
numbers are those of one machine, bit for bit. (Cutting by what shares a key would not help: through agencies, hosts
and letters nearly all cases hang together; see docs/decisions.md.)
"""

from __future__ import annotations

import datetime as dt
import hashlib
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import click
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.catalogue import catalogue
from features.cluster import Cluster, ClusterProblem, open_cluster
from features.facts.facts import Facts, TableFacts, facts_of_table
from features.matrix import TABLE_OF_SUBJECT, FeatureMatrix, case_rows, known_at_of, look, values_of
from features.tables.folder import Records, read_folder, read_table, table_path
from features.tables.nine_tables import TABLES
from features.windows.history import History
from features.windows.ring import RingMaker

Part = tuple[dict[str, NDArray[Any]], pa.Table | None]
"""Facts of some rows of a table, and the names in them that are compared letter by letter."""
LEAST_ROWS = 2_000
"""Fewer records than this are not worth a part of their own."""
LEAST_CASES, MOST_CASES = 250, 50_000
PARTS_PER_THREAD = 4
"""Later cases have more history and take longer: several parts each even this out, and a lost worker costs less."""


class FolderNotTheSame(Exception):
    """Raised on a worker that finds another folder under the same path, or none."""


class SharedHistory:
    """The facts of a folder as they lie on a worker; what is joined from them stays there and never travels."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @cached_property
    def history(self) -> History:
        """The facts, joined on first use."""
        return History(self.facts)

    @cached_property
    def rings(self) -> RingMaker:
        """The graph of records, built on first use."""
        return RingMaker(self.history)

    def __sizeof__(self) -> int:
        return sum(column.nbytes for table in self.facts.values() for column in table.columns.values())

    def __getstate__(self) -> dict[str, Any]:
        return {name: (dict(table.columns), table.names) for name, table in self.facts.items()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # what came over the wire may be read-only or unaligned, for which the kernel would be compiled anew
        self.facts = {
            name: TableFacts(
                name, {key: np.require(one, requirements=["C", "A", "W"]) for key, one in columns.items()}, (), names
            )
            for name, (columns, names) in state.items()
        }

    def __repr__(self) -> str:
        return f"SharedHistory({sum(len(table) for table in self.facts.values())} records)"


@dataclass(frozen=True, slots=True)
class FolderOnCluster:
    """A folder of records whose facts lie on a cluster.

    Attributes
    ----------
    shared
        The future of a `SharedHistory`.
    """

    cluster: Cluster
    records: Records
    shared: Any

    def matrix(
        self, subject: str, *, start: dt.datetime | None = None, end: dt.datetime | None = None
    ) -> FeatureMatrix:
        """Compute what `features.matrix.build_matrix` computes."""
        ids, as_of, parts = self.map_cases(subject, values_part, start=start, end=end)
        features = catalogue(subject)
        values = np.concatenate([np.empty((0, len(features.names))), *parts])
        return FeatureMatrix(subject, ids, as_of, values, features)

    def map_cases(
        self,
        subject: str,
        function: Callable[..., Any],
        *arguments: Any,
        start: dt.datetime | None = None,
        end: dt.datetime | None = None,
    ) -> tuple[list[str], NDArray[np.int64], list[Any]]:
        """Call ``function(shared, subject, *arguments, rows)`` on the workers for slices of the cases.

        Returns
        -------
        tuple
            The cases' ids and ``as_of`` in the order of the matrix, and the results of their slices in that order.
        """
        table = self.records[TABLE_OF_SUBJECT[subject]]
        names = table.column(TABLES[TABLE_OF_SUBJECT[subject]].id_column).combine_chunks()
        known_at = known_at_of(TABLE_OF_SUBJECT[subject], table)
        rows = case_rows(names, known_at, start, end)
        threads = sum(self.cluster.worker_threads().values())
        size = min(max(-(-len(rows) // max(threads * PARTS_PER_THREAD, 1)), LEAST_CASES), MOST_CASES)
        parts = [(rows[first : first + size],) for first in range(0, len(rows), size)]
        # the latest first: they take longest
        futures = self.cluster.start(function, parts[::-1], self.shared, subject, *arguments)[::-1]
        results = self.cluster.results(futures, f"{subject}: cases")
        return [str(name) for name in names.take(rows).to_pylist()], known_at[rows], results


@contextmanager
def folder_on_cluster(address: str, folder: Path, rooms: tuple[str, ...] = ("features",)) -> Iterator[FolderOnCluster]:
    """Connect, read and check a folder here, and lay its facts onto the cluster; see `open_cluster`."""
    with open_cluster(address, rooms) as cluster:
        click.echo("reading records …", err=True)
        digests = digests_of(folder)
        records = read_folder(folder)
        yield put_on_cluster(cluster, folder, records, digests)


def put_on_cluster(cluster: Cluster, folder: Path, records: Records, digests: Mapping[str, str]) -> FolderOnCluster:
    """Let the workers read a folder and encode it, each a part, and share the facts among them.

    Parameters
    ----------
    folder
        Under this path the workers must find the same files.
    records
        The folder as read and checked here.
    digests
        From `digests_of`, before it was read.

    Raises
    ------
    ClusterProblem
        If a worker does not see the folder, or sees another one.
    """
    folder = folder.absolute()
    threads = sum(cluster.worker_threads().values())
    parts = [
        (str(folder), name, digests[name], first, first + size)
        for name, rows in records.tables.items()
        for size in [max(-(-rows.num_rows // max(threads, 1)), LEAST_ROWS)]
        for first in range(0, max(rows.num_rows, 1), size)
    ]
    encoded = cluster.start(encode_part, parts)
    [shared] = cluster.start(assemble, [([name for _, name, *_ in parts], encoded)])
    try:
        cluster.finish([*encoded, shared], "encoding records")
    except FolderNotTheSame as error:
        raise ClusterProblem(str(error)) from None
    return FolderOnCluster(cluster, records, shared)


def encode_part(folder: str, name: str, expected: str, first: int, end: int) -> Part:
    """Read some rows of a table on a worker and return their facts; ids stay behind, as no feature needs them."""
    try:
        path = table_path(Path(folder), name)
        status = path.stat()
        found = _digest_once(path, status.st_size, status.st_mtime_ns)
    except OSError:
        raise FolderNotTheSame(
            f"worker on {socket.gethostname()} cannot read {name} in {folder}; the folder must lie on storage that "
            "every worker sees under the same path"
        ) from None
    if found != expected:
        raise FolderNotTheSame(
            f"worker on {socket.gethostname()} finds another {name} in {folder} than the one given here; the folder "
            "must lie on storage that every worker sees under the same path, and not change meanwhile"
        )
    facts = facts_of_table(name, read_table(Path(folder), name).slice(first, end - first))
    return dict(facts.columns), facts.names


def assemble(names: Sequence[str], parts: Sequence[Part]) -> SharedHistory:
    """Join the encoded parts of all tables, in order."""
    facts = {}
    for name in dict.fromkeys(names):
        own = [part for of, part in zip(names, parts, strict=True) if of == name]
        columns = {key: np.concatenate([part[key] for part, _ in own]) for key in own[0][0]}
        facts[name] = TableFacts(name, columns, (), pa.concat_tables([listed for _, listed in own]).combine_chunks())
    return SharedHistory(facts)


def values_part(shared: SharedHistory, subject: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return float64[len(rows), f] for the cases in these rows of the subject's table."""
    table = shared.facts[TABLE_OF_SUBJECT[subject]]
    listed = None if table.names is None else table.names.take(pa.array(rows))
    own = TableFacts(table.table, {name: column[rows] for name, column in table.columns.items()}, (), listed)
    return values_of(look(shared.history, own, subject, shared.rings), subject)


def digests_of(folder: Path) -> dict[str, str]:
    """Return the sha256 of each table's file, as far as they are there."""
    paths = {name: table_path(folder, name) for name in TABLES}
    return {name: _digest(path) for name, path in paths.items() if path.is_file()}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=64)
def _digest_once(path: Path, size: int, modified_ns: int) -> str:
    # size and time are read by the cache only: they tell whether the file changed
    return _digest(path)
