"""Which models and settings the service works with stands in the log, once a change. Covers: log.configuration."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.settings import Settings
from features.tables.json_rows import row_as_json
from models.approval import Stage, Terms
from serving.commands import UNSIGNED
from serving.log.configuration import SERVED_MODEL, SETTINGS, seal_settings
from serving.store import log_leaves
from tests.serving.conftest import Service, approve


def leaves(engine: Engine, kind: str) -> list[tuple[str, dict[str, object]]]:
    with engine.connect() as connection:
        found = [leaf for leaf in log_leaves.leaves(connection) if leaf.kind == kind]
    return [(leaf.subject_id, json.loads(leaf.content)) for leaf in found]


def post(service: Service, name: str) -> str:
    table = service.world["visa_applications"]
    record = {**row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]), "application_id": name}
    answer = service.client.post("/v1/visa-applications", json=record, headers=service.headers("feed"))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["decision_id"])


@pytest.fixture
def approved_again(service: Service) -> Iterator[Settings]:
    settings = service.backend.models.settings
    yield settings
    approve(settings, settings.home / "champions" / "visa", approvers=("E1", "E2"))


def test_the_model_that_decides_is_sealed_with_its_approval_before_the_decision(service: Service) -> None:
    decision_id = post(service, "A-SERVED")
    served = service.backend.models.bundles["visa"]
    last = [content for subject, content in leaves(service.backend.engine, SERVED_MODEL) if subject == "visa"][-1]
    assert (last["model_sha256"], last["version"]) == (served.sha256, served.version)
    assert last["approval"]["approvers"] == ["E1", "E2"]  # type: ignore[index]
    with service.backend.engine.connect() as connection:
        decided = log_leaves.leaf_of(connection, "decision", decision_id)
        sealed = log_leaves.leaf_of(connection, SERVED_MODEL, "visa")
    assert decided is not None
    assert sealed is not None
    assert sealed.position < decided.position


def test_another_approval_is_another_leaf_and_no_change_is_none(service: Service, approved_again: Settings) -> None:
    post(service, "A-SERVED-0")
    before = leaves(service.backend.engine, SERVED_MODEL)
    post(service, "A-SERVED-1")
    assert leaves(service.backend.engine, SERVED_MODEL) == before
    approve(approved_again, approved_again.home / "champions" / "visa", approvers=("E3", "E4"))
    post(service, "A-SERVED-2")
    [(subject, content)] = leaves(service.backend.engine, SERVED_MODEL)[len(before) :]
    assert (subject, content["approval"]["approvers"]) == ("visa", ["E3", "E4"])  # type: ignore[index]


def test_a_model_that_no_longer_serves_is_sealed_as_such(service: Service, approved_again: Settings) -> None:
    approve(
        approved_again, approved_again.home / "champions" / "visa", terms=Terms(Stage.TRIAL, 0.2, dt.date(2013, 2, 1))
    )
    post(service, "A-SERVED-3")
    assert leaves(service.backend.engine, SERVED_MODEL)[-1] == ("visa", {"model_sha256": None})


def test_a_changed_setting_is_a_leaf_without_paths_or_addresses(service: Service) -> None:
    engine, settings = service.backend.engine, service.backend.models.settings
    seal_settings(engine, settings)
    before = leaves(engine, SETTINGS)
    seal_settings(engine, settings)
    assert leaves(engine, SETTINGS) == before
    seal_settings(engine, replace(settings, queue_days=29))
    seal_settings(engine, settings)
    assert [content["queue_days"] for _, content in leaves(engine, SETTINGS)[len(before) :]] == ["29", "30"]
    assert all(str(settings.home) not in json.dumps(content) for _, content in leaves(engine, SETTINGS))


@pytest.mark.parametrize("signed", [False, True])
def test_serve_says_plainly_that_nothing_is_signed(tmp_path: Path, signed: bool) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MIMAMORI_")}
    environment |= {"MIMAMORI_HOME": str(tmp_path / "home"), "MIMAMORI_DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    environment |= {"MIMAMORI_LOG_KEY": str(tmp_path / "log.pem")} if signed else {}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "features.command_line", "serve", "--port", str(port)]
    # there is no database: it stops, after it has said what it does
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120)
    assert done.returncode != 0
    assert (UNSIGNED in done.stderr) is not signed
