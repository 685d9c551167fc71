"""Prints the benchmarks: ``python -m benchmarks [NAME …]``; without a name, all but the long ones.

Ratios between contenders of one run count, not seconds: machines differ and are shared. All data are synthetic.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.growth import LARGEST, SIZES, exponent, training_seconds, world_seconds
from benchmarks.measurement import in_own_process, write_world

APPLICATIONS, POSTED_AMONG, LOGGED_AMONG = 60_000, 20_000, 8_000


def aggregates(folder: Path) -> None:
    """The catalogue's aggregates over applications: kernel, pandas, DuckDB."""
    world = write_world(folder / "world", APPLICATIONS)
    print(f"every aggregate over earlier applications that the visa catalogue asks for, {APPLICATIONS:,} applications")
    recorded, base = {}, None
    for name in ("mimamori", "duckdb", "pandas"):
        out = folder / f"{name}.npz"
        measured = in_own_process("benchmarks.aggregates", name, str(world), str(out))
        base = base or measured
        with np.load(out) as columns:
            recorded[name] = {column: columns[column] for column in columns.files}
        same = all((recorded[name][column] == values).all() for column, values in recorded["mimamori"].items())
        print(
            f"  {name:10}{measured.seconds:9.2f} s{measured.rows / measured.seconds:12,.0f} rows/s"
            f"{measured.seconds / base.seconds:9.1f} x{measured.peak_mb:9,.0f} MB peak   "
            f"{'the same numbers' if same else 'OTHER NUMBERS'} in {len(recorded[name])} columns"
        )


def matrix(folder: Path) -> None:
    """The whole feature matrix."""
    world = write_world(folder / "world", APPLICATIONS)
    print(f"the whole feature matrix, from records in memory, {APPLICATIONS:,} applications")
    for subject in ("visa", "entry"):
        measured = in_own_process("benchmarks.matrix", subject, str(world))
        rate = measured.rows / measured.seconds
        print(f"  {subject:10}{measured.seconds:9.2f} s{rate:12,.0f} rows/s{measured.peak_mb:18,.0f} MB peak")


def posting(folder: Path) -> None:
    """One POST, end to end, beside `mlflow models serve`."""
    from benchmarks.latency import measure  # noqa: PLC0415 (MLflow loads only where it is measured)

    world = write_world(folder / "world", POSTED_AMONG)
    print(f"one POST end to end, history of {POSTED_AMONG:,} applications, one request at a time")
    for name, times in measure(world, folder).items():
        p50, p99 = np.quantile(times, [0.5, 0.99])
        print(f"  {name:24}p50 {p50:7.1f} ms   p99 {p99:7.1f} ms   ({len(times)} requests)")


def growth(folder: Path, sizes: tuple[int, ...] = SIZES) -> None:
    """Seconds of a world by its size, with the fitted exponent."""
    print("making a world (aim: exponent at most 1.1)")
    took = []
    for size in sizes:
        took.append(world_seconds(folder / str(size), size))
        print(f"  {size:>9,} applications{took[-1]:9.1f} s")
    print(f"  exponent {exponent(list(sizes), took):.2f}")


def growth_long(folder: Path) -> None:
    """The same with three million applications."""
    growth(folder, (*SIZES, LARGEST))


def training(folder: Path) -> None:
    """Both models on a million applications and their landings."""
    world = write_world(folder / "world", 1_000_000)
    seconds, processor, gigabytes = training_seconds(world, folder / "home")
    print(f"training both models on 1,000,000 applications and their landings: {seconds:.0f} s (aim: at most 360), "
          f"{processor:.0f} s of processor time, {gigabytes:.1f} GB at most")  # fmt: skip


def reading(folder: Path) -> None:
    """A million applications and two million landings from Parquet."""
    from benchmarks.large_folder import main as read_large  # noqa: PLC0415 (it makes its own folder)

    read_large(1_000_000)


def sealed_log(folder: Path) -> None:
    """What leaves cost on a POST and a GET, sixteen writers at once, replays a second, a million leaves verified."""
    from benchmarks import sealed_log as log  # noqa: PLC0415 (the whole service loads only where it is measured)

    world = write_world(folder / "world", LOGGED_AMONG)
    service = log.open_benchmark(world, folder)
    together, alone, wait = log.writers(service)
    print(
        f"  {together:,.0f} acts/s by 16 writers, {alone:,.0f} by one; the longest wait is {wait:.1f} x that of 16 commits in a row"
    )
    rate, of_processor, differing = log.replays(world, service)
    print(f"  {rate:,.0f} replays/s on all processors (aim: at least 200 on two that are idle), {of_processor:,.0f} in a second of "
          f"processor time, starts of processes included; {differing} of {log.REPLAYS:,} differ")  # fmt: skip
    seconds, hashing, code = log.verification(service, folder / "bundle")
    print(f"  {seconds:.1f} s for {log.LEAVES:,} leaves with their rows by the stand-alone verifier (aim: at most 15), "
          f"{seconds / hashing:.0f} x a hash of each; exit code {code}")  # fmt: skip
    # last of all: requests without leaves leave rows that differ from the log
    for verb, (sealed, bare) in log.costs(world, service).items():
        print(
            f"  {verb} with leaves {sealed:7.1f} ms, without {bare:7.1f} ms: {sealed / bare - 1:+.0%} (aim for a POST: at most +15%)"
        )
    service.engine.dispose()


def sharing(folder: Path) -> None:
    """Seconds from a record's POST until an open case that it touches has changed."""
    from benchmarks.records_across_posts import measure, quantile  # noqa: PLC0415 (the whole service loads only where it is measured)

    world = write_world(folder / "world", LOGGED_AMONG)
    took, posted = measure(world, folder)
    for situation, seconds in took.items():
        p50, p95 = quantile(seconds, 0.5), quantile(seconds, 0.95)
        print(f"  {p50:5.2f} s (p50) {p95:5.2f} s (p95) {max(seconds):5.2f} s (max) from the POST of a record to the changed case, "
              f"{situation} (aim: at most 5 s; {len(seconds)} records)")  # fmt: skip
    print(f"  {posted:5.0f} ms for the POST of an application, whose look-ups are kept")


def shap(folder: Path) -> None:
    """SHAP values of the reference models: tables, the walk, LightGBM."""
    from benchmarks.shap_values import ROWS, measure  # noqa: PLC0415 (models load only where they are measured)

    for subject in ("visa", "entry"):
        print(
            f"SHAP values of the reference model {subject}, microseconds of processor time a row; one row, {ROWS:,} rows"
        )
        ours: tuple[float, float] | None = None
        for name, alone, together in measure(subject):
            ours = ours or (alone, together)
            print(f"  {name:10}{alone:10.1f}{alone / ours[0]:8.1f} x{together:12.1f}{together / ours[1]:8.1f} x")


def queue_pages(folder: Path) -> None:
    """Pages of the queue with 500,000 open cases at one post."""
    from benchmarks import queue_pages as pages  # noqa: PLC0415 (the whole service loads only where it is measured)

    world = write_world(folder / "world", LOGGED_AMONG)
    print(f"a page of {pages.ROWS} people among {pages.CASES:,} open cases of one post (aim: p95 at most 150 ms)")
    for name, times in pages.measure(world, folder).items():
        p50, p95 = np.quantile(times, [0.5, 0.95])
        print(f"  {name:20}p50 {p50:6.0f} ms   p95 {p95:6.0f} ms   ({len(times)} requests)")


def decision_pages(folder: Path, count: int | None = None) -> None:
    """An auditor's search and page among 500,000 decisions."""
    from benchmarks import decision_pages as pages  # noqa: PLC0415 (the whole service loads only where it is measured)

    world = write_world(folder / "world", LOGGED_AMONG)
    decisions = count or pages.DECISIONS
    print(f"search and page of a decision among {decisions:,} decisions (aim: p95 at most 300 ms)")
    for name, times in pages.measure(world, folder, decisions).items():
        p50, p95 = np.quantile(times, [0.5, 0.95])
        print(f"  {name:22}p50 {p50:6.0f}   p95 {p95:6.0f}   ({len(times)} requests)")


def decision_pages_long(folder: Path) -> None:
    """The same among five million decisions."""
    decision_pages(folder, 5_000_000)


def officers(folder: Path) -> None:
    """Fifty officers at once doing the five walks against a real server: pages, and cases held twice."""
    from benchmarks import officers as desk  # noqa: PLC0415 (the whole service loads only where it is measured)

    took, sheets, held, recorded = desk.measure(write_world(folder / "world", LOGGED_AMONG), folder)
    every = [milliseconds for times in took.values() for milliseconds in times]
    for name, times in {**took, "all": every}.items():
        p50, p95 = np.quantile(times, [0.5, 0.95])
        print(f"  {name:20}p50 {p50:6.0f} ms   p95 {p95:6.0f} ms   ({len(times)} requests; aim: p95 below 300 ms)")
    print(
        f"  {held} cases at the hand of two, {recorded} with two sheets (aim: 0), of {sheets} sheets by {desk.OFFICERS} officers"
    )


BENCHMARKS: dict[str, Callable[[Path], None]] = {
    "aggregates": aggregates,
    "matrix": matrix,
    "posting": posting,
    "reading": reading,
    "growth": growth,
    "growth-long": growth_long,
    "training": training,
    "sealed-log": sealed_log,
    "sharing": sharing,
    "queue-pages": queue_pages,
    "decision-pages": decision_pages,
    "decision-pages-long": decision_pages_long,
    "officers": officers,
    "shap": shap,
}
LONG = {"growth-long", "decision-pages-long"}
"""Run only by name."""


def main(names: list[str]) -> int:
    """Run the benchmarks of these names."""
    if unknown := set(names) - set(BENCHMARKS):
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or [name for name in BENCHMARKS if name not in LONG]:
        with tempfile.TemporaryDirectory(prefix="mimamori-bench-") as folder:
            BENCHMARKS[name](Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
