"""Every aggregate over earlier applications that the visa catalogue asks for, by our kernel, pandas or DuckDB.

Run as ``python -m benchmarks.aggregates CONTENDER RECORDS OUT``: all three write the same columns to OUT.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.measurement import tell
from features.catalogue import catalogue
from features.events.history import History
from features.facts.table_facts import facts_of_table
from features.kernel.query import Plan
from features.kernel.sweep import ALL_TIME, Questions, sweep
from features.parallel import in_parallel
from features.tables.folder import read_folder
from features.tables.times import DAY_US

Columns = dict[str, NDArray[np.float64]]


class Query(NamedTuple):
    """One sweep of the catalogue: under which key, and which windows, flags and codes."""

    key: str
    plan: Plan


def queries_of_applications() -> list[Query]:
    """Return everything that the visa catalogue asks of the stream of applications under one of their own keys."""
    plans = catalogue("visa").plans.items()
    return [Query(key, plan) for (stream, key, query), plan in plans if stream == "applications" and key == query]


def _name(query: Query, window: int, what: str) -> str:
    return f"{query.key}|{'ever' if window == ALL_TIME else window // DAY_US}|{what}"


def by_kernel(history: History) -> Columns:
    """Sweep each key once for all its windows, flags and codes, with the parts and threads that a matrix is made with."""
    events = history.events("applications")
    columns: Columns = {}

    def count(query: Query) -> None:
        plan, rows = query.plan, history.ordered("applications", query.key)
        flags, codes = history.columns("applications", rows, plan.flags, plan.codes)
        keys, known_at = events.keys[query.key], events.known_at
        own = np.full((len(events), len(plan.codes)), -1, dtype=np.int32)
        times = (known_at[rows], events.occurred_at[rows])
        swept = sweep(keys[rows], times, flags, codes, Questions(rows, keys, known_at, own), np.array(plan.windows))
        for w, window in enumerate(plan.windows):
            for f, flag in enumerate((None, *plan.flags)):
                columns[_name(query, window, f"count {flag}")] = swept.counts[:, w, f].astype(float)
            for c, (code, flag) in enumerate(plan.codes):
                columns[_name(query, window, f"distinct {code} {flag}")] = swept.distinct[:, w, c].astype(float)

    in_parallel([partial(count, query) for query in queries_of_applications()], len(events))
    return columns


def _frame(history: History) -> pd.DataFrame:
    events = history.events("applications")
    columns = {f"key_{name}": events.keys[name] for name in {query.key for query in queries_of_applications()}}
    columns |= {f"flag_{name}": flag.astype(float) for name, flag in events.flags.items()}
    columns |= {f"code_{name}": code for name, code in events.codes.items()}
    return pd.DataFrame({"at": events.known_at, "row": np.arange(len(events)), "one": 1.0, **columns})


def _coded(frame: pd.DataFrame, code: str, flag: str | None) -> pd.Series:
    kept = frame[f"code_{code}"] if flag is None else frame[f"code_{code}"].where(frame[f"flag_{flag}"] > 0, 0)
    return pd.Series(pd.factorize(kept)[0], index=frame.index).where(kept != 0).astype(float)


def by_pandas(history: History) -> Columns:
    """Group by each key, and roll over each window."""
    frame = _frame(history)
    columns: Columns = {}
    for query in queries_of_applications():
        some = frame[frame[f"key_{query.key}"] != 0].sort_values([f"key_{query.key}", "at"], kind="stable")
        some = some.assign(time=pd.to_datetime(some["at"], unit="us")).set_index("time")
        for code, flag in query.plan.codes:
            some[f"{code} {flag}"] = _coded(some, code, flag)
        grouped = some.groupby(f"key_{query.key}", sort=True)
        for window in query.plan.windows:
            span = "36500D" if window == ALL_TIME else f"{window // DAY_US}D"
            for name, column in _columns(query):
                rolling = grouped[column].rolling(span, closed="left", min_periods=0)
                rolled = rolling.sum() if name.startswith("count") else rolling.nunique()
                values = np.zeros(len(frame))
                values[some["row"]] = rolled.fillna(0.0).to_numpy()
                columns[_name(query, window, name)] = values
    return columns


def _columns(query: Query) -> Iterator[tuple[str, str]]:
    yield "count None", "one"
    for flag in query.plan.flags:
        yield f"count {flag}", f"flag_{flag}"
    for code, flag in query.plan.codes:
        yield f"distinct {code} {flag}", f"{code} {flag}"


def by_duckdb(history: History) -> Columns:
    """Ask for window functions over a range of times, all windows of a key in one statement, with two threads."""
    frame = _frame(history)
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.register("frame", frame)
    connection.execute("create table events as select * from frame")
    columns: Columns = {}
    for query in queries_of_applications():
        names, parts = [], []
        for window in query.plan.windows:
            begin = "unbounded" if window == ALL_TIME else str(window)
            over = f'over (partition by key_{query.key} order by "at" range between {begin} preceding and 1 preceding)'
            parts.append(f"count(*) {over}")
            names.append(_name(query, window, "count None"))
            for flag in query.plan.flags:
                parts.append(f"coalesce(sum(flag_{flag}) {over}, 0)")
                names.append(_name(query, window, f"count {flag}"))
            for code, flag in query.plan.codes:
                where = f"code_{code} <> 0" + ("" if flag is None else f" and flag_{flag} > 0")
                parts.append(f"count(distinct case when {where} then code_{code} end) {over}")
                names.append(_name(query, window, f"distinct {code} {flag}"))
        statement = f"select row, {', '.join(parts)} from events where key_{query.key} <> 0"
        rows, *columns = connection.execute(statement).fetchnumpy().values()
        for name, column in zip(names, columns, strict=True):
            columns[name] = np.zeros(len(frame))
            columns[name][rows] = np.asarray(column, dtype=float)
    return columns


CONTENDERS: dict[str, Callable[[History], Columns]] = {"mimamori": by_kernel, "pandas": by_pandas, "duckdb": by_duckdb}


def main(contender: str, records: Path, out: Path) -> None:
    """Compute by one contender, and time the computation alone: joined events in memory go in, columns come out."""
    facts = {"visa_applications": facts_of_table("visa_applications", read_folder(records)["visa_applications"])}
    if contender == "mimamori":
        by_kernel(History(facts))  # compiled before it is timed
    history = History(facts)
    events = history.events("applications")
    begin = time.perf_counter()
    columns = CONTENDERS[contender](history)
    tell(begin, len(events))
    np.savez(out, allow_pickle=False, **columns)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
