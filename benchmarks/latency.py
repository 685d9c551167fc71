"""How long does one POST take, end to end, beside `mlflow models serve` of the same booster?

Ours receives a record, looks its history up, scores, explains, finds the evidence and commits; theirs receives the
finished features and predicts. Both answer over HTTP on this machine, in turns, one request at a time.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import lightgbm
import mlflow
import numpy as np
import pandas as pd

from features.catalogue import catalogue
from features.tables.folder import read_folder
from features.tables.json_rows import row_as_json

REQUESTS, WARM_UP = 300, 30
Milliseconds = list[float]


def _mimamori(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "features.command_line", *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def _served(command: list[str], port: int, ready: str) -> Iterator[str]:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, start_new_session=True
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                if httpx.get(f"{address}{ready}").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.5)
        yield address
    finally:
        os.killpg(process.pid, 15)
        process.wait(30)


def _mlflow_model(folder: Path, booster: Path, *, signature: bool) -> Path:
    model = lightgbm.Booster(model_file=str(booster))
    names = catalogue("visa").names
    example = pd.DataFrame(np.zeros((1, len(names))), columns=list(names))
    signed = mlflow.models.infer_signature(example, model.predict(example.to_numpy())) if signature else None
    mlflow.lightgbm.save_model(model, folder, signature=signed)
    return folder


def _timed(client: httpx.Client, url: str, body: object, headers: dict[str, str], status: int) -> float:
    begin = time.perf_counter()
    answer = client.post(url, json=body, headers=headers)
    seconds = time.perf_counter() - begin
    if answer.status_code != status:
        raise RuntimeError(f"{url} answered {answer.status_code}")
    return seconds * 1000


def measure(records: Path, folder: Path, requests: int = REQUESTS) -> dict[str, Milliseconds]:
    """Return the milliseconds of each request by contender.

    Parameters
    ----------
    records
        A world; all but its latest applications are loaded, the latest are posted.
    folder
        An empty folder for the store, the model and MLflow.
    """
    os.environ["MIMAMORI_HOME"] = str(folder / "home")
    _mimamori("load", str(records))
    _mimamori("train", str(records), "--subject", "visa")
    _mimamori("promote", "visa", "--demo", "--waiver", "benchmark: only speed is measured here")
    key = _mimamori("key", "create", "--role", "feed")
    booster = next((folder / "home").rglob("model.txt"))
    models = {
        "mlflow, signature": _mlflow_model(folder / "signed", booster, signature=True),
        "mlflow, no signature": _mlflow_model(folder / "unsigned", booster, signature=False),
    }
    rows = read_folder(records)["visa_applications"]
    chosen = np.random.default_rng(0).choice(rows.num_rows, requests, replace=False)
    ours, names = _free_port(), list(catalogue("visa").names)
    features = np.random.default_rng(1).random((requests, len(names)))
    took: dict[str, Milliseconds] = {"mimamori": [], **{name: [] for name in models}}
    serve = [sys.executable, "-m", "features.command_line", "serve", "--port", str(ours)]
    with _served(serve, ours, "/readyz") as address, httpx.Client() as client:
        for name, model in models.items():
            port = _free_port()
            command = [
                sys.executable,
                "-m",
                "mlflow",
                "models",
                "serve",
                "-m",
                str(model),
                "--env-manager",
                "local",
                "-p",
                str(port),
            ]
            with _served(command, port, "/ping") as theirs:
                for at, row in enumerate(chosen.tolist()):
                    body = row_as_json(rows.slice(row, 1).to_pylist()[0]) | {"application_id": f"BENCH-{name}-{at}"}
                    took["mimamori"].append(
                        _timed(client, f"{address}/v1/visa-applications", body, {"Authorization": f"Bearer {key}"}, 201)
                    )
                    split = {"columns": names, "data": [features[at].tolist()]}
                    took[name].append(_timed(client, f"{theirs}/invocations", {"dataframe_split": split}, {}, 200))
    return {name: times[WARM_UP:] for name, times in took.items()}
