"""The service as a process of its own on the database of a test, which can be killed and started again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.serving.conftest import Service


def environment_of(service: Service) -> dict[str, str]:
    """Return the environment of a process that works on the home and the database of a service."""
    settings = service.backend.models.settings
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MIMAMORI_")}
    address = {} if settings.database_url is None else {"MIMAMORI_DATABASE_URL": settings.database_url}
    return environment | {"MIMAMORI_HOME": str(settings.home)} | address


class Process:
    """The service on a port of its own."""

    def __init__(self, service: Service, workers: int = 1) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._environment, self._workers = environment_of(service), workers
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        words = ("serve", "--port", str(self.port), "--workers", str(self._workers))
        self._running = subprocess.Popen(
            [sys.executable, "-m", "features.command_line", *words], stderr=subprocess.DEVNULL,
            env=self._environment,
        )  # fmt: skip
        until = time.monotonic() + 90
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("the service does not start")

    def kill(self) -> None:
        self._running.kill()
        self._running.wait()

    def end(self) -> None:
        self._running.terminate()
        try:
            self._running.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()


@contextmanager
def running(service: Service, workers: int = 1) -> Iterator[Process]:
    process = Process(service, workers)
    try:
        yield process
    finally:
        process.end()
