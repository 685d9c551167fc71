"""Covers: server.

A service that is told to end takes its embedded database with it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest


def waited(holds: object, seconds: float) -> bool:
    assert callable(holds)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.2)
    return False


@pytest.mark.parametrize(("sent", "workers"), [(signal.SIGTERM, 1), (signal.SIGTERM, 2), (signal.SIGINT, 1)])
def test_a_signal_ends_the_service_and_the_database_it_started(
    tmp_path: Path, sent: signal.Signals, workers: int
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    home = tmp_path / "home"
    environment = {name: value for name, value in os.environ.items() if name != "MIMAMORI_DATABASE_URL"}
    running = subprocess.Popen(
        [sys.executable, "-m", "features.command_line", "serve", "--port", str(port), "--workers", str(workers)],
        env=environment | {"MIMAMORI_HOME": str(home)}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert waited(answers, 60)
        assert (home / "postgres" / "postmaster.pid").exists()
        running.send_signal(sent)
        running.wait(20)
    finally:
        running.kill()
    if sent is signal.SIGTERM:
        assert running.returncode == 0
    assert waited(lambda: not (home / "postgres" / "postmaster.pid").exists(), 20)
