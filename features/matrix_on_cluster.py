"""Feature matrix on a cluster: the kernel of a single machine, for slices of the cases.

Every worker gets the facts of the whole folder, so the numbers equal those of a single machine bit for bit. Partitions by
shared key would not help: agencies, hosts and statements link nearly all cases (see docs/decisions/0010-dask-divides-cases-not-keys.md).
"""

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

from features.arrays import Floats, Ints
from features.catalogue import catalogue
from features.cluster import Cluster, ClusterProblem, open_cluster
from features.events.history import History
from features.facts.table_facts import Facts, TableFacts, facts_of_table
from features.matrix import TABLE_OF_SUBJECT, FeatureMatrix, case_rows, known_at_of, values_of, view_of
from features.network.component import Network
from features.tables.files import table_files
from features.tables.folder import Records, read_folder, read_table
from features.tables.schema import TABLES

Part = tuple[dict[str, NDArray[Any]], pa.Table | None]
"""Facts of some rows of a table, and their names."""
MIN_ROWS = 2_000
"""Fewer records are not worth a part of their own."""
MIN_CASES, MAX_CASES = 250, 50_000
PARTS_PER_THREAD = 4
"""Later cases have more history and take longer: several parts even this out, and a lost worker costs less."""


class FolderNotTheSame(Exception):
    """Raised on a worker that sees another folder under the same path, or none."""


class SharedHistory:
    """Facts of a folder on a worker; what is computed from them stays there."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @cached_property
    def history(self) -> History:
        """History of the facts, on first use."""
        return History(self.facts)

    @cached_property
    def network(self) -> Network:
        """Network of the facts, on first use."""
        return Network(self.history)

    def __sizeof__(self) -> int:
        return sum(column.nbytes for table in self.facts.values() for column in table.columns.values())

    def __getstate__(self) -> dict[str, Any]:
        return {name: (dict(table.columns), table.names) for name, table in self.facts.items()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # arrays from the wire may be read-only or unaligned, for which kernels would be compiled anew
        self.facts = {
            name: TableFacts(
                name,
                {key: np.require(column, requirements=["C", "A", "W"]) for key, column in columns.items()},
                (),
                names,
            )
            for name, (columns, names) in state.items()
        }

    def __repr__(self) -> str:
        return f"SharedHistory({sum(len(table) for table in self.facts.values())} records)"


@dataclass(frozen=True, slots=True)
class FolderOnCluster:
    """Folder of records whose facts are on a cluster.

    Attributes
    ----------
    shared
        Future of a `SharedHistory`.
    """

    cluster: Cluster
    records: Records
    shared: Any

    def matrix(
        self, subject: str, *, start: dt.datetime | None = None, end: dt.datetime | None = None
    ) -> FeatureMatrix:
        """Return the matrix of `features.matrix.build_matrix`."""
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
    ) -> tuple[list[str], Ints, list[Any]]:
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
        size = min(max(-(-len(rows) // max(threads * PARTS_PER_THREAD, 1)), MIN_CASES), MAX_CASES)
        parts = [(rows[first : first + size],) for first in range(0, len(rows), size)]
        # the latest first: they take longest
        futures = self.cluster.start(function, parts[::-1], self.shared, subject, *arguments)[::-1]
        results = self.cluster.results(futures, f"{subject}: cases")
        return [str(name) for name in names.take(rows).to_pylist()], known_at[rows], results


@contextmanager
def folder_on_cluster(address: str, folder: Path, rooms: tuple[str, ...] = ("features",)) -> Iterator[FolderOnCluster]:
    """Connect, read and check a folder here, and put its facts on the cluster; see `open_cluster`."""
    with open_cluster(address, rooms) as cluster:
        click.echo("reading records …", err=True)
        digests = digests_of(folder)
        records = read_folder(folder)
        yield put_on_cluster(cluster, folder, records, digests)


def put_on_cluster(cluster: Cluster, folder: Path, records: Records, digests: Mapping[str, str]) -> FolderOnCluster:
    """Let the workers read and encode a folder in parts, and share the facts.

    Parameters
    ----------
    folder
        Path under which the workers see the same files.
    records
        The folder as read and checked here.
    digests
        From `digests_of`, before it was read.

    Raises `ClusterProblem` if a worker does not see the folder, or sees another one.
    """
    folder = folder.absolute()
    threads = sum(cluster.worker_threads().values())
    parts = [
        (str(folder), name, digests[name], first, first + size)
        for name, rows in records.tables.items()
        for size in [max(-(-rows.num_rows // max(threads, 1)), MIN_ROWS)]
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
    """Return the facts of some rows of a table, read on a worker, without ids."""
    try:
        status = [(path, path.stat()) for path in table_files(Path(folder), name)]
        if not status:
            raise FileNotFoundError(name)
        digest = _joined_digest([_digest_once(path, file.st_size, file.st_mtime_ns) for path, file in status])
    except OSError:
        raise FolderNotTheSame(
            f"worker on {socket.gethostname()} cannot read {name} in {folder}; the folder must lie on storage that "
            "every worker sees under the same path"
        ) from None
    if digest != expected:
        raise FolderNotTheSame(
            f"worker on {socket.gethostname()} finds another {name} in {folder} than the one given here; the folder "
            "must lie on storage that every worker sees under the same path, and not change meanwhile"
        )
    facts = facts_of_table(name, read_table(Path(folder), name).slice(first, end - first))
    return dict(facts.columns), facts.names


def assemble(names: Sequence[str], parts: Sequence[Part]) -> SharedHistory:
    """Return the history of the encoded parts of all tables, in order."""
    facts = {}
    for name in dict.fromkeys(names):
        own = [part for of, part in zip(names, parts, strict=True) if of == name]
        columns = {key: np.concatenate([part[key] for part, _ in own]) for key in own[0][0]}
        facts[name] = TableFacts(name, columns, (), pa.concat_tables([listed for _, listed in own]).combine_chunks())
    return SharedHistory(facts)


def values_part(shared: SharedHistory, subject: str, rows: Ints) -> Floats:
    """Return float64[len(rows), f] for the cases in these rows of the subject's table."""
    own = shared.facts[TABLE_OF_SUBJECT[subject]].take(rows)
    return values_of(view_of(shared.history, own, subject, shared.network), subject)


def digests_of(folder: Path) -> dict[str, str]:
    """Return the sha256 of each table that is there: of its file, or of those of its parts."""
    files = {name: [path for path in table_files(folder, name) if path.is_file()] for name in TABLES}
    return {name: _joined_digest([_digest(path) for path in paths]) for name, paths in files.items() if paths}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _joined_digest(digests: Sequence[str]) -> str:
    return digests[0] if len(digests) == 1 else hashlib.sha256(" ".join(digests).encode()).hexdigest()


@lru_cache(maxsize=1024)
def _digest_once(path: Path, size: int, modified_ns: int) -> str:
    # size and time only key the cache: they change with the file
    return _digest(path)
