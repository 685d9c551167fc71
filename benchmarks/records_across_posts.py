"""How soon does a record that arrives at one post change an open case of another? All data are synthetic."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text
from starlette.testclient import TestClient

from benchmarks.sealed_log import open_benchmark
from features.tables.folder import read_folder
from features.tables.json_rows import row_as_json
from serving.app import create_app
from serving.auth.api_keys import create_key
from serving.decisions.service import DecisionService
from serving.store.touched_cases import CASES_PER_RECORD, backlog

CASES, CROWD, LONGEST_WAIT_SECONDS = 120, 300, 600
HUB_PHONE = "03-5555-0100"
_CHANGED = text(
    "select d.subject_id, extract(epoch from max(d.created_at)) from serving.rescoring r join serving.decision d using (decision_id) "
    "where d.subject_id like :name group by 1"
)


def measure(world: Path, folder: Path) -> tuple[dict[str, list[float]], float]:
    """Return seconds from a record's POST to the changed case, by situation, and milliseconds of an application's POST."""
    service = open_benchmark(world, folder)
    with service.engine.begin() as connection:
        headers = {"Authorization": f"Bearer {create_key(connection, 'feed')}"}
    rows = read_folder(world)["visa_applications"]
    newest = row_as_json(rows.slice(rows.num_rows - 1, 1).to_pylist()[0])
    with TestClient(create_app(service=service)) as client:
        begin = time.perf_counter()
        for name in (*_names("ALONE"), *_names("BURST"), *_names("BESIDE")):
            _send(client, headers, "visa-applications", _application(newest, name))
        posted = (time.perf_counter() - begin) / (3 * CASES) * 1000
        took = {"one at a time": _in_turn(client, headers, service, newest)}
        took["in a burst"] = _burst(client, headers, service, newest, "BURST")
        for number in range(CROWD):
            name = f"SHARE-HUB-{number}"
            _send(client, headers, "visa-applications", _application(newest, name) | {"guarantor_phone": HUB_PHONE})
        entry = _entry(newest, "HUB") | {"passport_number": None, "phone": HUB_PHONE, "role": "facilitator"}
        _send(client, headers, "records/tip_database", entry)
        took[f"beside a hub of {min(CROWD, CASES_PER_RECORD)} cases"] = _burst(
            client, headers, service, newest, "BESIDE"
        )
    service.engine.dispose()
    return took, posted


def _names(kind: str) -> list[str]:
    return [f"SHARE-{kind}-{number}" for number in range(CASES)]


def _application(newest: dict[str, Any], name: str) -> dict[str, Any]:
    number = sum(name.encode()) * 1000 + int(name.rpartition("-")[2])
    person = {"passport_number": f"SH{name}", "family_name": f"Sharing {name}", "guarantor_phone": f"03-{number:08d}"}
    return (
        newest
        | person
        | {"application_id": name, "guarantor_name": name, "guarantor_address": None, "stay_address": None}
    )


def _entry(newest: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a victim's entry with the passport of a case, which is marked whatever the model says."""
    return {"entry_id": f"TIP-{name}", "listed_at": newest["submitted_at"], "role": "victim", "family_name": "Listed",
            "given_names": "Person", "birth_date": "1971-01-01", "passport_number": f"SH{name}"}  # fmt: skip


def _in_turn(
    client: TestClient, headers: dict[str, str], service: DecisionService, newest: dict[str, Any]
) -> list[float]:
    took = []
    for name in _names("ALONE"):
        begin = time.time()
        _send(client, headers, "records/tip_database", _entry(newest, name))
        took.append(_wait(service, name, 1)[name] - begin)
    return took


def _burst(
    client: TestClient, headers: dict[str, str], service: DecisionService, newest: dict[str, Any], kind: str
) -> list[float]:
    begun = {}
    for name in _names(kind):
        begun[name] = time.time()
        _send(client, headers, "records/tip_database", _entry(newest, name))
    changed = _wait(service, f"SHARE-{kind}-%", CASES)
    return [changed[name] - begin for name, begin in begun.items()]


def _wait(service: DecisionService, name: str, count: int) -> dict[str, float]:
    """Return when the cases of a pattern changed, once all have."""
    until = time.time() + LONGEST_WAIT_SECONDS
    while time.time() < until:
        with service.engine.connect() as connection:
            changed = {row[0]: float(row[1]) for row in connection.execute(_CHANGED, {"name": name})}
            if len(changed) == count:
                return changed
            failed = backlog(connection).failed
        if failed:
            raise RuntimeError(f"{failed} cases could not be scored again; the log says why")
        time.sleep(0.05)
    raise TimeoutError(f"not changed within {LONGEST_WAIT_SECONDS} s")


def _send(client: TestClient, headers: dict[str, str], path: str, body: dict[str, Any]) -> None:
    answer = client.post(f"/v1/{path}", json=body, headers=headers)
    if answer.status_code != 201:
        raise RuntimeError(f"{path} was answered {answer.status_code}: {answer.text}")


def quantile(seconds: Sequence[float], share: float) -> float:
    """Return the smallest of some durations that a share of them does not pass."""
    return sorted(seconds)[min(int(len(seconds) * share), len(seconds) - 1)]
