"""Replay of many decisions on all processors: each process reads the history once and replays a stretch of positions."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from itertools import pairwise
from multiprocessing.queues import Queue
from queue import Empty

from features.database import leave
from features.parallel import processors
from features.settings import Settings
from serving.decisions.replay_many import replay_faults
from serving.decisions.service import DecisionService, open_service
from serving.store.decisions import Outline

FEWEST = 1_000
"""Fewer decisions are replayed sooner than further processes start."""
_WAIT_SECONDS = 1.0
Fault = tuple[str, str | None]


class ReplayStopped(Exception):
    """Raised when a process ended before it had replayed its decisions."""


def replay_on_processors(service: DecisionService, chosen: Sequence[Outline]) -> Iterator[Fault]:
    """Yield (id, fault) of each decision, as `replay_faults` does, in any order.

    Raises `ReplayStopped` if a process was ended from outside.
    """
    count = processors() if len(chosen) >= FEWEST else 1
    if count == 1:
        yield from replay_faults(service, chosen)
        return
    context = multiprocessing.get_context("spawn")
    faults: Queue[Fault] = context.Queue()
    edges = [len(chosen) * number // count for number in range(count + 1)]
    parts = [list(chosen[begin:end]) for begin, end in pairwise(edges)]
    settings = service.models.settings
    workers = [context.Process(target=_work, args=(settings, part, faults), daemon=True) for part in parts]
    for worker in workers:
        worker.start()
    try:
        yield from _received(workers, faults, len(chosen))
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()


def _received(
    workers: Sequence[multiprocessing.process.BaseProcess], faults: Queue[Fault], count: int
) -> Iterator[Fault]:
    while count:
        try:
            yield faults.get(timeout=_WAIT_SECONDS)
            count -= 1
        except Empty:
            if not any(worker.is_alive() for worker in workers) and faults.empty():
                raise ReplayStopped(f"{count:,} decisions were not replayed: a process ended early") from None


def _work(settings: Settings, chosen: Sequence[Outline], faults: Queue[Fault]) -> None:
    service = open_service(settings)
    for fault in replay_faults(service, chosen):
        faults.put(fault)
    faults.close()
    faults.join_thread()
    service.engine.dispose()
    leave(settings)
