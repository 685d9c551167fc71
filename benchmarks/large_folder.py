"""How long does a large folder take to read and to check? A small synthetic world, repeated under new ids, in Parquet.

Seconds and peak memory are those of a child process of its own, as a command would have them. Aim: one million
applications with two million landings in at most 30 s and 6 GB.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.tables import TABLES, Records, read_folder
from synthetic_data.world import generate

_WORLD = 20_000
_LANDINGS_PER_APPLICATION = 2


def repeated(records: Records, table: str, times: int, others: int) -> pa.Table:
    """Return a table's rows so many times, each time with new ids in every column that holds or names one.

    Parameters
    ----------
    others
        How many times the tables that this one names are there.
    """
    table_spec = TABLES[table]
    named = {reference.column for reference in table_spec.references} - {table_spec.id_column}
    parts = []
    for copy in range(times):
        part = records[table]
        for name in (table_spec.id_column, *sorted(named)):
            at = part.schema.get_field_index(name)
            number = copy if name == table_spec.id_column else copy % others
            renamed = pc.binary_join_element_wise(part.column(name), f"{number}", "-")
            part = part.set_column(at, part.schema.field(name), renamed)
        parts.append(part)
    return pa.concat_tables(parts)


def write_repeated(folder: Path, records: Records, applications: int) -> None:
    """Write a folder with so many applications and twice as many landings; the other tables grow alike."""
    times = -(-applications // records["visa_applications"].num_rows)
    wanted = applications * _LANDINGS_PER_APPLICATION
    more = -(-wanted // records["landings"].num_rows)
    landings = repeated(records, "landings", more, times).slice(0, wanted)
    for name in TABLES:
        rows = (
            landings if name == "landings" else repeated(records, name, more if name == "departures" else times, times)
        )
        if name == "departures":
            rows = rows.filter(pc.is_in(rows.column("landing_id"), value_set=landings.column("landing_id")))
        if name == "visa_applications":
            rows = rows.slice(0, applications)
        pq.write_table(rows, folder / f"{name}.parquet")


def timed(folder: str) -> None:
    """Read a folder and print rows, seconds and peak memory of this process."""
    begin = time.perf_counter()
    rows = sum(table.num_rows for table in read_folder(folder).tables.values())
    seconds, of_processor = time.perf_counter() - begin, time.process_time()
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"read    {rows:>12,} rows{seconds:8.1f} s ({of_processor:.1f} s of processor){gigabytes:8.2f} GB")


def main(applications: int) -> None:
    """Make the folder, let a child read it and another run `mimamori check` on it, and delete it."""
    records, _ = generate(1, min(applications, _WORLD))
    with tempfile.TemporaryDirectory() as folder:
        write_repeated(Path(folder), records, applications)
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1024**3
        print(f"{applications:,} applications, {applications * _LANDINGS_PER_APPLICATION:,} landings, {size:.2f} GB")
        child(["-m", "benchmarks.large_folder", "read", folder])
        begin = time.perf_counter()
        last = child(["-m", "features.command_line", "check", folder])
        print(f"check   {time.perf_counter() - begin:29.1f} s, which said: {last}")


def child(words: list[str]) -> str:
    """Run a Python process of its own; print what it says and return its last line."""
    done = subprocess.run([sys.executable, *words], stdout=subprocess.PIPE, text=True, check=True)
    print(done.stdout, end="")
    return done.stdout.splitlines()[-1]


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        timed(sys.argv[2])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
