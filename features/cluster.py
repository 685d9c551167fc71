"""Dask cluster, checked before use: reachable, with workers, and running the same code."""

import hashlib
import importlib.util
import platform
import socket
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_here
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import dask
import dask.array as da
from distributed import Client, Future, wait
from distributed.scheduler import KilledWorker
from tqdm import tqdm

from features.arrays import Floats
from features.command_line import Problem

T = TypeVar("T")
CONNECT_SECONDS = 10.0
ABANDONED_SECONDS = 60.0
"""Time without any worker, or without the scheduler, after which the work fails."""
_LIBRARIES = ("dask", "distributed", "numpy", "numba", "pyarrow", "pandas", "lightgbm")


class ClusterProblem(Problem):
    """The cluster cannot do the work: says why and what to do."""


class OtherVersions(Exception):
    """Raised on a worker whose code is not the client's."""


class WorkerLeft(Exception):
    """Raised when a worker leaves during work that is bound to it."""


class Cluster:
    """Connected cluster that passed the checks."""

    def __init__(self, client: Client, address: str, rooms: tuple[str, ...] = ("features",)) -> None:
        self.client = client
        self.address = address
        self.rooms = rooms

    def worker_threads(self) -> dict[str, int]:
        """Return the present workers, with the number of parts that each computes at a time."""
        workers = self.client.scheduler_info(n_workers=-1)["workers"]
        return {address: int(worker["nthreads"]) for address, worker in workers.items()}

    def start(self, function: Callable[..., Any], parts: Sequence[tuple[Any, ...]], *shared: Any) -> list[Future]:
        """Start ``function(*shared, *part)`` for every part; ``shared`` may hold futures."""
        # impure: a name derived from the arguments would let an older answer replace a new one
        checked = (_run_checked, versions(self.rooms), self.rooms, function)
        return [self.client.submit(*checked, *shared, *part, pure=False) for part in parts]

    def results(self, futures: Sequence[Future], doing: str) -> list[Any]:
        """Wait for all with a progress bar; return their results in order, each released once it is here.

        Raises `ClusterProblem` if the cluster disappears, or a part kills worker after worker.
        """
        results: list[Any] = [None] * len(futures)
        for position in self._as_done(futures, doing):
            results[position] = self._result(futures[position])
            futures[position].release()
        return results

    def finish(self, futures: Sequence[Future], doing: str) -> None:
        """Wait for all with a progress bar; the results stay on the workers."""
        for position in self._as_done(futures, doing):
            if futures[position].status != "finished":
                self._result(futures[position])

    def _as_done(self, futures: Sequence[Future], doing: str) -> Iterator[int]:
        waiting = dict(enumerate(futures))
        alive_at = time.monotonic()
        with tqdm(total=len(futures), desc=doing, unit="part", file=sys.stderr, delay=0.5) as bar:
            while waiting:
                with suppress(TimeoutError), self.client.as_current():
                    wait(list(waiting.values()), timeout=1, return_when="FIRST_COMPLETED")
                for position in [position for position, future in waiting.items() if future.done()]:
                    del waiting[position]
                    yield position
                    bar.update()
                if self.client.status == "running" and self.worker_threads():
                    alive_at = time.monotonic()
                elif waiting and time.monotonic() - alive_at > ABANDONED_SECONDS:
                    raise ClusterProblem(
                        f"the cluster at {self.address} has had no worker (or no scheduler) for {ABANDONED_SECONDS:.0f} "
                        "seconds; start workers again and repeat the command"
                    )

    def _result(self, future: Future) -> Any:
        try:
            return future.result(timeout=ABANDONED_SECONDS)
        except KilledWorker as killed:
            raise ClusterProblem(
                f"a part of the work ended {killed.allowed_failures + 1} workers one after another, most likely for want "
                "of memory; give the workers more (--memory-limit), or use fewer of them per machine"
            ) from None
        except OtherVersions as other:
            raise ClusterProblem(str(other)) from None
        except TimeoutError:
            raise ClusterProblem(f"no result from {self.address} in time; repeat the command") from None
        except Exception as error:
            if future.status in {"cancelled", "lost"}:
                raise ClusterProblem(
                    f"the scheduler at {self.address} went away during the work; start it again and repeat the command"
                ) from error
            raise


@contextmanager
def open_cluster(address: str, rooms: tuple[str, ...] = ("features",)) -> Iterator[Cluster]:
    """Connect to a Dask scheduler.

    Parameters
    ----------
    address
        ``tcp://host:port`` or ``tls://host:port``.
    rooms
        Our packages whose code the workers will run; it must equal ours byte for byte.

    Raises `ClusterProblem` if it does not answer within `CONNECT_SECONDS`, has no worker, or its workers run other versions.
    """
    with _connected(address) as client:
        _check_workers(client, address, rooms)
        yield Cluster(client, address, rooms)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    with dask.config.set({"distributed.comm.timeouts.connect": CONNECT_SECONDS}), warnings.catch_warnings():
        # versions are compared in `_check_workers`, which also says what to do
        warnings.filterwarnings("ignore", message="(?s).*Mismatched versions found")
        try:
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="mimamori")
        except (OSError, ValueError, RuntimeError) as error:
            raise ClusterProblem(
                f"no Dask scheduler answers at {address} within {CONNECT_SECONDS:.0f} seconds ({type(error).__name__}); "
                "start one with `dask scheduler`, and workers with `dask worker ADDR`"
            ) from None
        try:
            yield client
        finally:
            client.close(timeout=2)


def _check_workers(client: Client, address: str, rooms: tuple[str, ...]) -> None:
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError:
        raise ClusterProblem(
            f"the scheduler at {address} has no worker; start one with `dask worker {address}` on each machine"
        ) from None
    for worker, theirs in client.run(versions, rooms, on_error="return").items():
        if isinstance(theirs, OSError):  # it left meanwhile
            continue
        if not isinstance(theirs, dict):
            raise ClusterProblem(
                f"worker {worker} cannot load Mimamori; install the same version on every worker's machine"
            )
        if difference := _difference(versions(rooms), theirs):
            raise ClusterProblem(f"worker {worker} {difference}")


def _difference(ours: dict[str, str], theirs: dict[str, str]) -> str:
    lines = [f"{name} {theirs.get(name)} there and {own} here" for name, own in ours.items() if theirs.get(name) != own]
    advice = "results could differ, so install the same and start it again"
    return f"runs other versions: {', '.join(lines)}; {advice}" if lines else ""


def _run_checked(ours: dict[str, str], rooms: tuple[str, ...], function: Callable[..., T], *arguments: Any) -> T:
    """Run a part on a worker if its code equals the client's; workers may come at any time."""
    if difference := _difference(ours, versions(rooms)):
        raise OtherVersions(f"worker on {socket.gethostname()} {difference}")
    return function(*arguments)


@cache
def versions(rooms: tuple[str, ...]) -> dict[str, str]:
    """Return the versions that results depend on, and a short hash of our own code.

    Cached, as a running worker does not notice that its files were replaced.
    """
    running = {"python": ".".join(platform.python_version_tuple()[:2])}
    running |= {name: version(name) for name in _LIBRARIES}
    for room in rooms:
        spec = importlib.util.find_spec(room)
        code = hashlib.sha256()
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for path in sorted(Path(folder).rglob("*.py")):
                code.update(f"{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes() + b"\0")
        running[f"mimamori.{room}"] = code.hexdigest()[:12]
    return running


def with_workers(cluster: Cluster, workers: Sequence[str], work: Callable[[Cluster], T]) -> T:
    """Run work that is bound to certain workers, on a connection of its own; raises `WorkerLeft` if any leaves."""

    def run(client: Client) -> T:
        with client.as_current():
            return work(Cluster(client, cluster.address, cluster.rooms))

    pool = ThreadPoolExecutor(1)
    try:
        with _connected(cluster.address) as client:
            running = pool.submit(run, client)
            while not running.done():
                wait_here([running], timeout=0.5)
                if not running.done() and set(workers) - set(cluster.worker_threads()):
                    raise WorkerLeft
            if running.exception() is not None and set(workers) - set(cluster.worker_threads()):
                raise WorkerLeft
            return running.result()
    finally:
        pool.shutdown(wait=False)


def scatter_blocks(cluster: Cluster, arrays: Sequence[Floats], workers: Sequence[str]) -> Any:
    """Return a Dask array whose blocks lie on the workers, a block each."""
    blocks = [
        da.from_delayed(
            dask.delayed(cluster.client.scatter(array, workers=[worker], hash=False)), array.shape, array.dtype
        )
        for array, worker in zip(arrays, workers, strict=True)
    ]
    return da.concatenate(blocks, axis=0)
