"""A world on disk: district after district, appended to the tables' files, in bounded memory."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from features.tables.definition import Kind
from features.tables.schema import TABLES
from synthetic_data.geography.district import open_district
from synthetic_data.output.arrow_tables import TRUTH
from synthetic_data.output.district_records import record_district
from synthetic_data.output.shards import Shard, split
from synthetic_data.scenario import Scenario

Tables = dict[str, pa.Table]
WORK = ".districts"


class RecordsInTheWay(Exception):
    """Raised when a world would take the place of records that are not a world's."""


def write_world(
    out: Path,
    seed: int,
    applications: int,
    scenario: Scenario,
    *,
    processes: int = 1,
    csv: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> dict[str, int]:
    """Write a world; the same seed gives the same bytes on any number of processes.

    Parameters
    ----------
    out
        A folder, created if missing; an earlier world in it is replaced.
    progress
        Called with the number of districts written, and of all.

    Returns
    -------
    dict of str to int
        Rows by table, and ``exploited``: count of cases exploited in truth.

    Raises `RecordsInTheWay` if the folder holds tables of records without the truth of a world; nothing of it is
    touched.
    """
    _clear(out)
    shards = split(applications)
    counts = dict.fromkeys((*TABLES, "truth", "exploited"), 0)
    with _Files(out, csv=csv) as files:
        for done, tables in enumerate(_districts(out, seed, shards, scenario, processes), start=1):
            for name, rows in tables.items():
                files.append(name, rows)
                counts[name] += rows.num_rows
            counts["exploited"] += int(pc.sum(tables["truth"].column("exploited")).as_py() or 0)
            progress(done, len(shards))
    return counts


def _clear(out: Path) -> None:
    """Take an earlier world and its pages away; records that no world wrote stay."""
    out.mkdir(parents=True, exist_ok=True)
    tables, truth = ([out / f"{name}.{ending}" for name in names for ending in ("parquet", "csv")]
                     for names in (TABLES, ("truth",)))  # fmt: skip
    there = [path.name for path in tables if path.exists()]
    if there and not any(path.exists() for path in truth):
        raise RecordsInTheWay(f"{out} holds {there[0]} and no truth of a synthetic world; name an empty folder")
    for path in (*tables, *truth, out / "datasheet.md", out / "report.html"):
        path.unlink(missing_ok=True)


def _districts(out: Path, seed: int, shards: list[Shard], scenario: Scenario, processes: int) -> Iterator[Tables]:
    """Make districts in order, here or in several processes that hand over by files."""
    if processes == 1 or len(shards) == 1:
        for shard in shards:
            yield record_district(open_district(seed, *shard, scenario))
        return
    work = out / WORK
    work.mkdir(exist_ok=True)
    try:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            waiting: list[Future[Path]] = []
            # no more districts wait than are being generated
            for shard in shards[: processes + 1]:
                waiting.append(pool.submit(_make, work, seed, shard, scenario))
            for number in range(len(shards)):
                folder = waiting.pop(0).result()
                following = number + processes + 1
                if following < len(shards):
                    waiting.append(pool.submit(_make, work, seed, shards[following], scenario))
                yield {name: _read(folder / f"{name}.arrow") for name in (*TABLES, "truth")}
                shutil.rmtree(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _make(work: Path, seed: int, shard: Shard, scenario: Scenario) -> Path:
    folder = work / f"{shard.shard:05d}"
    folder.mkdir()
    for name, rows in record_district(open_district(seed, *shard, scenario)).items():
        with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as file, pa.ipc.new_file(file, rows.schema) as writer:
            writer.write_table(rows)
    return folder


def _read(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


class _Files:
    """Ten open files to which rows are appended."""

    def __init__(self, out: Path, *, csv: bool) -> None:
        self._writers: dict[str, pq.ParquetWriter | pcsv.CSVWriter] = {}
        self._csv = csv
        for name in (*TABLES, "truth"):
            schema = TABLES[name].arrow_schema if name in TABLES else TRUTH
            if csv and name != "truth":
                texts = pa.schema([(field.name, pa.string()) for field in schema])
                self._writers[name] = pcsv.CSVWriter(out / f"{name}.csv", texts)
            else:
                self._writers[name] = pq.ParquetWriter(out / f"{name}.parquet", schema)

    def __enter__(self) -> _Files:
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._writers.values():
            writer.close()

    def append(self, name: str, rows: pa.Table) -> None:
        """Append rows to a table's file."""
        self._writers[name].write_table(_as_text(name, rows) if self._csv and name != "truth" else rows)


def _as_text(name: str, rows: pa.Table) -> pa.Table:
    columns = []
    for column in TABLES[name].columns:
        values = rows.column(column.name)
        if column.kind is Kind.TIMESTAMP:
            columns.append(pc.strftime(values, format="%Y-%m-%dT%H:%M:%SZ").cast(pa.string()))
        elif column.kind is Kind.BOOLEAN:
            columns.append(pc.if_else(values, "True", "False"))
        else:
            columns.append(values.cast(pa.string()))
    return pa.table(columns, names=[column.name for column in TABLES[name].columns])
