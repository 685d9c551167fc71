"""Parallel work on one machine: threads, as compiled kernels release the interpreter's lock."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")
PARALLEL_CASES = 2_000
"""Fewer cases are done sooner than threads start."""
_SLICES_PER_THREAD = 8
"""Later cases have more history and take longer; many slices even this out."""


def processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_slices(work: Callable[[slice], None], n: int) -> None:
    """Call ``work`` on slices that cover ``range(n)``, in parallel; each call writes its own part."""
    count = processors() * _SLICES_PER_THREAD if n >= PARALLEL_CASES and processors() > 1 else 1
    edges = [n * number // count for number in range(count + 1)]
    in_parallel([partial(work, slice(begin, end)) for begin, end in pairwise(edges)], n)


def in_parallel(tasks: Sequence[Callable[[], T]], n: int) -> list[T]:
    """Return the results of tasks about n cases, in order; on all processors if there are enough cases."""
    if n < PARALLEL_CASES or processors() == 1:
        return [task() for task in tasks]
    with ThreadPoolExecutor(processors()) as pool:
        return list(pool.map(lambda task: task(), tasks))
