"""Fifty officers at once: do pages stay fast, and is no case ever at the hand of two?

Each officer is a client of its own against a server process, and does what the five walks do (docs/walks.md): the next case and
why, who is linked, the interview, a correction, and the page that stops scoring. All data are synthetic.
"""

from __future__ import annotations

import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
from sqlalchemy import text
from starlette.testclient import TestClient

from benchmarks.sealed_log import open_benchmark
from features.tables.folder import read_folder
from features.tables.json_rows import row_as_json
from serving.app import create_app
from serving.auth.api_keys import create_key
from serving.auth.people import create_person
from serving.auth.permissions import Role
from serving.decisions.interview_form import form_of
from serving.decisions.service import DecisionService
from serving.store import decisions
from serving.store.transactions import EVERYTHING, transaction

OFFICERS, ROUNDS, WORKERS, POST = 50, 3, 2, "XX-BEN"
PAUSE_SECONDS = (1.0, 3.0)
"""Between two clicks; a person reads longer."""
_ANSWERS = {
    "alone": "yes", "listener": "yes", "child_room": "yes", "companion_apart": "yes", "interpreter": "independent",
    "purpose": "yes", "stopped": "no", "card": "yes", "chosen": "targeted", "outcome": "no_concern",
}  # fmt: skip
_HELD_TWICE = text(
    "select count(*) from (select act, account_id, until, lead(act) over w as next_act, lead(account_id) over w as next_account, "
    "lead(acted_at) over w as next_at from serving.queue_act window w as (partition by subject, subject_id order by act_id)) a "
    "where act in ('take', 'open') and next_act in ('take', 'open') and next_account <> account_id and next_at < until"
)
_RECORDED_TWICE = text(
    "select count(*) from (select 1 from serving.interview_sheet where supersedes is null group by subject, subject_id having count(*) > 1) s"
)


def measure(world: Path, folder: Path) -> tuple[dict[str, list[float]], int, int, int]:
    """Return milliseconds by step, and counts of sheets, of cases held by two at once, and of cases with two sheets."""
    service = open_benchmark(world, folder)
    passwords = _people_and_cases(service, world)
    took: dict[str, list[float]] = {}
    with _served(folder) as url, ThreadPoolExecutor(OFFICERS) as pool:
        # to warm up both processes
        list(pool.map(lambda at: _Officer(service, url, f"bench-{at}", passwords[at]).work(1), range(2 * WORKERS)))
        for times in pool.map(
            lambda at: _Officer(service, url, f"bench-{at}", passwords[at]).work(ROUNDS), range(OFFICERS)
        ):
            for step, milliseconds in times:
                took.setdefault(step, []).append(milliseconds)
    with transaction(service.engine, EVERYTHING) as connection:
        sheets = connection.execute(text("select count(*) from serving.interview_sheet")).scalar_one()
        held, recorded = (connection.execute(query).scalar_one() for query in (_HELD_TWICE, _RECORDED_TWICE))
    service.engine.dispose()
    return took, sheets, held, recorded


def _people_and_cases(service: DecisionService, world: Path) -> list[str]:
    with service.engine.begin() as connection:
        headers = {"Authorization": f"Bearer {create_key(connection, 'feed')}"}
        passwords = [create_person(connection, f"bench-{at}", Role.OFFICER, [POST]) or "" for at in range(OFFICERS)]
    rows = read_folder(world)["visa_applications"]
    with TestClient(create_app(service=service)) as client:
        for at, row in enumerate(rows.slice(rows.num_rows - OFFICERS * (ROUNDS + 1)).to_pylist()):
            body = {**row_as_json(row), "application_id": f"BENCH-{at}", "post": POST}
            answer = client.post("/v1/visa-applications", json=body, headers=headers)
            if answer.status_code != 201:
                raise RuntimeError(f"an application was answered {answer.status_code}")
    return passwords


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """Serve the database of a folder by processes of their own, and yield the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = (sys.executable, "-m", "features.command_line", "serve", "--port", str(port), "--workers", str(WORKERS))
    environment = os.environ | {"MIMAMORI_HOME": str(folder / "home")}
    running, url = subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL), f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                if httpx.get(f"{url}/healthz", timeout=2).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        running.terminate()
        running.wait()


class _Officer:
    """A browser of an officer, which notes how long each step took."""

    def __init__(self, service: DecisionService, url: str, name: str, password: str) -> None:
        self._service, self._random = service, random.Random(name)
        self._client = httpx.Client(base_url=url, timeout=60)
        while (
            "mimamori" not in self._client.cookies
        ):  # few passwords are hashed at once; the others are asked to come again
            self._client.post("/sign-in", data={"name": name, "password": password})
            time.sleep(self._random.uniform(0, 1))
        self.took: list[tuple[str, float]] = []

    def work(self, rounds: int) -> list[tuple[str, float]]:
        """Do the walks some times over and return the time of each step."""
        for _ in range(rounds):
            self._get("queue", "/queue")
            address = self._post("take", "/queue/take", post=POST)
            if address.startswith("/cases/"):
                self._case(address)
            self._get("scoring", "/scoring")
        return self.took

    def _case(self, address: str) -> None:
        page = self._get("case", address)
        if f"{address}/own-view" in page:
            self._post("own view", f"{address}/own-view", view="interview", reason="record")
        others = re.findall(rf'href="({address}/records/[^"]+)"', page)
        if others:
            self._get("linked person", others[-1])
        address = self._post("correction", f"{address}/correct", reason="typing_error", guarantor_phone=f"03-{self._random.randrange(10**8):08d}")  # fmt: skip
        self._interview(address)

    def _interview(self, address: str) -> None:
        with transaction(self._service.engine, EVERYTHING) as connection:
            decision = decisions.by_id(connection, address.rpartition("/")[2])
        form = form_of(orjson.loads(decision.shown)) if decision else {}
        for step, items in form.items():
            usual = {"topics": "explained", "signs": "no_sign"}.get(step)
            answers = {item.name: _ANSWERS.get(item.name, usual) for item in items}
            self._post("interview step", f"{address}/interview/{step}", **{name: word for name, word in answers.items() if word})  # fmt: skip
        check = self._get("check", f"{address}/interview/check")
        version = re.search(r'name="version" value="(\d+)"', check)
        recorded = self._post("record", f"{address}/interview", version=version[1] if version else "0")
        self._get("recorded", recorded)

    def _get(self, step: str, path: str) -> str:
        return self._timed(step, "GET", path).text

    def _post(self, step: str, path: str, **form: Any) -> str:
        return self._timed(step, "POST", path, data=form).headers["location"]

    def _timed(self, step: str, method: str, path: str, **words: Any) -> httpx.Response:
        time.sleep(self._random.uniform(*PAUSE_SECONDS))
        begin = time.perf_counter()
        answer = self._client.request(method, path, **words)
        self.took.append((step, (time.perf_counter() - begin) * 1000))
        if answer.status_code != (200 if method == "GET" else 303):
            raise RuntimeError(f"{step} was answered {answer.status_code}")
        return answer
