"""How fast are the windows? The same counts per key by our kernel, pandas and DuckDB, on one synthetic world, in one run.

Counts of earlier applications under the same guarantor phone in the last 30, 90 and 365 days; all three must agree.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.facts.facts import DAY_US, facts_of_table
from features.windows.sweep import sweep
from synthetic_data.world import generate

WINDOWS = (30, 90, 365)
Counts = NDArray[np.float64]


def ours(keys: NDArray[np.int64], at: NDArray[np.int64]) -> Counts:
    """Count by the kernel."""
    none = np.zeros((len(keys), 0), dtype=np.int64)
    windows = np.array([days * DAY_US for days in WINDOWS])
    return sweep(keys, at, at, none.astype(np.uint8), none, keys, at, none, windows).counts[:, :, 0].astype(float)


def by_pandas(keys: NDArray[np.int64], at: NDArray[np.int64]) -> Counts:
    """Count by groupby and rolling windows."""
    frame = pd.DataFrame({"key": keys, "at": pd.to_datetime(at, unit="us"), "one": 1.0, "row": np.arange(len(keys))})
    frame = frame.sort_values(["key", "at"], kind="stable").set_index("at")
    counts = np.zeros((len(keys), len(WINDOWS)))
    for column, days in enumerate(WINDOWS):
        rolled = frame.groupby("key", sort=True)["one"].rolling(f"{days}D", closed="left").sum()
        counts[frame["row"], column] = rolled.fillna(0.0).to_numpy()
    return counts


def by_duckdb(keys: NDArray[np.int64], at: NDArray[np.int64]) -> Counts:
    """Count by window functions over a range of times."""
    frame = pd.DataFrame({"key": keys, "at": at, "row": np.arange(len(keys))})
    columns = ", ".join(
        f'count(*) over (partition by key order by "at" range between {days * DAY_US} preceding and 1 preceding)'
        for days in WINDOWS
    )
    connection = duckdb.connect()
    connection.register("frame", frame)
    connection.execute("set threads = 2")
    found = connection.execute(f"select row, {columns} from frame order by row").fetchnumpy()
    return np.stack([np.asarray(values, dtype=float) for values in list(found.values())[1:]], axis=1)


def main(applications: int) -> None:
    """Print seconds, rows a second and ratios."""
    facts = facts_of_table("visa_applications", generate(1, applications)[0]["visa_applications"])
    kept = facts["guarantor_phone"] != 0
    keys, at = facts["guarantor_phone"][kept], facts["known_at"][kept]
    ours(keys[:100], at[:100])  # compiled before it is timed
    expected, base = ours(keys, at), 0.0
    peers: dict[str, Callable[..., Counts]] = {"mimamori": ours, "pandas": by_pandas, "duckdb": by_duckdb}
    for name, count in peers.items():
        begin = time.perf_counter()
        found = count(keys, at)
        seconds = time.perf_counter() - begin
        base = base or seconds
        same = bool((found == expected).all())
        print(
            f"{name:10}{seconds:8.2f} s{len(keys) / seconds:14,.0f} rows/s{seconds / base:8.1f} x  {'same counts' if same else 'OTHER COUNTS'}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60_000)
