"""The cluster gives the numbers of a single machine, or a clear reason why it cannot. Covers: features.cluster, features.matrix_on_cluster."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from distributed import LocalCluster

import features.cluster
from features.cluster import Cluster, ClusterProblem, open_cluster
from features.command_line import main
from features.matrix import build_matrix
from features.matrix_on_cluster import digests_of, put_on_cluster
from features.tables import Records
from features.tables.folder import write_folder
from synthetic_data.world import generate


@pytest.fixture
def cluster(scheduler: str) -> Iterator[Cluster]:
    with open_cluster(scheduler) as opened:
        yield opened


@pytest.fixture(scope="module")
def records() -> Records:
    return generate(11, 1200)[0]


@pytest.fixture(scope="module")
def folder(records: Records, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("records")
    write_folder(target, records)
    return target


@pytest.mark.parametrize("subject", ["visa", "entry"])
def test_the_cluster_computes_the_same_bits_as_a_single_machine(
    subject: str, cluster: Cluster, folder: Path, records: Records
) -> None:
    here = build_matrix(records, subject)
    there = put_on_cluster(cluster, folder, records, digests_of(folder)).matrix(subject)
    assert there.subject_ids == here.subject_ids
    assert np.array_equal(there.as_of, here.as_of)
    assert there.values.tobytes() == here.values.tobytes()
    assert len(here.subject_ids) >= 1000


def _wait_until_pids(cluster: Cluster, count: int) -> dict[str, int]:
    for _ in range(100):
        pids = cluster.client.run(os.getpid)
        if len(pids) == count:
            return dict(pids)
        time.sleep(0.1)
    raise AssertionError("the workers did not come")


def test_the_parts_of_a_worker_that_dies_are_done_by_the_others(
    cluster: Cluster, folder: Path, records: Records
) -> None:
    there = put_on_cluster(cluster, folder, records, digests_of(folder))
    keeper = next(iter(cluster.client.who_has([there.shared])[there.shared.key]))
    # the worker that holds the facts dies, so that these must be made again as well
    os.kill(_wait_until_pids(cluster, 2)[keeper], signal.SIGKILL)
    assert there.matrix("visa").values.tobytes() == build_matrix(records, "visa").values.tobytes()
    _wait_until_pids(cluster, 2)


def _die(target: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_work_that_ends_worker_after_worker_is_given_up_with_a_reason(cluster: Cluster) -> None:
    with pytest.raises(ClusterProblem, match="memory"):
        cluster.results(cluster.start(_die, [(1,)]), "dying")
    _wait_until_pids(cluster, 2)


def test_a_folder_that_workers_do_not_see_is_named(
    cluster: Cluster, folder: Path, records: Records, tmp_path: Path
) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(folder, moved)
    for path in moved.glob("landings.*"):
        path.unlink()
    with pytest.raises(ClusterProblem, match=r"cannot read landings in .*moved"):
        put_on_cluster(cluster, moved, records, digests_of(folder))


def test_a_folder_with_other_content_on_the_workers_is_named(
    cluster: Cluster, folder: Path, records: Records, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    write_folder(there, generate(12, 300)[0])
    with pytest.raises(ClusterProblem, match=r"another .* than the one given here"):
        put_on_cluster(cluster, there, records, digests_of(folder))


def test_an_address_where_nothing_answers_is_said_in_time(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert features.cluster.CONNECT_SECONDS <= 10
    monkeypatch.setattr(features.cluster, "CONNECT_SECONDS", 2.0)
    with socket.socket() as taken:  # bound but not listening
        taken.bind(("127.0.0.1", 0))
        words = ["features", str(folder), "--subject", "visa", "--out", str(tmp_path / "m.parquet")]
        began = time.monotonic()
        done = CliRunner().invoke(main, [*words, "--cluster", f"tcp://127.0.0.1:{taken.getsockname()[1]}"])
    assert time.monotonic() - began < 5
    assert done.exit_code == 1
    assert "no Dask scheduler answers" in done.output


@pytest.mark.parametrize("address", ["8786", "http://127.0.0.1:8786", "tcp://127.0.0.1", "tcp://127.0.0.1:x"])
def test_what_is_no_address_of_a_scheduler_is_misuse(address: str, folder: Path, tmp_path: Path) -> None:
    words = ["features", str(folder), "--subject", "visa", "--out", str(tmp_path / "m.parquet"), "--cluster", address]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert "tcp://127.0.0.1:8786" in done.output


@pytest.fixture
def without_workers() -> Iterator[str]:
    with LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as local:
        yield local.scheduler_address


def test_a_scheduler_without_workers_is_said(without_workers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features.cluster, "CONNECT_SECONDS", 0.5)
    with pytest.raises(ClusterProblem, match="has no worker"), open_cluster(without_workers):
        pass


def _change(code: Path) -> None:
    with (code / "matrix.py").open("a", encoding="utf-8") as file:
        file.write("# another version\n")


def _empty(code: Path) -> None:
    # emptied rather than removed: an editable install would find the module of the same name in its own place
    (code / "cluster.py").write_text("", encoding="utf-8")


@pytest.mark.parametrize(
    ("differ", "said"), [(_change, r"runs other versions: mimamori\.features"), (_empty, "cannot load Mimamori")]
)
def test_a_worker_with_another_mimamori_is_refused(
    differ: Callable[[Path], None], said: str, without_workers: str, tmp_path: Path
) -> None:
    shutil.copytree(Path(features.__file__).parent, tmp_path / "features", ignore=shutil.ignore_patterns("__pycache__"))
    differ(tmp_path / "features")
    words = ["-m", "distributed.cli.dask_worker", without_workers, "--no-nanny", "--no-dashboard", "--nthreads", "1"]
    with subprocess.Popen(
        [sys.executable, *words, "--local-directory", str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(tmp_path)}, cwd=tmp_path, stderr=subprocess.DEVNULL,
    ) as worker:  # fmt: skip
        try:
            with pytest.raises(ClusterProblem, match=said), open_cluster(without_workers):
                pass
        finally:
            worker.terminate()


def test_work_on_a_cluster_that_goes_away_is_given_up(without_workers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features.cluster, "ABANDONED_SECONDS", 1.0)
    with features.cluster._connected(without_workers) as client:
        abandoned = Cluster(client, without_workers)
        with pytest.raises(ClusterProblem, match="has had no worker"):
            abandoned.results(abandoned.start(abs, [(-1,)]), "waiting")
