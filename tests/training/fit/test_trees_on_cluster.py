"""Trees grown on a cluster: those of one machine on one worker, by the same rules on several."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from features.catalogue import catalogue
from features.cluster import Cluster, WorkerLeft, open_cluster, with_workers
from models.forest import raw_scores
from models.tree_text import parse_forest
from training.fit.trees import fit_trees
from training.fit.trees_on_cluster import fit_trees_on_cluster
from training.sampling.schemes import TrainingRows

CATALOGUE = catalogue("visa")
N = 8000
TEST = np.arange(5000, N)


def teach(positive: NDArray[np.float64], fitted: int) -> TrainingRows:
    """The first rows."""
    return TrainingRows(np.arange(fitted), positive[:fitted], np.ones(fitted))


@pytest.fixture(scope="module")
def rows() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cases whose chance depends on three features, one of which is often missing."""
    rng = np.random.default_rng(5)
    values = rng.exponential(size=(N, len(CATALOGUE.names)))
    values[rng.random(N) < 0.3, 1] = np.nan
    raw = values[:, 0] + np.nan_to_num(values[:, 1]) - values[:, 2] - 1.5
    return values, (rng.random(N) < 1 / (1 + np.exp(-raw))).astype(float)


@pytest.fixture
def cluster(scheduler: str) -> Iterator[Cluster]:
    with open_cluster(scheduler) as opened:
        opened.client.wait_for_workers(2)
        yield opened


def test_a_worker_grows_the_trees_of_a_machine_byte_for_byte(
    cluster: Cluster, rows: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    part = teach(rows[1], 1000)
    here = fit_trees(rows[0], part, CATALOGUE, seed=3, threads=2)
    there = fit_trees_on_cluster(cluster, rows[0], part, CATALOGUE, seed=3)
    assert there.text == here.text
    assert there.rounds == here.rounds


def test_two_workers_grow_shallow_monotone_trees_that_rank_alike(
    cluster: Cluster, rows: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    values, positive = rows
    texts = (
        fit_trees(values, teach(positive, 4000), CATALOGUE, seed=3, threads=2).text,
        fit_trees_on_cluster(cluster, values, teach(positive, 4000), CATALOGUE, seed=3, rows_per_worker=0).text,
    )
    here, there = (parse_forest(text, CATALOGUE.names) for text in texts)  # refuses trees deeper than allowed
    test = TEST
    assert texts[0] != texts[1]
    aucs = [roc_auc_score(positive[test], raw_scores(forest, values[test])) for forest in (here, there)]
    assert aucs[0] > 0.75
    assert abs(aucs[0] - aucs[1]) < 0.005
    for column in np.flatnonzero(CATALOGUE.monotone):
        higher = values[test].copy()
        higher[:, column] += 1.0
        change = (raw_scores(there, higher) - raw_scores(there, values[test])) * CATALOGUE.monotone[column]
        assert change.min() >= -1e-9, CATALOGUE.names[column]


def _die_later(pid: int) -> threading.Timer:
    timer = threading.Timer(0.5, os.kill, (pid, signal.SIGKILL))
    timer.start()
    return timer


def test_work_bound_to_a_worker_stops_when_that_worker_dies(cluster: Cluster) -> None:
    worker, pid = next(iter(cluster.client.run(os.getpid).items()))
    killing = _die_later(pid)
    began = time.monotonic()
    with pytest.raises(WorkerLeft):
        with_workers(cluster, [worker], lambda own: own.client.submit(time.sleep, 60, workers=[worker]).result())
    assert time.monotonic() - began < 20
    killing.join()
    cluster.client.wait_for_workers(2)
