"""How is a slow rule applied to a million texts? Once for each distinct one, by all processors of the machine.

Rules written in Python hold the interpreter, so threads would not help: a part of the texts goes to processes of
their own, through pipes, and nothing is written to disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from typing import IO, cast

import pyarrow as pa
import pyarrow.compute as pc

from features.parallel import processors

Rule = Callable[[pa.Array], pa.Table]
"""Distinct texts, none of them null, to one row of texts for each; a function at the top of its module."""
WORTH_A_PROCESS = 50_000
"""Distinct texts for each process; fewer are read sooner than one has started."""


def of_each_distinct(texts: pa.Array, rule: Rule) -> pa.Table:
    """Apply a rule to texts; null for null."""
    distinct = pc.unique(texts)
    distinct = distinct.filter(distinct.is_valid())
    ruled = _by_all_processors(distinct, rule)
    return ruled.take(pc.index_in(texts, value_set=distinct, skip_nulls=True))


def _by_all_processors(distinct: pa.Array, rule: Rule) -> pa.Table:
    count = min(processors(), len(distinct) // WORTH_A_PROCESS)
    if count <= 1:
        return rule(distinct)
    edges = [len(distinct) * number // count for number in range(count + 1)]
    others = [_Other(rule, distinct.slice(a, b - a)) for a, b in pairwise(edges[1:])]
    try:
        mine = rule(distinct.slice(0, edges[1]))
        return pa.concat_tables([mine, *(other.result() for other in others)]).combine_chunks()
    finally:
        for other in others:
            other.end()


class _Other:
    """A process that applies a rule to texts."""

    def __init__(self, rule: Rule, texts: pa.Array) -> None:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)}
        command = [sys.executable, "-m", "features.identity.distinct", rule.__module__, rule.__name__]
        self._process = subprocess.Popen(  # noqa: S603 (our own module, by our own interpreter)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        # it answers only after it has read everything, so neither side waits for the other
        with cast(IO[bytes], self._process.stdin) as there:
            _write(there, pa.table({"text": texts}))

    def result(self) -> pa.Table:
        """Wait for the answer; raises `RuntimeError` if the process failed."""
        answer = cast(IO[bytes], self._process.stdout).read()
        if self._process.wait():
            raise RuntimeError(f"a process that reads phones or addresses ended with {self._process.returncode}")
        return pa.ipc.open_stream(answer).read_all()

    def end(self) -> None:
        """Stop the process if it still runs."""
        self._process.kill()
        self._process.wait()


def _write(sink: object, table: pa.Table) -> None:
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)


def main(module: str, name: str) -> None:
    """Answer one `_Other`."""
    rule: Rule = getattr(import_module(module), name)
    texts = pa.ipc.open_stream(sys.stdin.buffer.read()).read_all().column("text").combine_chunks()
    _write(sys.stdout.buffer, rule(texts))


if __name__ == "__main__":
    main(*sys.argv[1:])
