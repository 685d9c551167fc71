"""How is work shared among the processors of one machine? Threads over pieces whose compiled parts hold no lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")
WORTH_SHARING = 2_000
"""Fewer cases than this are done sooner than threads have started."""
_SLICES_PER_THREAD = 8
"""Later cases have more history and take longer; many slices even this out."""


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_slices(work: Callable[[slice], None], n: int) -> None:
    """Do ``work`` on slices that together cover ``range(n)``, one at once per processor; each writes its own part."""
    threads = 1 if n < WORTH_SHARING else processors()
    if threads == 1:
        work(slice(0, n))
        return
    edges = [n * number // (threads * _SLICES_PER_THREAD) for number in range(threads * _SLICES_PER_THREAD + 1)]
    together([partial(work, slice(begin, end)) for begin, end in pairwise(edges)], n)


def together(tasks: Sequence[Callable[[], T]], n: int) -> list[T]:
    """Return the results of tasks about n cases, in order; at once on all processors if there are cases enough."""
    if n < WORTH_SHARING or processors() == 1:
        return [task() for task in tasks]
    with ThreadPoolExecutor(processors()) as pool:
        return list(pool.map(lambda task: task(), tasks))
