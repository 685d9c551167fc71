"""What does the sealed log cost, and how fast are replay and verification?

Requests with and without leaves take turns in one run, so that a busy machine slows both. All data are synthetic.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import Barrier

import numpy as np
from starlette.testclient import TestClient

from features.facts.table_facts import facts_of_table
from features.matrix import TABLE_OF_SUBJECT
from features.settings import Settings
from features.tables.folder import read_folder
from features.tables.json_rows import row_as_json
from features.tables.schema import TABLES
from serving.app import create_app
from serving.auth.api_keys import create_key
from serving.decisions.replay_processes import replay_on_processors
from serving.decisions.service import DecisionService, open_service
from serving.decisions.sight import Sight
from serving.demo import serve_reference
from serving.log import verifier
from serving.log.bundle import write_bundle
from serving.log.checkpoints import Exporter, log_key
from serving.log.leaves import append
from serving.store import decisions, log_leaves
from serving.store.accounts import UNKNOWN_ACCOUNT
from serving.store.readings import Reading, insert_readings
from serving.store.transactions import EVERYTHING, transaction

REQUESTS, WRITERS, ACTS, REPLAYS, LEAVES = 300, 16, 25, 3_000, 1_000_000


def open_benchmark(world: Path, folder: Path) -> DecisionService:
    """Return a service on a world's records, with the reference models."""
    os.environ["MIMAMORI_HOME"] = str(folder / "home")
    os.environ["MIMAMORI_LOG_KEY"] = str(folder / "office" / "log.pem")
    settings = Settings.from_environment()
    service = open_service(settings)
    with service.engine.begin() as connection:
        service.store.append_all(connection, read_folder(world).tables)
    with tempfile.TemporaryDirectory() as adopted:
        for subject in TABLE_OF_SUBJECT:
            serve_reference(settings, subject, Path(adopted) / subject)
    service.models.reload()
    return service


@contextmanager
def without_leaves() -> Iterator[None]:
    """Let acts happen without their leaves."""
    insert = log_leaves.insert
    log_leaves.insert = lambda connection, leaves: None  # type: ignore[assignment]
    try:
        yield
    finally:
        log_leaves.insert = insert


def costs(world: Path, service: DecisionService) -> dict[str, tuple[float, float]]:
    """Return the median milliseconds of a POST and of a GET, with and without leaves."""
    with service.engine.begin() as connection:
        headers = {"Authorization": f"Bearer {create_key(connection, 'feed')}"}
        reader = {"Authorization": f"Bearer {create_key(connection, 'auditor')}"}
    rows = read_folder(world)["visa_applications"]
    chosen = np.random.default_rng(0).choice(rows.num_rows, REQUESTS, replace=False).tolist()
    took: dict[str, tuple[list[float], list[float]]] = {"POST": ([], []), "GET": ([], [])}
    with TestClient(create_app(service=service)) as client:

        def post(number: int, row: int) -> str:
            body = row_as_json(rows.slice(row, 1).to_pylist()[0]) | {"application_id": f"BENCH-{number}"}
            return str(client.post("/v1/visa-applications", json=body, headers=headers).json()["decision_id"])

        for number, row in enumerate(chosen):
            bare = number % 2
            begin = time.perf_counter()
            with without_leaves() if bare else nullcontext():
                decision_id = post(number, row)
                posted = time.perf_counter()
                answer = client.get(f"/v1/decisions/{decision_id}", headers=reader)
            assert answer.status_code == 200
            took["POST"][bare].append((posted - begin) * 1000)
            took["GET"][bare].append((time.perf_counter() - posted) * 1000)
    return {verb: (statistics.median(sealed), statistics.median(bare)) for verb, (sealed, bare) in took.items()}


def writers(service: DecisionService) -> tuple[float, float, float]:
    """Return acts a second by sixteen writers, by one, and the longest wait of one act over the median commit of a single writer."""
    alone = [_act(service, f"alone-{number}") for number in range(WRITERS * ACTS)]
    barrier, waits = Barrier(WRITERS), []

    def write(writer: int) -> None:
        barrier.wait()
        waits.extend(_act(service, f"{writer}-{number}") for number in range(ACTS))

    begin = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    together = WRITERS * ACTS / (time.perf_counter() - begin)
    return together, len(alone) / sum(alone), max(waits) / statistics.median(alone) / WRITERS


def _act(service: DecisionService, name: str) -> float:
    begin = time.perf_counter()
    with service.engine.begin() as connection:
        append(connection, "benchmark", name, {"of": name})
    return time.perf_counter() - begin


def replays(world: Path, service: DecisionService) -> tuple[float, float, int]:
    """Return replays a second on all processors, replays in a second of processor time, and how many differ."""
    _decide(world, service)
    with transaction(service.engine, EVERYTHING) as connection:
        chosen = decisions.outlines(connection)[-REPLAYS:]
    begin, used = time.perf_counter(), _processor_seconds()
    faults = list(replay_on_processors(service, sorted(chosen, key=lambda outline: outline.position)))
    seconds, processor = time.perf_counter() - begin, _processor_seconds() - used
    return len(faults) / seconds, len(faults) / processor, sum(fault is not None for _, fault in faults)


def _processor_seconds() -> float:
    """Return the processor time of this process and of those that it started and that have ended, without the database's."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _decide(world: Path, service: DecisionService) -> None:
    """Decide about stored cases of both kinds, at their own positions."""
    records, random = read_folder(world), np.random.default_rng(1)
    for subject, table in TABLE_OF_SUBJECT.items():
        ids = records[table].column(TABLES[table].id_column).to_pylist()
        with transaction(service.engine, EVERYTHING) as connection:
            head = service.store.head(connection)
            for name in random.choice(ids, REPLAYS // 2, replace=False).tolist():
                row = service.store.rows(connection, table, [name])
                decision = service.compute(
                    connection, subject, row, facts_of_table(table, row), "PH-MNL", Sight(head)
                ).decision
                decisions.insert(connection, replace(decision, record_position=head))


def verification(service: DecisionService, folder: Path, leaves: int = LEAVES) -> tuple[float, float, int]:
    """Return seconds of the stand-alone verifier on so many leaves with their rows, of hashing them alone, and its exit code."""
    missing = leaves - _size(service)
    add_readings(service, max(missing, 0))
    with service.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        write_bundle(connection, folder)
        Exporter(folder, log_key(service.models.settings)).export(connection)
    key = Path(os.environ["MIMAMORI_LOG_KEY"]).with_suffix(".pub")
    seconds = _seconds(lambda: [sha256(b"x" * 200) for _ in range(leaves)])
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, verifier.__file__, str(folder), "--key", str(key)], check=False)
    return time.perf_counter() - begin, seconds, done.returncode


def add_readings(service: DecisionService, count: int) -> None:
    """Store readings with their leaves, many in a transaction."""
    reading = Reading("record", None, "outcomes", "BENCH", ("finding",))
    for begin in range(0, count, 10_000):
        with service.engine.begin() as connection:
            insert_readings(connection, UNKNOWN_ACCOUNT, [reading] * min(10_000, count - begin), None)


def _size(service: DecisionService) -> int:
    with service.engine.connect() as connection:
        return log_leaves.size(connection)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
