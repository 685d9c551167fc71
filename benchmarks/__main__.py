"""Prints the benchmarks: ``python -m benchmarks [NAME …]``; without a name, all of them.

Ratios between contenders of one run count, not seconds: machines differ and are shared. All data are synthetic.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.measured import a_world, in_own_process

APPLICATIONS, POSTED_AMONG = 60_000, 20_000


def aggregates(folder: Path) -> None:
    """The catalogue's aggregates over applications: kernel, pandas, DuckDB."""
    world = a_world(folder / "world", APPLICATIONS)
    print(f"every aggregate over earlier applications that the visa catalogue asks for, {APPLICATIONS:,} applications")
    found, base = {}, None
    for name in ("mimamori", "duckdb", "pandas"):
        out = folder / f"{name}.npz"
        measured = in_own_process("benchmarks.aggregates", name, str(world), str(out))
        base = base or measured
        with np.load(out) as columns:
            found[name] = {column: columns[column] for column in columns.files}
        same = all((found[name][column] == values).all() for column, values in found["mimamori"].items())
        print(
            f"  {name:10}{measured.seconds:9.2f} s{measured.rows / measured.seconds:12,.0f} rows/s"
            f"{measured.seconds / base.seconds:9.1f} x{measured.peak_mb:9,.0f} MB at most   "
            f"{'the same numbers' if same else 'OTHER NUMBERS'} in {len(found[name])} columns"
        )


def matrix(folder: Path) -> None:
    """The whole feature matrix."""
    world = a_world(folder / "world", APPLICATIONS)
    print(f"the whole feature matrix, from records in memory, {APPLICATIONS:,} applications")
    for subject in ("visa", "entry"):
        measured = in_own_process("benchmarks.matrix", subject, str(world))
        rate = measured.rows / measured.seconds
        print(f"  {subject:10}{measured.seconds:9.2f} s{rate:12,.0f} rows/s{measured.peak_mb:18,.0f} MB at most")


def posting(folder: Path) -> None:
    """One POST, end to end, beside `mlflow models serve`."""
    from benchmarks.posting import measure  # noqa: PLC0415 (MLflow loads only where it is measured)

    world = a_world(folder / "world", POSTED_AMONG)
    print(f"one POST end to end, history of {POSTED_AMONG:,} applications, one request at a time")
    for name, times in measure(world, folder).items():
        p50, p99 = np.quantile(times, [0.5, 0.99])
        print(f"  {name:24}p50 {p50:7.1f} ms   p99 {p99:7.1f} ms   ({len(times)} requests)")


BENCHMARKS: dict[str, Callable[[Path], None]] = {"aggregates": aggregates, "matrix": matrix, "posting": posting}


def main(names: list[str]) -> int:
    """Run the benchmarks of these names."""
    if unknown := set(names) - set(BENCHMARKS):
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix="mimamori-bench-") as folder:
            BENCHMARKS[name](Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
