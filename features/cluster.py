"""Where do many cases get computed? On a Dask cluster, checked before use: reachable, manned, and running what we run."""

from __future__ import annotations

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
import numpy as np
from distributed import Client, Future, wait
from distributed.scheduler import KilledWorker
from numpy.typing import NDArray
from tqdm import tqdm

from features.command_line import Problem

T = TypeVar("T")
CONNECT_SECONDS = 10.0
ABANDONED_SECONDS = 60.0
"""How long a cluster may be without any worker, or without its scheduler, before we give up."""
_LIBRARIES = ("dask", "distributed", "numpy", "numba", "pyarrow", "pandas", "lightgbm")


class ClusterProblem(Problem):
    """The cluster cannot do the work: says why and what to do."""


class OtherVersions(Exception):
    """Raised on a worker whose code is not the client's."""


class WorkerLeft(Exception):
    """Raised when a worker left in the middle of work that was bound to it."""


class Cluster:
    """A cluster that was found fit for work."""

    def __init__(self, client: Client, address: str, rooms: tuple[str, ...] = ("features",)) -> None:
        self.client = client
        self.address = address
        self.rooms = rooms

    def worker_threads(self) -> dict[str, int]:
        """Return the workers that are there now, and how many parts each computes at once."""
        workers = self.client.scheduler_info(n_workers=-1)["workers"]
        return {address: int(worker["nthreads"]) for address, worker in workers.items()}

    def start(self, function: Callable[..., Any], parts: Sequence[tuple[Any, ...]], *shared: Any) -> list[Future]:
        """Start ``function(*shared, *part)`` for every part; what is shared may be the future of something."""
        # impure: a name made from the arguments would let an older answer stand in for a new one
        checked = (_alike, described(self.rooms), self.rooms, function)
        return [self.client.submit(*checked, *shared, *part, pure=False) for part in parts]

    def results(self, futures: Sequence[Future], doing: str) -> list[Any]:
        """Wait for all with a progress bar and return their results in order, each released once it is here.

        Raises
        ------
        ClusterProblem
            If the cluster dies away, or a part ends one worker after another.
        """
        found: list[Any] = [None] * len(futures)
        for place in self._as_done(futures, doing):
            found[place] = self._result(futures[place])
            futures[place].release()
        return found

    def finish(self, futures: Sequence[Future], doing: str) -> None:
        """Wait for all with a progress bar; what they made stays on the workers."""
        for place in self._as_done(futures, doing):
            if futures[place].status != "finished":
                self._result(futures[place])

    def _as_done(self, futures: Sequence[Future], doing: str) -> Iterator[int]:
        waiting = dict(enumerate(futures))
        alive_at = time.monotonic()
        with tqdm(total=len(futures), desc=doing, unit="part", file=sys.stderr, delay=0.5) as bar:
            while waiting:
                with suppress(TimeoutError), self.client.as_current():
                    wait(list(waiting.values()), timeout=1, return_when="FIRST_COMPLETED")
                for place in [place for place, future in waiting.items() if future.done()]:
                    del waiting[place]
                    yield place
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
            raise ClusterProblem(f"a result was not to be had from {self.address}; repeat the command") from None
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
        The packages of ours whose code the workers will run; theirs must be the same as ours, byte for byte.

    Raises
    ------
    ClusterProblem
        If it does not answer within `CONNECT_SECONDS`, has no worker, or its workers run other versions.
    """
    with _connected(address) as client:
        _check_fit(client, address, rooms)
        yield Cluster(client, address, rooms)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    with dask.config.set({"distributed.comm.timeouts.connect": CONNECT_SECONDS}), warnings.catch_warnings():
        # we compare versions ourselves, and say what to do
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


def _check_fit(client: Client, address: str, rooms: tuple[str, ...]) -> None:
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError:
        raise ClusterProblem(
            f"the scheduler at {address} has no worker; start one with `dask worker {address}` on each machine"
        ) from None
    for worker, theirs in client.run(described, rooms, on_error="return").items():
        if isinstance(theirs, OSError):  # it left meanwhile
            continue
        if not isinstance(theirs, dict):
            raise ClusterProblem(
                f"worker {worker} cannot load Mimamori; install the same version on every worker's machine"
            )
        if differing := _differing(described(rooms), theirs):
            raise ClusterProblem(f"worker {worker} {differing}")


def _differing(ours: dict[str, str], theirs: dict[str, str]) -> str:
    lines = [
        f"{name} {theirs.get(name)} there and {ours[name]} here" for name in ours if theirs.get(name) != ours[name]
    ]
    if not lines:
        return ""
    return f"runs other versions: {', '.join(lines)}; results could differ, so install the same and start it again"


def _alike(ours: dict[str, str], rooms: tuple[str, ...], function: Callable[..., T], *arguments: Any) -> T:
    """Run a part on a worker, unless it runs other code than the client: workers may join at any time."""
    if differing := _differing(ours, described(rooms)):
        raise OtherVersions(f"worker on {socket.gethostname()} {differing}")
    return function(*arguments)


@cache
def described(rooms: tuple[str, ...]) -> dict[str, str]:
    """Say what runs here: the versions that results depend on, and a short hash of our own code.

    Kept from the first call on, as a running worker does not notice that its files were replaced.
    """
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    found |= {name: version(name) for name in _LIBRARIES}
    for room in rooms:
        spec = importlib.util.find_spec(room)
        code = hashlib.sha256()
        for place in (spec.submodule_search_locations or ()) if spec else ():
            for path in sorted(Path(place).rglob("*.py")):
                code.update(f"{path.relative_to(place).as_posix()}\0".encode() + path.read_bytes() + b"\0")
        found[f"mimamori.{room}"] = code.hexdigest()[:12]
    return found


def attended(cluster: Cluster, workers: Sequence[str], work: Callable[[Cluster], T]) -> T:
    """Run work that is bound to certain workers, with a connection of its own, and stop if one of them leaves.

    Raises
    ------
    WorkerLeft
        If a worker left, or the work failed while one was leaving.
    """
    pool = ThreadPoolExecutor(1)
    try:
        with _connected(cluster.address) as client:
            running = pool.submit(_as_current, client, work, Cluster(client, cluster.address, cluster.rooms))
            while not running.done():
                wait_here([running], timeout=0.5)
                if not running.done() and set(workers) - set(cluster.worker_threads()):
                    raise WorkerLeft
            if running.exception() is not None and set(workers) - set(cluster.worker_threads()):
                raise WorkerLeft
            return running.result()
    finally:
        pool.shutdown(wait=False)


def _as_current(client: Client, work: Callable[[Cluster], T], cluster: Cluster) -> T:
    with client.as_current():
        return work(cluster)


def blocks_on_workers(cluster: Cluster, arrays: Sequence[NDArray[np.float64]], workers: Sequence[str]) -> Any:
    """Lay the blocks of one long array onto workers, one each, and return the Dask array of them."""
    blocks = [
        da.from_delayed(
            dask.delayed(cluster.client.scatter(array, workers=[worker], hash=False)), array.shape, array.dtype
        )
        for array, worker in zip(arrays, workers, strict=True)
    ]
    return da.concatenate(blocks, axis=0)
