"""Shared by all tests: one small world, one database, one pair of trained models."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import dask
import pytest
from distributed import LocalCluster

from features.settings import Settings
from features.tables import Records
from synthetic_data.world import generate

warnings.filterwarnings("ignore", category=UserWarning, module="platformdirs")


@pytest.fixture(scope="session")
def world() -> Records:
    return generate(7, 4000)[0]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home folder of its own, named in the environment as an operator would."""
    place = tmp_path_factory.mktemp("home")
    old = os.environ.get("MIMAMORI_HOME")
    os.environ["MIMAMORI_HOME"] = str(place)
    yield place
    if old is None:
        del os.environ["MIMAMORI_HOME"]
    else:
        os.environ["MIMAMORI_HOME"] = old


@pytest.fixture(scope="session")
def settings(home: Path) -> Settings:
    return Settings.from_environment()


@pytest.fixture(scope="session")
def scheduler() -> Iterator[str]:
    """The address of a real cluster of two worker processes, which come back when they die."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, memory_limit="1GiB", dashboard_address="127.0.0.1:0"
        ) as local,
    ):
        yield local.scheduler_address


def run(*words: str, home: Path, expect: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command as a stranger would."""
    done = subprocess.run(
        [sys.executable, "-m", "features.command_line", *words],
        env=os.environ | {"MIMAMORI_HOME": str(home)}, capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.returncode == expect, done.stdout + done.stderr
    return done
